"""What of the optional is installed: a plan asks, so nothing is imported to tell."""

from __future__ import annotations

from index.pages.recognise import recognises_pictures


def recognises_scans() -> bool:
    """Tell whether the extra `ocr` is there, with which scanned pages of a PDF have text."""
    return recognises_pictures()
