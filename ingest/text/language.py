"""The language of a text, found offline by py3langid, or None where that would be a guess."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from index.disk.files import make_write_error

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# Part of every parser's id, so that documents read before, or by another way of finding the
# language, are read again, with this as the reason in the plan.
ID = "language@1"
# A heading or a row of figures is taken for any language; a sentence is not.
LEAST_LETTERS = 60
LEAST_CONFIDENCE = 0.9
# From the beginning, the middle and the end: a summary in English does not make a text English.
SAMPLES = 3
SAMPLE_CHARS = 4_000

# py3langid tells the two forms of Norwegian apart; stemmers and filters do not.
_SAME = {"nn": "no", "nb": "no"}


def detect(text: str) -> str | None:
    """Return the language that a text is written in.

    Args:
        text: Canonical text; samples of it are looked at.

    Returns:
        ISO 639-1 code; None if the text is too short, if the samples are of several languages,
        or if the language has no code of two letters.

    Raises:
        IndexWriteFailed: The folder for temporary files has no room for the model (70 MB).
    """
    found = {language for sample in _take_samples(text) if (language := _detect_sample(sample))}
    if len(found) != 1:
        return None
    (language,) = found
    return language if re.fullmatch("[a-z]{2}", language) else None


def _take_samples(text: str) -> list[str]:
    if len(text) <= SAMPLES * SAMPLE_CHARS:
        return [text]
    step = (len(text) - SAMPLE_CHARS) // (SAMPLES - 1)
    return [text[start * step : start * step + SAMPLE_CHARS] for start in range(SAMPLES)]


def _detect_sample(sample: str) -> str | None:
    if sum(map(str.isalpha, sample)) < LEAST_LETTERS:
        return None
    language, confidence = _load_identifier().classify(sample)
    return _SAME.get(language, language) if confidence >= LEAST_CONFIDENCE else None


@cache
def _load_identifier() -> LanguageIdentifier:
    # It takes 0.6 s and unpacks itself into a temporary file, so not before a document is read.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    try:
        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    except OSError as error:
        raise make_write_error(Path(tempfile.gettempdir()), error) from error
