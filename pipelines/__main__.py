"""``python -m pipelines`` is ``synthcode``."""

from pipelines.main import main

if __name__ == "__main__":
    main()
