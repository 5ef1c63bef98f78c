"""Documents that say nearly the same, by signatures that are stored with the texts."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
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
# Of a form letter that a thousand documents repeat, so many are named.
_MOST_ALIKE = 200
# Signatures that are kept in one transaction.
_SIGNED_TOGETHER = 256


def find_near_duplicates(
    index: Index, documents: Mapping[str, str], writer: Writer
) -> list[NearDuplicate]:
    """Return what documents are nearly, or exactly, the same as; new signatures are kept.

    Args:
        index: As it is now.
        documents: The version that each document came in with.
        writer: Of the index.

    Returns:
        The most alike first; of a text that is like very many others, the first of them.
    """
    if not documents:
        return []
    _sign(index, writer)
    with index.snapshot() as catalog:
        wanted = catalog.names_showing(sorted(set(documents.values())))
        found = [pair for names in wanted.values() for pair in _same(names, documents)]
        alike = _find_alike(catalog, wanted)
        shown = catalog.names_showing(sorted({version for pair in alike for version in pair}))
    # Of documents with one text one stands for all, of this run if there is any.
    first = {
        version: min(names, key=lambda name: (name not in documents, name))
        for version, names in shown.items()
    }
    found += [
        NearDuplicate(first[one], first[other], similarity)
        for (one, other), similarity in alike.items()
    ]
    return sorted(found, key=lambda pair: (-pair.similarity, pair.document, pair.other))


def list_near_duplicates(index: Index) -> list[NearDuplicate]:
    """Return the pairs of all documents that are nearly the same, by the signatures stored."""
    first: dict[str, str] = {}
    with index.snapshot() as catalog:
        for document in catalog.documents():
            first.setdefault(document.version, document.id)
        stored = {v: signature for v, signature in catalog.signatures(_KIND).items() if signature}
    found = []
    for versions, similarity in _compare_all(stored).items():
        one, other = sorted(first[version] for version in versions)
        found.append(NearDuplicate(one, other, similarity))
    return sorted(found, key=lambda pair: (-pair.similarity, pair.document, pair.other))


def _sign(index: Index, writer: Writer) -> None:
    """Make the signature of every text that is shown and has none, some texts at a time."""
    with index.snapshot() as catalog:
        waiting = iter(catalog.unsigned(_KIND).items())
        while part := list(islice(waiting, _SIGNED_TOGETHER)):
            signed = []
            for version, stored in part:
                signature = _signature(catalog.version(version).text) if stored is None else stored
                signed.append(PutSignature(version, _KIND, signature, _make_keys(signature)))
            writer.keep(*signed)


def _find_alike(catalog: Catalog, versions: Collection[str]) -> dict[tuple[str, str], float]:
    """Return the pairs of a version of these with one that is nearly the same."""
    found: dict[tuple[str, str], float] = {}
    stored = catalog.signatures_of(_KIND, versions)
    for version in sorted(stored):
        if not stored[version]:
            continue
        own = _read(stored[version])
        keys = _make_keys(stored[version])
        for other, signature in catalog.find_alike(_KIND, keys, _MOST_ALIKE).items():
            similarity = float(own.jaccard(_read(signature)))
            is_new = other != version and (other, version) not in found
            if is_new and similarity >= _LEAST_SIMILARITY:
                # Texts that differ are never said to be the same, whatever the estimate.
                found[version, other] = min(similarity, 0.999)
    return found


def _same(names: Sequence[str], documents: Mapping[str, str]) -> list[NearDuplicate]:
    """Return what came in of documents with one text, beside the one that was there before."""
    before, *rest = sorted(names, key=lambda name: (name in documents, name))
    return [NearDuplicate(name, before, 1.0) for name in rest if name in documents]


def _compare_all(signatures: dict[str, bytes]) -> dict[tuple[str, str], float]:
    from datasketch import MinHashLSH

    known: dict[str, LeanMinHash] = {
        version: _read(signature) for version, signature in signatures.items()
    }
    table = MinHashLSH(num_perm=_PERMUTATIONS, params=(_BANDS, _ROWS))
    for version, signature in known.items():
        table.insert(version, signature)
    found = {}
    for version in sorted(known):
        for other in table.query(known[version]):
            similarity = float(known[version].jaccard(known[other]))
            if other > version and similarity >= _LEAST_SIMILARITY:
                found[version, other] = min(similarity, 0.999)
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


def _read(signature: bytes) -> LeanMinHash:
    from datasketch import LeanMinHash

    return LeanMinHash.deserialize(signature, "<")


def _make_keys(signature: bytes) -> tuple[int, ...]:
    """Return a number for each band: that of its place and its values, so alike bands share it."""
    if not signature:
        return ()
    values = _read(signature).hashvalues.astype("<u8")
    bands = [values[band * _ROWS : (band + 1) * _ROWS].tobytes() for band in range(_BANDS)]
    digests = [
        hashlib.blake2b(band, digest_size=8, salt=place.to_bytes(2, "little")).digest()
        for place, band in enumerate(bands)
    ]
    return tuple(int.from_bytes(digest, "little", signed=True) for digest in digests)
