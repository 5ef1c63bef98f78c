"""`python -m benchmarks.boxes`, a name that scripts use: see `text/pdf_boxes.py`."""

from benchmarks.text.pdf_boxes import main

if __name__ == "__main__":
    main()
