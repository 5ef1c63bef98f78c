"""Pictures of single lines read, with how likely each letter is."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from index.pages.recognise import THREAD_COUNT

# What the model takes: pictures of lines of this height, grey values from -1 to 1.
LINE_PIXELS = 48
_LEAST_WIDTH = 32
# Of the model's own 0 to 1: a letter that is nowhere likelier is no rival of another.
_LEAST_RIVAL = 0.002
_BLANK = 0
_loading = threading.Lock()


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """A letter that was recognised.

    Attributes:
        letter: One character; a space, too, is one.
        confidence: What the model gives it, in [0, 1].
        step: Where it stands, in the model's steps from the left.
    """

    letter: str
    confidence: float
    step: int


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line as it was recognised.

    Attributes:
        letters: From left to right.
        rivals: How likely each letter is at each step; float32, shape (steps,), in [0, 1]. Letters
            that are nowhere likely are not in it.
    """

    letters: tuple[ReadLetter, ...]
    rivals: Mapping[str, NDArray[np.float32]]

    @property
    def text(self) -> str:
        """What was recognised, with its spaces."""
        return "".join(letter.letter for letter in self.letters)


class LineReader:
    """Reads pictures of single lines, and tells how sure it is of each letter.

    RapidOCR itself gives the likeliest letters only. Whether a quotation may be what the picture
    shows is a question about the others, so its model is run here without it.
    """

    def __init__(self) -> None:
        import onnxruntime

        folder = resources.files("rapidocr") / "models"
        (model,) = (file for file in folder.iterdir() if "_rec_" in file.name)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = THREAD_COUNT
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(
            model.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        listed = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._letters = ["", *listed, " "]
        self.known: frozenset[str] = frozenset(listed)

    def read(self, pictures: Sequence[NDArray[np.uint8]]) -> list[ReadLine]:
        """Return what stands on pictures of lines, each of shape (height, width, 3)."""
        return [self._read_line(picture) for picture in pictures]

    def _read_line(self, picture: NDArray[np.uint8]) -> ReadLine:
        from PIL import Image  # a worker that recognises nothing does without

        height, width = picture.shape[:2]
        across = max(_LEAST_WIDTH, round(width * LINE_PIXELS / height))
        drawn = Image.fromarray(picture).resize((across, LINE_PIXELS), Image.Resampling.BILINEAR)
        values = np.asarray(drawn, dtype=np.float32).transpose(2, 0, 1)[None] / 127.5 - 1.0
        name = self._session.get_inputs()[0].name
        likely: NDArray[np.float32] = self._session.run(None, {name: values})[0][0]
        return self._decode(likely)

    def _decode(self, likely: NDArray[np.float32]) -> ReadLine:
        """Take the likeliest letter of each step; equal ones without a blank between are one.

        Source: Graves et al. 2006, connectionist temporal classification, best path decoding.
        """
        best = likely.argmax(axis=1)
        found: list[ReadLetter] = []
        for step, position in enumerate(best.tolist()):
            confidence = float(likely[step, position])
            if position == _BLANK:
                continue
            if step and best[step - 1] == position:
                if confidence > found[-1].confidence:
                    found[-1] = ReadLetter(found[-1].letter, confidence, step)
                continue
            found.append(ReadLetter(self._letters[position], confidence, step))
        rivals = np.flatnonzero(likely.max(axis=0) >= _LEAST_RIVAL).tolist()
        return ReadLine(
            tuple(found), {self._letters[p]: likely[:, p].copy() for p in rivals if p != _BLANK}
        )


def load_line_reader() -> LineReader:
    """Return the reader of lines, loaded once however many ask for it at a time."""
    with _loading:
        return _load_once()


@cache
def _load_once() -> LineReader:
    return LineReader()
