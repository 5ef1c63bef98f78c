"""Documents that say nearly the same, by signatures that are stored with the texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from index.base import Catalog, Index, Writer
from index.changes import PutSignature
from ingest.report import NearDuplicate

if TYPE_CHECKING:
    from datasketch import LeanMinHash

_WORDS = 5
_PERMUTATIONS = 128
# MinHash over runs of words (Broder 1997): the standard error of the estimate is at most 0.045.
# What a stored signature was made with: another one is another kind.
_KIND = f"minhash-affine32-{_PERMUTATIONS}-words-{_WORDS}"
_LEAST_SIMILARITY = 0.8
# Bands and rows of the locality-sensitive hashing: of pairs as alike as that, 95 in 100 are
# looked at (1 - (1 - 0.8^8)^16), and all but one in 100 of those from 0.84 on.
_BANDS, _ROWS = 16, 8


def find_near_duplicates(
    index: Index, documents: Collection[str], writer: Writer
) -> list[NearDuplicate]:
    """Return what documents are nearly, or exactly, the same as; new signatures are kept."""
    if not documents:
        return []
    shown: dict[str, list[str]] = {}
    with index.snapshot() as catalog:
        for document in catalog.documents():
            shown.setdefault(document.version, []).append(document.id)
        signatures, new = _signatures(catalog)
    writer.keep(*new)
    wanted = {v for v, names in shown.items() if not set(names).isdisjoint(documents)}
    found = [pair for version in wanted for pair in _same(shown[version], documents)]
    # Of documents with one text one stands for all, of this run if there is any.
    first = {
        v: sorted(names, key=lambda name: (name not in documents, name))[0]
        for v, names in shown.items()
    }
    for (one, other), similarity in _alike(signatures, wanted).items():
        one, other = (one, other) if one in wanted else (other, one)
        found.append(NearDuplicate(first[one], first[other], similarity))
    return sorted(found, key=lambda pair: (-pair.similarity, pair.document, pair.other))


def list_near_duplicates(index: Index) -> list[NearDuplicate]:
    """Return the pairs of all documents that are nearly the same, by the signatures stored."""
    first: dict[str, str] = {}
    with index.snapshot() as catalog:
        for document in catalog.documents():
            first.setdefault(document.version, document.id)
        stored = {v: signature for v, signature in catalog.signatures(_KIND).items() if signature}
    found = []
    for versions, similarity in _alike(stored, set(stored)).items():
        one, other = sorted(first[version] for version in versions)
        found.append(NearDuplicate(one, other, similarity))
    return sorted(found, key=lambda pair: (-pair.similarity, pair.document, pair.other))


def _signatures(catalog: Catalog) -> tuple[dict[str, bytes], list[PutSignature]]:
    """Return the signature of every version that is shown, and those that are not stored yet."""
    signatures: dict[str, bytes] = {}
    new = []
    for version, stored in catalog.signatures(_KIND).items():
        if stored is None:
            stored = _signature(catalog.version(version).text)
            new.append(PutSignature(version, _KIND, stored))
        signatures[version] = stored
    return signatures, new


def _same(names: Sequence[str], documents: Collection[str]) -> list[NearDuplicate]:
    """Return what came in of documents with one text, beside the one that was there before."""
    before, *rest = sorted(names, key=lambda name: (name in documents, name))
    return [NearDuplicate(name, before, 1.0) for name in rest if name in documents]


def _alike(signatures: dict[str, bytes], wanted: set[str]) -> dict[tuple[str, str], float]:
    from datasketch import LeanMinHash, MinHashLSH

    known: dict[str, LeanMinHash] = {
        version: LeanMinHash.deserialize(signature, "<")
        for version, signature in signatures.items()
        if signature
    }
    table = MinHashLSH(num_perm=_PERMUTATIONS, params=(_BANDS, _ROWS))
    for version, signature in known.items():
        table.insert(version, signature)
    found = {}
    for version in sorted(wanted & known.keys()):
        for other in table.query(known[version]):
            similarity = float(known[version].jaccard(known[other]))
            if other != version and similarity >= _LEAST_SIMILARITY:
                # Texts that differ are never said to be the same, whatever the estimate.
                found[min(version, other), max(version, other)] = min(similarity, 0.999)
    return found


def _signature(text: str) -> bytes:
    """Return the signature of a text's runs of words; b"" if it has too few words for one."""
    from datasketch import LeanMinHash, MinHash  # imports scipy, which is not free

    words = text.casefold().split()
    runs = {" ".join(words[n : n + _WORDS]).encode() for n in range(len(words) - _WORDS + 1)}
    if not runs:
        return b""
    sketch = MinHash(num_perm=_PERMUTATIONS, scheme="affine32")
    sketch.update_batch(sorted(runs))
    lean = LeanMinHash(sketch)
    signature = bytearray(lean.bytesize("<"))
    lean.serialize(signature, "<")
    return bytes(signature)
