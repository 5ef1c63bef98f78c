"""What of the optional is installed: a plan asks, so nothing is imported to tell."""

from __future__ import annotations

import importlib.util


def recognises_scans() -> bool:
    """Tell whether the extra `ocr` is there, with which scanned pages of a PDF have text."""
    return all(map(importlib.util.find_spec, ("rapidocr", "onnxruntime")))
