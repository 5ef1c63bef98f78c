"""The promises between the catalog and the derived stores, checked one by one."""

from __future__ import annotations

from index.catalog.snapshot import Snapshot
from index.stores.open import OpenStores
from index.version import version_of


def find_broken_promises(catalog: Snapshot, stores: OpenStores) -> list[str]:
    """Compare all that is stored with what it was made of; return a line a broken promise."""
    problems = []
    shown = set[str]()
    for name in sorted({document.version for document in catalog.documents()}):
        version = catalog.version(name)
        if version_of(version.text) != name:
            problems.append(f"version {name[:16]}: its text has another sha256")
        passages = catalog.passages_of(name)
        shown.update(passage.id for passage in passages)
        problems += [
            f"passage {p.id}: its text is not what its version holds at its offsets"
            for p in passages
            if version.text[p.start : p.end] != p.text
        ]
    live = set(catalog.live_numbers().tolist())
    if len(live) != len(shown):
        problems.append(
            f"live documents: they show {len(shown):,} of {len(live):,} passages that are live; "
            "run `python -m ingest`"
        )
    vectors, words, here = stores.vectors, stores.words, catalog.moment
    held = {
        "embeddings": (set(catalog.embeddings(sorted(live))), here),
        "vectors": (set(vectors.check().tolist()), vectors.moment) if vectors else ((), here),
        "words": (set(words.check().tolist()), words.moment),
    }
    pending = catalog.removed_numbers()
    for name, (numbers, moment) in held.items():
        missing = live.difference(numbers)
        # No surplus: what is still to be deleted, and what a commit under way has added.
        surplus = set(numbers) - live - pending if moment == here else ()
        if missing or surplus:
            problems.append(
                f"{name}: {len(missing):,} passages are missing and {len(surplus):,} are too many; "
                "run `python -m ingest`"
            )
    return problems
