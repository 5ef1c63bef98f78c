"""`python -m benchmarks.corpus`, a name that scripts use: see `quality/five_pages.py`."""

import sys

from benchmarks.quality.five_pages import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
