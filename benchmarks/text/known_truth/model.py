"""What a page of known truth holds, whatever program makes it, and what must be read in it.

Imports nothing but the standard library: producers run in an environment of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

PieceKind = Literal["heading", "text", "bullet", "number", "row", "field", "hidden"]
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_RAISED_RUN = re.compile(r"\^(\d+)\^")
_NOTE = re.compile(r"\[\[(.+?)\]\]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a page: in its words `^6^` is a raised 6 and `[[…]]` a note at the page's foot."""

    kind: PieceKind
    words: str = ""
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """How a page looks: what stands on it that is no text of it, and how its text is set.

    Attributes:
        header: Running header on every page; "" for none. With it go page numbers at the foot.
        watermark: Word across every page; "" for none.
        columns: Columns of the text.
        narrow: Whether lines are so narrow that words are cut, and justified.
        numbers_lines: Whether a number stands beside each line.
    """

    header: str = ""
    watermark: str = ""
    columns: int = 1
    narrow: bool = False
    numbers_lines: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One text that producers set."""

    name: str
    pieces: tuple[Piece, ...]
    look: Look = Look()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Truth:
    """What must be read in one file.

    Attributes:
        name: Of the file.
        producer: The program that made it.
        body: Lines in order.
        notes: Notes, each wherever it stands.
        optional: Words that may be read and need not be, as marks of notes.
        unseen: Words that nobody sees on the page.
    """

    name: str
    producer: str
    body: list[str]
    notes: list[str] = field(default_factory=list)
    optional: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


def state_truth(source: Source, name: str, producer: str) -> Truth:
    """Return what must be read in a file that shows a source."""
    body, notes, unseen, number = [], [], [], 0
    for piece in source.pieces:
        number = number + 1 if piece.kind == "number" else 0
        if piece.kind == "hidden":
            unseen.append(piece.words)
            continue
        words = piece.words
        notes += list_notes(words)
        lead = f"{number}. " if piece.kind == "number" else ""
        body.append(lead + show(" ".join([words, *piece.cells])))
    marks = [str(number) for number in range(1, len(notes) + 1)]
    return Truth(name, producer, body, [show(note) for note in notes], marks, unseen)


def list_notes(words: str) -> list[str]:
    """Return the notes in the words of a piece."""
    return _NOTE.findall(words)


def show(words: str) -> str:
    """Return words as a page shows them, without notes and marks of notes."""
    return _RAISED_RUN.sub(lambda found: found[1].translate(_RAISED), _NOTE.sub("", words))


def split_marked(words: str) -> Iterator[tuple[Literal["plain", "raised", "note"], str]]:
    """Yield the runs of a piece's words, each with how it is set."""
    for part in re.split(r"(\^\d+\^|\[\[.+?\]\])", words):
        if _RAISED_RUN.fullmatch(part):
            yield "raised", part.strip("^")
        elif _NOTE.fullmatch(part):
            yield "note", part[2:-2]
        elif part:
            yield "plain", part


def keep(folder: Path, data: bytes, truth: Truth) -> None:
    """Write a file, and beside it what must be read in it."""
    (folder / truth.name).write_bytes(data)
    written = json.dumps(asdict(truth), ensure_ascii=False, indent=1)
    (folder / f"{truth.name}.truth.json").write_text(written, encoding="utf-8")


def load(path: Path) -> Truth:
    """Return what was written beside a file."""
    return Truth(**json.loads(path.read_text(encoding="utf-8")))
