"""`python -m benchmarks.readers --data DIR [--out FILE.json]`: the words of others beside ours.

PyMuPDF4LLM, MarkItDown, trafilatura and kreuzberg read the same files in an environment of their
own, and their words are told apart as `benchmarks.fidelity` does ours. What we leave out for a
reason is asked of nobody; signs of markup are no words of theirs; a file counts as they do best in.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.environment import find_python
from benchmarks.report import results as report
from benchmarks.text import tree_walks
from benchmarks.text.fidelity import ReadFile, compare_folder, read_folder
from benchmarks.text.word_kinds import ComparedFile, compare
from index.errors import PolicyChatError

RUNNER = Path(__file__).parents[1] / "peers" / "readers_runner.py"
# What each is made for; the first two and kreuzberg read text files too, which tells nothing.
FORMATS = {
    "pymupdf4llm": {".pdf"},
    "markitdown": {".pdf", ".html", ".docx", ".pptx", ".xlsx", ".md", ".epub"},
    "trafilatura": {".html"},
    "kreuzberg": {".pdf", ".html", ".docx", ".pptx", ".xlsx", ".md", ".odt", ".eml", ".epub"},
}


class ReaderMissing(PolicyChatError):
    """Another reader is not installed, or not as it was."""


def read_by(reader: str, paths: Sequence[Path]) -> dict[str, str | None]:
    """Return what a reader makes of files, by path; None where it fails.

    A file that ends the reader's process is a failure, and a new process goes on behind it.
    """
    texts: dict[str, str | None] = {}
    waiting = [str(path.resolve()) for path in paths]
    while waiting:
        done = subprocess.run(
            [str(find_python()), "-P", str(RUNNER), reader],
            input="".join(f"{path}\n" for path in waiting),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        lines = done.stdout.splitlines()
        if not lines:
            raise ReaderMissing(f"{reader}: does not start; `make bench-readers` installs it anew")
        for line in lines[1:]:
            told = json.loads(line)
            texts[told["path"]] = told.get("text")
        unread = [path for path in waiting if path not in texts]
        if unread:
            texts[unread[0]] = None
        waiting = unread[1:]
    return texts


def compare_reader(file: ReadFile, text: str) -> ComparedFile:
    """Compare another's words, with signs of markup or without: as it does better."""
    rendered, _ = tree_walks.walk_markdown(text.encode())
    readings = [
        compare(file.name, reading, file.references, file.parsed.omissions)
        for reading in (text, rendered)
    ]
    return min(readings, key=lambda reading: reading.wrong_share)


def run(folders: Sequence[Path], readers: Sequence[str], out: Path | None) -> dict[str, object]:
    """Compare every reader on the files that it is made for, with us on the same ones."""
    by_folder = {}
    for path in folders:
        folder = read_folder(path)
        ours = {file.name: file for file in compare_folder(folder)}
        told = {"policy-chat": {"files": len(ours), **_summarise(list(ours.values()))}}
        for reader in readers:
            files = [f for f in folder.read if f.path.suffix.lower() in FORMATS[reader]]
            try:
                texts = read_by(reader, [file.path for file in files]) if files else {}
            except ReaderMissing as error:  # the others go on
                told[reader] = {"files": 0, "missing": str(error)}
                continue
            theirs = {
                file.name: compare_reader(file, text)
                for file in files
                if (text := texts[str(file.path.resolve())]) is not None
            }
            told[reader] = {
                "files": len(theirs),
                "failed": len(files) - len(theirs),
                **_summarise(list(theirs.values())),
                "ours": _summarise([ours[name] for name in theirs]),
            }
        by_folder[folder.name] = told
        for reader, numbers in told.items():
            print(f"{folder.name}: {reader} {numbers}")
    result: dict[str, object] = {
        "data": " ".join(by_folder),
        "folders": by_folder,
        "reader_versions": _read_versions(),
        "command": "python -m benchmarks.readers "
        + " ".join(f"--data {name}" for name in by_folder),
        "machine": report.describe_machine(),
    }
    if out is not None:
        report.write(out, result)
    return result


def _summarise(compared: Sequence[ComparedFile]) -> dict[str, object]:
    if not compared:
        return {}
    shares = [file.wrong_share for file in compared]
    words = sum(file.words + file.lost for file in compared)
    return {
        "wrong_median": round(statistics.median(shares), 5),
        "wrong_mean": round(statistics.mean(shares), 5),
        "wrong_worst": round(max(shares), 5),
        "wrong_of_all_words": round(
            sum(file.invented + file.lost for file in compared) / max(1, words), 5
        ),
        "split": sum(file.split for file in compared),
        "joined": sum(file.joined for file in compared),
        "altered": sum(file.altered for file in compared),
        "lost": sum(file.lost for file in compared),
        "out_of_order": sum(file.out_of_order for file in compared),
    }


def _read_versions() -> dict[str, str]:
    names = [*FORMATS, "pymupdf"]
    program = (
        "import importlib.metadata as m, json; d = {x.metadata['Name'].lower(): x.version "
        f"for x in m.distributions()}}; print(json.dumps({{n: d.get(n, '') for n in {names!r}}}))"
    )
    command = [str(find_python()), "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    versions: dict[str, str] = json.loads(done.stdout)
    return versions


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.readers", description="Compare others' words with those of the file."
    )
    parser.add_argument(
        "--data", type=Path, required=True, action="append", help="folder of documents; repeatable"
    )
    parser.add_argument("--reader", choices=FORMATS, action="append", help="only this one")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    options = parser.parse_args()
    report.run_or_exit(lambda: run(options.data, options.reader or list(FORMATS), options.out))


if __name__ == "__main__":
    main()
