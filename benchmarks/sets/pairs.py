"""`python -m benchmarks.pairs --out DIR FILE...`: training pairs as a question set.

A file holds one JSON object a line, gzipped: `q`, `pos` and `neg` (passages), `span` (`pos`,
`start`, `end`: the answer's characters in one of them) or null, `answerable` (if false, `neg[0]` is
the passage that the question was written against) and perhaps `neg_mined`. `benchmarks.fit` learns
from such sets.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.sets.data import load

_SEED = 5
_NEGATIVES, _MINED = 3, 2
# Enough of a passage to recognise it by; evaluation sets trim ends differently.
_BEGINNING_CHARS = 120

RawPair = Mapping[str, object]


class SetWriter:
    """Collects a question set without given passages, by their beginnings, and writes its files."""

    def __init__(self, left_out: frozenset[str]) -> None:
        self._left_out = left_out
        self._corpus: dict[str, str] = {}
        self._queries: list[dict[str, object]] = []
        self._spans: list[dict[str, object]] = []
        self._qrels: list[str] = []

    def __len__(self) -> int:
        return len(self._queries)

    def add(self, pair: RawPair) -> None:
        """Add a pair; one without a passage, or with one that is left out, is passed over.

        Where no span is known, the set tells only which passage is right.
        """
        positive, negative = _get_texts(pair, "pos"), _get_texts(pair, "neg")
        answerable = bool(pair.get("answerable", True))
        everything = [*(positive if answerable else []), *negative]
        if any(text[:_BEGINNING_CHARS] in self._left_out for text in everything):
            return
        span = pair.get("span")
        if not (positive if answerable else negative):
            return
        query = f"q{len(self._queries) + 1}"
        answers = []
        for text in negative[:_NEGATIVES] + _get_texts(pair, "neg_mined")[:_MINED]:
            self._add_passage(text)
        if answerable:
            right = int(span["pos"]) if isinstance(span, Mapping) else 0
            record = self._add_passage(positive[right])
            self._qrels.append(f"{query}\t{record}\t1")
        if answerable and isinstance(span, Mapping):
            text = positive[right]
            start, end = int(span["start"]), int(span["end"])
            answers = [text[start:end]]
            place = {"start": start, "end": end, "text": answers[0]}
            self._spans.append({"query-id": query, "corpus-id": record, **place})
        known = {"_id": query, "text": pair["q"], "answerable": answerable, "answers": answers}
        self._queries.append(known)

    def write(self, folder: Path) -> None:
        """Write the set in the BEIR layout."""
        (folder / "qrels").mkdir(parents=True, exist_ok=True)
        records = [{"_id": key, "title": "", "text": text} for key, text in self._corpus.items()]
        for name, rows in (("corpus", records), ("queries", self._queries), ("spans", self._spans)):
            lines = [json.dumps(row, ensure_ascii=False) for row in rows]
            (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        qrels = "\n".join(["query-id\tcorpus-id\tscore", *self._qrels])
        (folder / "qrels" / "test.tsv").write_text(qrels + "\n", encoding="utf-8")

    def _add_passage(self, text: str) -> str:
        key = hashlib.sha256(text.encode()).hexdigest()[:12]
        self._corpus[key] = text
        return key


def _get_texts(pair: RawPair, name: str) -> list[str]:
    value = pair.get(name) or []
    return [str(text) for text in value] if isinstance(value, list) else []


def _read_pairs(files: Iterable[Path]) -> Iterator[RawPair]:
    for path in files:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def main(arguments: Sequence[str]) -> int:
    """Convert files to one question set."""
    parser = argparse.ArgumentParser("python -m benchmarks.pairs")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=1200, help="questions (1200)")
    parser.add_argument(
        "--leave-out", type=Path, help="a question set none of whose passages may be used"
    )
    options = parser.parse_args(arguments)
    records = load(options.leave_out).records if options.leave_out else ()
    writer = SetWriter(frozenset(record.text[:_BEGINNING_CHARS] for record in records))
    pairs = list(_read_pairs(options.files))
    random.Random(_SEED).shuffle(pairs)
    for pair in pairs:
        if len(writer) == options.limit:
            break
        writer.add(pair)
    writer.write(options.out)
    print(f"{options.out}: {len(writer):,} questions")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
