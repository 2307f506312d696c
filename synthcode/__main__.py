"""``python -m synthcode`` is ``synthcode``."""

from synthcode.pipelines.main import main

if __name__ == "__main__":
    main()
