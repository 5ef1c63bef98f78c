"""`python -m benchmarks.history --data DIR --out FILE.json`: what the history of documents takes.

All files of a folder are indexed and then removed, so that everything is history; then it is
pruned. What that frees in the catalog is what the history took, beside what it frees of originals.
Vectors are of the length that the packaged model has, made without it: only their size counts.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.report import results as report
from index.changes import RemoveDocument
from index.embedding.hashing import HashingEmbedder
from index.local import LocalIndex
from index.settings import Settings
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan

_DIMENSIONS = 384
_FAR = "9999-01-01T00:00:00+00:00"


def run(data: Path, out: Path) -> dict[str, object]:
    """Measure one folder, and write the result."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as home:
        result = measure(data, Path(home))
    result |= {
        "data": data.name,
        "command": f"python -m benchmarks.history --data {data.name} --out {out.name}",
        "machine": report.describe_machine(),
    }
    report.write(out, result)
    return result


def measure(data: Path, home: Path) -> dict[str, object]:
    """Return the bytes of a folder's history in the catalog, and of its originals."""
    index = LocalIndex(Settings(home), HashingEmbedder(_DIMENSIONS))
    apply_plan(index, make_plan(index, [str(data)]))
    documents = index.documents()
    with index.snapshot() as catalog:
        passages = catalog.manifest().passages
        characters = sum(document.characters for document in documents)
    with index.writer() as writer:
        writer.stage(*(RemoveDocument(document.id) for document in documents))
        writer.commit()
        writer.prune("")  # nothing is so old: only what is free in the file goes
    with_history = _measure(home)
    with index.writer() as writer:
        writer.prune(_FAR)
    without = _measure(home)
    history, originals = (one - other for one, other in zip(with_history, without, strict=True))
    return {
        "documents": len(documents),
        "passages": passages,
        "characters": characters,
        "history_bytes": history,
        "originals_bytes": originals,
        "history_share_of_originals": round(history / originals, 3) if originals else None,
    }


def _measure(home: Path) -> tuple[int, int]:
    """Return the size of the catalog, and of all originals."""
    originals = home / "originals"
    kept = sum(path.stat().st_size for path in originals.iterdir()) if originals.is_dir() else 0
    return (home / "index" / "catalog.sqlite").stat().st_size, kept


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.history", description="Measure what the history of documents takes."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of documents")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    options = parser.parse_args()
    report.run_or_exit(lambda: run(options.data, options.out))


if __name__ == "__main__":
    main()
