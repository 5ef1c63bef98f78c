"""`python -m benchmarks.fidelity --data DIR [--data DIR …] [--out FILE.json]`: our words or not?

Every file below a folder is read as the product reads it, and by others (PDFium's and pypdf's own
text of a PDF; a plain walk through the tree of a web page or an office file). A word of ours is
*invented* if it stands in none of them: cut in two (*split*), run together (*joined*), or
another word (*altered*). A word is *missing* as often as all of them have it and we do not: *left
out* on purpose, by reason (running headers, page numbers, navigation), or *lost*. What is invented
or lost is *wrong*; what stands in another order than in each of them is told beside it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.report import results as report
from benchmarks.text.references import Reference, list_words, read_references
from benchmarks.text.word_kinds import ComparedFile, compare
from index.errors import PolicyChatError
from ingest import parsers
from ingest.text.blocks import ParsedText

WORST = 10


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as we read it, and as others do."""

    name: str
    path: Path
    parsed: ParsedText
    references: Sequence[Reference]


@dataclass(slots=True)
class ReadFolder:
    """What became of the files of a folder, by name where there is nothing to compare."""

    name: str
    read: list[ReadFile] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    crashed: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def read_folder(data: Path) -> ReadFolder:
    """Read every file below a folder, by us and by others."""
    folder = ReadFolder(data.resolve().name)
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        name = path.relative_to(data).as_posix()
        try:
            parsed = parsers.parse(path.name, path.read_bytes())
        except PolicyChatError as error:
            folder.refused.append(f"{name}: {error}")
            continue
        except Exception as error:  # noqa: BLE001 - a parser's fault must not end the run
            folder.crashed.append(f"{name}: {type(error).__name__}: {error}")
            continue
        try:
            references = read_references(path)
        except Exception as error:  # noqa: BLE001 - whatever another library makes of this file
            folder.unread.append(f"{name}: {type(error).__name__}")
            continue
        if any(list_words(reference.text) for reference in references):
            folder.read.append(ReadFile(name, path, parsed, references))
    return folder


def compare_folder(folder: ReadFolder) -> Iterator[ComparedFile]:
    """Yield the words of each file of a folder, told apart."""
    for file in folder.read:
        yield compare(file.name, file.parsed.text, file.references, file.parsed.omissions)


def run(
    folders: Sequence[Path], out: Path | None, *, counts_only: bool = False
) -> dict[str, object]:
    """Compare every file below some folders, and write the result, with words of them or none."""
    read, by_folder = [], {}
    for path in folders:
        folder = read_folder(path)
        compared = list(compare_folder(folder))
        by_folder[folder.name] = (folder, compared)
        read += compared
        _tell(folder.name, compared)
        for fault in folder.crashed:
            print(f"  crashed: {fault}", file=sys.stderr)
    command = " ".join(f"--data {name}" for name in by_folder)
    result = summarise(read) | _count_unread([folder for folder, _ in by_folder.values()])
    result |= {
        "data": " ".join(by_folder),
        "folders": {
            name: summarise(compared) | _count_unread([folder])
            for name, (folder, compared) in sorted(
                by_folder.items(), key=lambda item: -_worst_share(item[1][1])
            )
        },
        "by_file": {
            name: [describe(file) for file in _sort_by_wrong(compared)]
            for name, (_, compared) in by_folder.items()
        },
        "command": f"python -m benchmarks.fidelity {command}",
        "machine": report.describe_machine(),
    }
    if out is not None:
        report.write(out, {k: _drop_words(v) for k, v in result.items()} if counts_only else result)
    return result


def _drop_words(result: object) -> object:
    """Return a result without the words that stand in it as examples."""
    if isinstance(result, dict):
        kept = {key: value for key, value in result.items() if not key.endswith("examples")}
        return {key: _drop_words(value) for key, value in kept.items()}
    return [_drop_words(one) for one in result] if isinstance(result, list) else result


def summarise(compared: Sequence[ComparedFile]) -> dict[str, object]:
    """Return the shares over all files, and the worst files."""
    by_share = sorted(compared, key=lambda file: -file.invented_share)
    reasons: Counter[str] = Counter()
    for file in compared:
        reasons.update(file.left_out)
    return {
        "files": len(compared),
        "words": sum(file.words for file in compared),
        "wrong_median": _median([file.wrong_share for file in compared]),
        "wrong_worst": round(_worst_share(compared), 5) if compared else None,
        "wrong_words": sum(file.invented + file.lost for file in compared),
        "invented_median": _median([file.invented_share for file in compared]),
        "invented_worst": round(by_share[0].invented_share, 5) if by_share else None,
        "split": sum(file.split for file in compared),
        "joined": sum(file.joined for file in compared),
        "altered": sum(file.altered for file in compared),
        "lost": sum(file.lost for file in compared),
        "missing_median": _median([file.missing_share for file in compared]),
        "left_out_median": _median([file.left_out_share for file in compared]),
        "left_out": dict(reasons.most_common()),
        "out_of_order": sum(file.out_of_order for file in compared),
        "out_of_order_median": _median([file.disorder for file in compared]),
        "most_wrong": [describe(file) for file in _sort_by_wrong(compared)[:WORST]],
        "worst": [
            asdict(file) | {"invented": round(file.invented_share, 5)} for file in by_share[:WORST]
        ],
        "most_missing": [
            {"name": file.name, "missing": round(file.missing_share, 5)}
            for file in sorted(compared, key=lambda file: -file.missing_share)[:WORST]
        ],
    }


def describe(file: ComparedFile) -> dict[str, object]:
    """Return one file's words and shares."""
    return asdict(file) | {
        "wrong": round(file.wrong_share, 5),
        "invented": round(file.invented_share, 5),
        "left_out_share": round(file.left_out_share, 5),
    }


def _sort_by_wrong(compared: Sequence[ComparedFile]) -> list[ComparedFile]:
    return sorted(compared, key=lambda file: (-file.wrong_share, file.name))


def _worst_share(compared: Sequence[ComparedFile]) -> float:
    return max((file.wrong_share for file in compared), default=0.0)


def _count_unread(folders: Sequence[ReadFolder]) -> dict[str, object]:
    return {
        "refused": sum(len(folder.refused) for folder in folders),
        "crashed": sum(len(folder.crashed) for folder in folders),
        "unread_by_others": sum(len(folder.unread) for folder in folders),
    }


def _tell(name: str, compared: Sequence[ComparedFile]) -> None:
    """Print a folder's numbers and its worst files."""
    numbers = summarise(compared)
    told = "wrong_median wrong_worst invented_median left_out_median split joined altered lost"
    print(f"{name}: {', '.join(f'{key} {numbers[key]}' for key in ['files', *told.split()])}")
    print(f"  left out: {numbers['left_out'] or 'nothing'}")
    print(f"  out of order: {numbers['out_of_order']} words")
    for file in _sort_by_wrong(compared)[:WORST]:
        print(
            f"  {file.wrong_share:7.2%} {file.name}: {file.split} split, {file.joined} joined, "
            f"{file.altered} altered {list(file.examples[:5])}, {file.lost} lost "
            f"{list(file.lost_examples[:5])}, {file.out_of_order} out of order"
        )


def _median(shares: Sequence[float]) -> float | None:
    return round(statistics.median(shares), 5) if shares else None


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.fidelity", description="Compare our words with those of the file."
    )
    parser.add_argument(
        "--data", type=Path, required=True, action="append", help="folder of documents; repeatable"
    )
    parser.add_argument("--out", type=Path, help="JSON file to write")
    parser.add_argument(
        "--counts", action="store_true", help="write no words of the files, only how many"
    )
    options = parser.parse_args()
    report.run_or_exit(lambda: run(options.data, options.out, counts_only=options.counts))


if __name__ == "__main__":
    main()
