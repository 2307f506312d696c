"""``python -m synthcode`` is ``synthcode``."""

from synthcode.pipelines.start import main

if __name__ == "__main__":
    main()
