"""`python -m benchmarks.boxes`, a name that scripts use: see `quality/pdf_boxes.py`."""

from benchmarks.quality.pdf_boxes import main

if __name__ == "__main__":
    main()
