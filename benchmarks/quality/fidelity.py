"""`python -m benchmarks.fidelity --data DIR [--out FILE.json]`: are our words those of the file?

Every file below a folder is read as the product reads it, and by others (PDFium's and pypdf's own
text of a PDF; a plain walk through the tree of a web page or an office file). A word of ours is
*invented* if it stands in neither of them: cut in two (*split*), run together (*joined*), or
another word (*altered*). A word is *missing* as often as all of them have it and we do not: left
out on purpose (running headers, page numbers, navigation) or lost.
"""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.quality.references import join_cut_words, list_words, read_references
from benchmarks.report import results as report
from index.errors import PolicyChatError
from ingest import parsers

WORST = 10
# Words that are told of each file, the most frequent first.
_EXAMPLES = 12
_LONGEST_JOIN = 4


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """The words of one file.

    Attributes:
        name: Below the folder.
        words: Of ours.
        split: Pieces of words that stand whole in the others.
        joined: Words that are several in the others.
        altered: Words of no other.
        missing: Words that all the others have and we do not, each as often as it is missing.
        reference_words: Of the reference with the fewest.
        examples: Invented words, the most frequent first.
    """

    name: str
    words: int
    split: int
    joined: int
    altered: int
    missing: int
    reference_words: int
    examples: tuple[str, ...]

    @property
    def invented_share(self) -> float:
        """Share of our words that are none of the file's, in [0, 1]."""
        return (self.split + self.joined + self.altered) / max(1, self.words)

    @property
    def missing_share(self) -> float:
        """Share of the file's words that we leave out or lose, in [0, 1]."""
        return self.missing / max(1, self.reference_words)


def compare(name: str, text: str, references: Sequence[str]) -> ComparedFile:
    """Compare the words of a text with those of at least one reference."""
    ours = list_words(text)
    known = [list_words(reference) for reference in references]
    whole = {word for reference in references for word in join_cut_words(reference)}
    either = {word for words in known for word in words} | whole
    runs = {run for words in known for run in _list_runs(words)}
    invented = [word for word in ours if word not in either]
    halves = set(_find_halves(ours, either))
    kinds: Counter[str] = Counter()
    for word in invented:
        kind = "joined" if word in runs else "split" if word in halves else "altered"
        kinds[kind] += 1
    least = [Counter(words) for words in known]
    common = Counter({word: min(c[word] for c in least) for word in least[0]})
    held = Counter(ours) + Counter(half for word in ours if word in whole for half in [word])
    missing = common - held
    for word in set(ours) & whole:  # what a line's end cuts is not missing in pieces
        for cut in range(1, len(word)):
            if word[:cut] in missing and word[cut:] in missing:
                del missing[word[:cut]]
                missing.pop(word[cut:], None)
                break
    return ComparedFile(
        name,
        len(ours),
        kinds["split"],
        kinds["joined"],
        kinds["altered"],
        missing.total(),
        min(map(len, known)),
        tuple(word for word, _ in Counter(invented).most_common(_EXAMPLES)),
    )


def _list_runs(words: Sequence[str]) -> Iterator[str]:
    """Yield what a few words in a row make together."""
    for length in range(2, _LONGEST_JOIN + 1):
        for start in range(len(words) - length + 1):
            yield "".join(words[start : start + length])


def _find_halves(words: Sequence[str], whole: set[str]) -> Iterator[str]:
    """Yield words of ours that make one of theirs with a neighbour or two."""
    for one, other in pairwise(words):
        if one + other in whole:
            yield from (one, other)
    for first, second, third in zip(words, words[1:], words[2:], strict=False):
        if first + second + third in whole:
            yield from (first, second, third)


def run(data: Path, out: Path | None) -> dict[str, object]:
    """Compare every file below a folder, and write the result."""
    compared, refused, unread = [], [], []
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        name = path.relative_to(data).as_posix()
        try:
            text = parsers.parse(path.name, path.read_bytes()).text
        except PolicyChatError as error:
            refused.append(f"{name}: {error}")
            continue
        try:
            references = read_references(path)
        except Exception as error:  # noqa: BLE001 - whatever another library makes of this file
            unread.append(f"{name}: {type(error).__name__}")
            continue
        if any(list_words(reference) for reference in references):
            compared.append(compare(name, text, references))
    result = summarise(compared) | {
        "data": data.name,
        "refused": len(refused),
        "unread_by_others": len(unread),
        "command": f"python -m benchmarks.fidelity --data {data.name}",
        "machine": report.describe_machine(),
    }
    if out is not None:
        report.write(out, result)
    return result


def summarise(compared: Sequence[ComparedFile]) -> dict[str, object]:
    """Return the shares over all files, and the worst files."""
    by_share = sorted(compared, key=lambda file: -file.invented_share)
    words = sum(file.words for file in compared)
    return {
        "files": len(compared),
        "words": words,
        "invented_median": _median([file.invented_share for file in compared]),
        "invented_worst": round(by_share[0].invented_share, 5) if by_share else None,
        "split": sum(file.split for file in compared),
        "joined": sum(file.joined for file in compared),
        "altered": sum(file.altered for file in compared),
        "missing_median": _median([file.missing_share for file in compared]),
        "worst": [
            asdict(file) | {"invented": round(file.invented_share, 5)} for file in by_share[:WORST]
        ],
        "most_missing": [
            {"name": file.name, "missing": round(file.missing_share, 5)}
            for file in sorted(compared, key=lambda file: -file.missing_share)[:WORST]
        ],
    }


def _median(shares: Sequence[float]) -> float | None:
    return round(statistics.median(shares), 5) if shares else None


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.fidelity", description="Compare our words with those of the file."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of documents")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    options = parser.parse_args()
    report.run_or_exit(lambda: run(options.data, options.out))


if __name__ == "__main__":
    main()
