"""Texts to measure speed on: a set's records, and beyond them more made from their sentences."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.sets.corpus_index import write_record, write_title
from benchmarks.sets.data import Record
from index.changes import IncomingDocument
from index.types import Metadata, Source
from ingest.workers.parse import LoadedSource, parse

_SEED = 20_240_101


@dataclass(frozen=True, slots=True)
class Made:
    """A folder of files for a number of passages."""

    folder: Path
    documents: int  # files
    real: int  # of them, records as they are
    passages: int  # as the product cuts them
    characters: int  # of their texts, in all


def write(records: tuple[Record, ...], passages: int, folder: Path) -> Made:
    """Write files until the product cuts so many passages of them."""
    folder.mkdir(parents=True)
    made = real = held = characters = 0
    for number, record in enumerate(_make_records(records)):
        data = record.text.encode()
        source = Source("records", "record.txt", "", len(data), 0, "")
        parsed = parse(LoadedSource(source, "record.txt", data, Metadata(title="Record")))
        if not isinstance(parsed, IncomingDocument):
            continue
        path = folder / f"{number:06d}.txt"
        write_title(path, write_record(path, record))
        made += 1
        real += number < len(records)
        held += len(parsed.passages)
        characters += len(record.text)
        if held >= passages:
            break
    return Made(folder, made, real, held, characters)


def _make_records(records: tuple[Record, ...]) -> Iterator[Record]:
    """Yield the records, then for ever new ones: words of each sentence in another order.

    In a shuffled order, so that the first thousand are like the rest: sets begin with long texts.
    """
    generator = random.Random(_SEED)
    order = generator.sample(records, len(records))
    yield from order
    while True:
        for record in order:
            lines = record.text.split("\n")
            shuffled = "\n".join(_shuffle(line, generator) for line in lines)
            yield Record(record.id, record.title, shuffled)


def _shuffle(line: str, generator: random.Random) -> str:
    sentences = [sentence.split() for sentence in line.split(". ")]
    for words in sentences:
        generator.shuffle(words)
    return ". ".join(" ".join(words) for words in sentences)
