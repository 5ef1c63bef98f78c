"""`python -m benchmarks.kill --out FILE.json`: an ingest killed at random moments, many times.

Each time an index of the same files is made from nothing by a process of its own, which is killed
(SIGKILL) at a random moment. Then the index must open and hold whole documents only, nothing of
the killed run may be left running, the next run must finish, and what it makes must equal the
index of a run that nobody disturbed, passage for passage.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.report import results as report
from index.embedding.hashing import HashingEmbedder
from index.errors import IndexMissing, PolicyChatError
from index.local import LocalIndex
from index.settings import PROJECT_ROOT, Settings
from ingest.pipeline import Pace, apply_plan
from ingest.planning.plan import make_plan

_SEED = 20_240_101
_GONE_SECONDS = 10.0
# Commits many times, so that many kills fall into one.
_PACE = Pace(passages=32, commit_seconds=0.05, commit_share=0.5, little_bytes=0)
_WORDS = ("cluster", "policy", "region", "funding", "agency", "report", "company", "energy")
Contents = dict[str, list[tuple[str, str, str]]]


class NotWhole(PolicyChatError):
    """A kill left something that it must not leave."""


def run(out: Path, kills: int, files: int) -> dict[str, object]:
    """Kill so many ingests of so many files, and write what was found after each."""
    generator = random.Random(_SEED)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        texts, home = Path(folder) / "texts", Path(folder) / "home"
        write_files(texts, files)
        began = time.monotonic()
        ingest_files(home, texts)
        wanted = read_contents(home)
        duration = time.monotonic() - began
        found: Counter[str] = Counter()
        documents = []
        for number in range(kills):
            shutil.rmtree(home)
            moment = generator.uniform(0, duration)
            found[_kill(home, texts, moment)] += 1
            documents.append(check_rest(number, home, texts, wanted))
    result: dict[str, object] = {
        "kills": kills,
        "files": files,
        "passages": sum(map(len, wanted.values())),
        "uninterrupted_s": round(duration, 2),
        "killed": found["killed"],
        "finished_before": found["finished"],
        "documents_after_each_kill": documents,
        "command": f"python -m benchmarks.kill --kills {kills} --files {files} --out {out.name}",
        "machine": report.describe_machine(),
    }
    report.write(out, result)
    return result


def write_files(folder: Path, files: int) -> None:
    """Make so many Markdown files in a new folder, the same ones each time."""
    generator = random.Random(_SEED)
    folder.mkdir()
    for number in range(files):
        paragraphs = [
            f"## Measure {number}-{part}\n\n{_make_paragraph(generator)}"
            for part in range(generator.randint(1, 9))
        ]
        text = "\n\n".join([f"# Programme {number}", *paragraphs])
        (folder / f"{number:04d}.md").write_text(f"{text}\n", encoding="utf-8")


def _make_paragraph(generator: random.Random) -> str:
    sentences = [
        f"The {' '.join(generator.choices(_WORDS, k=12))} of {generator.randint(1990, 2030)}."
        for _ in range(generator.randint(2, 12))
    ]
    return " ".join(sentences)


def _index(home: Path) -> LocalIndex:
    return LocalIndex(Settings(home), HashingEmbedder())


def ingest_files(home: Path, texts: Path) -> None:
    """Index a folder with many commits; a file that fails is an error."""
    index = _index(home)
    done = apply_plan(index, make_plan(index, [str(texts)]), pace=_PACE)
    if done.failures:
        raise NotWhole(f"{done.failures[0].id}: {done.failures[0].reason}")


def _kill(home: Path, texts: Path, moment: float) -> str:
    """Start an ingest, kill it so many seconds after it has begun, and wait for its workers."""
    command = [sys.executable, "-m", "benchmarks.kill", "--victim", str(home), str(texts)]
    with subprocess.Popen(command, cwd=PROJECT_ROOT, stdout=subprocess.PIPE) as victim:
        assert victim.stdout
        victim.stdout.readline()  # it has imported everything
        with contextlib.suppress(subprocess.TimeoutExpired):
            victim.wait(moment)
        workers = _find_children(victim.pid)
        victim.kill()
        status = victim.wait()
    deadline = time.monotonic() + _GONE_SECONDS
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        if time.monotonic() > deadline:
            raise NotWhole(f"workers {workers} outlived the run that was killed")
        time.sleep(0.05)
    return "finished" if status == 0 else "killed"


def _find_children(parent: int) -> list[int]:
    done = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False
    )
    return [int(line) for line in done.stdout.split()]


def check_rest(number: int, home: Path, texts: Path, wanted: Contents) -> int:
    """Return how many documents the kill left, after checking all that must hold."""
    left = read_contents(home)
    for document, passages in left.items():
        if passages != wanted[document]:
            raise NotWhole(f"kill {number}: {document} is there in part")
    if left:
        _index(home).search("Which agency reports on energy?")
    ingest_files(home, texts)
    if problems := _index(home).verify():
        raise NotWhole(f"kill {number}: after the next run: {problems[0]}")
    if read_contents(home) != wanted:
        raise NotWhole(f"kill {number}: the next run made another index")
    return len(left)


def read_contents(home: Path) -> Contents:
    """Return every document's passages: id, text and what is searched with it."""
    try:
        with _index(home).snapshot() as catalog:
            return {
                document.id: [
                    (passage.id, passage.text, passage.context)
                    for passage in catalog.passages_of(document.version)
                ]
                for document in catalog.documents()
            }
    except IndexMissing:
        return {}


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.kill", description="Kill an ingest at random moments."
    )
    parser.add_argument("--out", type=Path, help="JSON file to write")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--victim", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.victim:
        print("begun", flush=True)
        ingest_files(*options.victim)
    elif options.out is None:
        parser.error("--out is missing")
    else:
        report.run_or_exit(lambda: run(options.out, options.kills, options.files))


if __name__ == "__main__":
    main()
