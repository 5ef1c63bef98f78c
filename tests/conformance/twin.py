"""A brute-force twin of an index, in memory: what any engine is compared with.

Nothing is fast, nothing is approximate, nothing is derived: every question looks at everything.
It is written from the protocols and from the formulas, and shares no code with the engine that
ships beyond the nouns, the analysis of words and what the protocols themselves bring.
"""

from __future__ import annotations

import contextlib
import copy
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.base import (
    EVERYTHING,
    Catalog,
    EmbeddingProgress,
    Index,
    SearchResult,
    Writer,
    ask_at_one_moment,
)
from index.changes import (
    Change,
    ForgetFailure,
    ForgetFetch,
    IncomingDocument,
    Kept,
    MoveDocument,
    PutDocument,
    PutFailure,
    PutFetch,
    PutListing,
    PutRoot,
    PutSignature,
    RemoveDocument,
    RestoreDocument,
    TouchSource,
)
from index.embedding.base import Embedder, Matrix, make_mismatch_error
from index.errors import CitationUnknown, DocumentUnknown, GenerationUnknown, IndexMissing
from index.pages.boxes import Layout
from index.settings import Settings
from index.stores.base import PassageTerms
from index.text.analysis import analyse, query_words
from index.text.languages import DEFAULT_LANGUAGE
from index.types import (
    Document,
    Failure,
    Fetch,
    Filter,
    Hit,
    Manifest,
    Moment,
    Outdated,
    Passage,
    Removed,
    SearchReceipt,
    ShownVersion,
    Source,
)
from index.version import Version
from tests.conformance.twin_stores import GivenCondition, MemoryVectors, MemoryWords

RANK_CONSTANT, CANDIDATES = 60, 100


@dataclass
class Life:
    """What a document was from one generation to another."""

    number: int
    incoming: IncomingDocument
    indexed_at: str
    line: int
    born: int
    died: int | None = None

    def lives(self, generation: int) -> bool:
        return self.born <= generation and (self.died is None or self.died > generation)


@dataclass
class Stretch:
    """A passage from one generation to another."""

    number: int
    passage: Passage
    language: str
    born: int
    died: int | None = None

    def lives(self, generation: int) -> bool:
        return self.born <= generation and (self.died is None or self.died > generation)


@dataclass
class Held:
    """All that an index holds; copied whole for every snapshot and every commit."""

    identity: str
    made: bool = False
    fingerprint: str = ""
    dimensions: int = 0
    known_since: int = 0
    times: dict[int, str] = field(default_factory=dict)
    lives: list[Life] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    versions: dict[str, Version] = field(default_factory=dict)
    layouts: dict[str, tuple[str, Layout]] = field(default_factory=dict)
    roots: dict[str, Path] = field(default_factory=dict)
    failures: dict[tuple[str, str], Failure] = field(default_factory=dict)
    fetches: dict[str, Fetch] = field(default_factory=dict)
    listed: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    signatures: dict[tuple[str, str], bytes] = field(default_factory=dict)
    keys: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    originals: dict[str, bytes] = field(default_factory=dict)
    numbers: int = 0

    @property
    def generation(self) -> int:
        return max(self.times, default=0)


class MemoryCatalog(Catalog):
    """One moment of what is held."""

    def __init__(self, held: Held, generation: int | None) -> None:
        self.held = held
        now = held.generation
        self.is_past = generation is not None and generation != now
        if generation is not None and self.is_past:
            if generation < held.known_since or generation not in held.times:
                raise GenerationUnknown(f"generation {generation} cannot be asked")
            now = generation
        self.at = now
        self.moment = Moment(held.identity, now, f"commit {now}", held.fingerprint)
        self.dimensions = held.dimensions

    def lives(self) -> list[Life]:
        return [life for life in self.held.lives if life.lives(self.at)]

    def stretches(self) -> list[Stretch]:
        return [one for one in self.held.stretches if one.lives(self.at)]

    def make_document(self, life: Life) -> Document:
        incoming = life.incoming
        return Document(
            incoming.source,
            incoming.version.id,
            incoming.title,
            incoming.metadata,
            life.indexed_at,
            sum(s.passage.version == incoming.version.id for s in self.stretches()),
            len(incoming.version.text),
            incoming.note,
        )

    def manifest(self) -> Manifest:
        counts = len(self.lives()), len(self.stretches())
        return Manifest(0, self.held.fingerprint, self.dimensions, self.at, *counts)

    def documents(self, names: Sequence[str] | None = None) -> list[Document]:
        found = sorted(map(self.make_document, self.lives()), key=lambda document: document.id)
        return [document for document in found if names is None or document.id in names]

    def document(self, name: str) -> Document:
        for fits in (
            lambda d: d.id == name,
            lambda d: d.source.path == name,
            lambda d: d.source.path.endswith(f"/{name}"),
        ):
            found = [document for document in self.documents() if fits(document)]
            if len(found) == 1:
                return found[0]
            if found:
                raise DocumentUnknown(f"{name!r} names {len(found)} documents")
        raise DocumentUnknown(f"no document {name!r} in the index")

    def document_of(self, version: str) -> tuple[Document, bool, bool]:
        before = [life for life in self.held.lives if life.born <= self.at]
        showing = [life for life in before if life.incoming.version.id == version]
        if not showing:
            raise CitationUnknown(f"no document shows version {version[:16]}")
        since = {life.line: life.born for life in sorted(showing, key=lambda life: life.born)}
        last = [
            max(
                (life for life in before if life.line == line),
                key=lambda life: (life.lives(self.at), life.died or 0, life.number),
            )
            for line in since
        ]
        best = min(
            last,
            key=lambda life: (
                not life.lives(self.at),
                life.incoming.version.id != version,
                -since[life.line],
                life.incoming.source.id,
            ),
        )
        lives = best.lives(self.at)
        return self.make_document(best), lives and best.incoming.version.id == version, not lives

    def list_removed(self) -> list[Removed]:
        live = {life.incoming.source.id for life in self.held.lives if life.died is None}
        last = [_find_last(self.held, line) for line in {life.line for life in self.held.lives}]
        gone = [x for x in last if x.died is not None and x.incoming.source.id not in live]
        gone.sort(key=lambda life: (-(life.died or 0), life.incoming.source.id))
        return [
            Removed(self.make_document(x), self.held.times[x.died or 0], is_restorable=True)
            for x in gone
        ]

    def find_removed(self, name: str) -> Removed:
        gone = self.list_removed()
        for fits in (
            lambda source: source.id == name,
            lambda source: source.path == name,
            lambda source: source.path.endswith(f"/{name}"),
        ):
            found = [removed for removed in gone if fits(removed.document.source)]
            if len(found) == 1:
                return found[0]
            if found:
                break
        raise DocumentUnknown(f"no document {name!r} was removed here, or several, or it lives")

    def version(self, prefix: str) -> Version:
        found = [v for name, v in self.held.versions.items() if name.startswith(prefix)]
        if len(found) != 1:
            raise CitationUnknown(f"{len(found)} texts of version {prefix[:16]}")
        return found[0]

    def versions_of(self, document: str) -> list[ShownVersion]:
        line = _find_line(self.held, document)
        if not line:
            raise DocumentUnknown(f"no document {document!r} in the index")
        shown = []
        # Of what began and ended within one second, what was born last comes first.
        last = sorted(line, key=lambda life: -life.born)
        for version in dict.fromkeys(life.incoming.version.id for life in last):
            own = [life for life in line if life.incoming.version.id == version]
            ends = [life.died for life in own]
            until = None if None in ends else self.held.times[max(e for e in ends if e is not None)]
            since = self.held.times[min(life.born for life in own)]
            chars = len(self.held.versions[version].text)
            shown.append(ShownVersion(document, version, since, until, chars))
        return sorted(shown, key=lambda s: (s.until is None, s.until, s.since), reverse=True)

    def passages_of(self, version: str) -> list[Passage]:
        own = [s.passage for s in self.stretches() if s.passage.version == version]
        return sorted(own, key=lambda passage: passage.start)

    def layout_of(self, version: str) -> Layout | None:
        return self.held.layouts[version][1] if version in self.held.layouts else None

    def layout_source(self, version: str) -> str | None:
        return self.held.layouts[version][0] if version in self.held.layouts else None

    def failures(self) -> list[Failure]:
        return [self.held.failures[key] for key in sorted(self.held.failures)]

    def roots(self) -> dict[str, Path]:
        return dict(self.held.roots)

    def fetches(self) -> dict[str, Fetch]:
        return dict(self.held.fetches)

    def listed(self) -> dict[str, set[tuple[str, str]]]:
        return {name: set(entries) for name, entries in self.held.listed.items() if entries}

    def signatures(self, kind: str) -> dict[str, bytes | None]:
        shown = sorted({life.incoming.version.id for life in self.lives()})
        return {version: self.held.signatures.get((version, kind)) for version in shown}

    def signatures_of(self, kind: str, versions: Collection[str]) -> dict[str, bytes]:
        wanted = {(version, kind) for version in versions}
        return {key[0]: s for key, s in self.held.signatures.items() if key in wanted}

    def unsigned(self, kind: str) -> dict[str, bytes | None]:
        signed = {version for version, _ in self.held.signatures}
        return {version: None for version in self.signatures(kind) if version not in signed}

    def find_alike(self, kind: str, keys: Sequence[int], most: int) -> dict[str, bytes]:
        shown = self.signatures(kind)
        found = {
            version: signature
            for (version, of_kind), signature in self.held.signatures.items()
            if of_kind == kind
            and version in shown
            and set(keys) & set(self.held.keys[version, kind])
        }
        return dict(list(found.items())[:most])

    def names_showing(self, versions: Sequence[str]) -> dict[str, list[str]]:
        shown: dict[str, list[str]] = {}
        for life in self.lives():
            if life.incoming.version.id in versions:
                shown.setdefault(life.incoming.version.id, []).append(life.incoming.source.id)
        return {version: sorted(names) for version, names in shown.items()}

    def outdated(self, before: str) -> Outdated:
        gone = self.held.versions.keys() - _keep(self.held, before).versions.keys()
        names = sorted({x.incoming.source.id for x in self.held.lives})
        found = [v for name in names for v in self._shown(name) if v.version in gone]
        return Outdated(tuple(found), 0)

    def _shown(self, name: str) -> list[ShownVersion]:
        own = {x.incoming.version.id for x in self.held.lives if x.incoming.source.id == name}
        return [v for v in self.versions_of(name) if v.version in own]

    def originals(self, before: str = "") -> set[str]:
        kept = _keep(self.held, before)
        needed = {life.incoming.source.sha256 for life in kept.lives}
        return needed | {sha256 for sha256, _ in kept.layouts.values()}

    def find_generation(self, time: str) -> int:
        found = [number for number, at in self.held.times.items() if at <= time]
        if not found:
            raise GenerationUnknown(f"the index held nothing yet at {time}")
        return max(found)

    def passes(self, life: Life, restriction: Filter) -> bool:
        source, known = life.incoming.source, life.incoming.metadata
        return all(
            not wanted or value in wanted
            for wanted, value in (
                (restriction.documents, source.id),
                (restriction.roots, source.root),
                (restriction.publishers, known.publisher),
                (restriction.countries, known.country),
                (restriction.languages, known.language),
                (restriction.types, known.type),
            )
        ) and not (
            (restriction.since and not (known.date and known.date >= restriction.since))
            or (restriction.until and not (known.date and known.date <= restriction.until))
        )


def _find_last(held: Held, line: int) -> Life:
    """Return the last state of a document, by whatever id."""
    own = [life for life in held.lives if life.line == line]
    return max(own, key=lambda life: (life.died is None, life.died or 0, life.number))


def _find_end(held: Held, document: str) -> Life | None:
    """Return the last state of what goes, or went last, by an id."""
    own = [life for life in held.lives if life.incoming.source.id == document]
    if not own:
        return None
    newest = max(own, key=lambda life: (life.died is None, life.born, life.number))
    last = _find_last(held, newest.line)
    return last if last.incoming.source.id == document else None


def _find_line(held: Held, document: str) -> list[Life]:
    """Return all that was what goes, or went last, by an id."""
    own = [life for life in held.lives if life.incoming.source.id == document]
    if not own:
        return []
    newest = max(own, key=lambda life: (life.died is None, life.born, life.number))
    return [x for x in held.lives if x.line == newest.line and x.born <= newest.born]


def _keep(held: Held, before: str) -> Held:
    """Return what is left when what ended before a time is forgotten."""
    old = [number for number, at in held.times.items() if at < before]
    until = max(old, default=-1)
    kept = copy.copy(held)
    kept.lives = [x for x in held.lives if x.died is None or x.died > until]
    kept.stretches = [x for x in held.stretches if x.died is None or x.died > until]
    if len(kept.lives) < len(held.lives) or len(kept.stretches) < len(held.stretches):
        kept.known_since = max(held.known_since, until)
    return _drop_unshown(kept)


def _drop_unshown(held: Held) -> Held:
    shown = {life.incoming.version.id for life in held.lives}
    held.versions = {name: v for name, v in held.versions.items() if name in shown}
    held.layouts = {name: v for name, v in held.layouts.items() if name in shown}
    held.stretches = [x for x in held.stretches if x.passage.version in shown]
    held.signatures = {k: v for k, v in held.signatures.items() if k[0] in shown}
    return held


class MemoryWriter(Writer):
    """Changes a copy of what is held, which takes the place of it at a commit."""

    def __init__(self, index: MemoryIndex) -> None:
        self.index = index
        self.settings = index.settings
        self._changes: list[Change] = []

    @property
    def staged(self) -> tuple[Change, ...]:
        return tuple(self._changes)

    def add(
        self, documents: Sequence[IncomingDocument], progress: EmbeddingProgress = lambda _: None
    ) -> None:
        for document in documents:
            self.stage(PutDocument(document))
            progress(len(document.passages))

    def stage(self, *changes: Change) -> None:
        self._changes += changes

    def keep(self, *kept: Kept) -> None:
        held = copy.deepcopy(self.index.held)
        for one in kept:
            match one:
                case PutFetch(fetch):
                    held.fetches[fetch.url] = fetch
                case PutSignature(version, kind, signature, keys):
                    held.signatures.setdefault((version, kind), signature)
                    held.keys.setdefault((version, kind), keys)
        self.index.held = held

    def keep_original(self, sha256: str, data: bytes) -> None:
        self.index.held.originals[sha256] = data

    def commit(self) -> None:
        changes, self._changes = self._changes, []
        if not changes:
            return
        held = copy.deepcopy(self.index.held)
        generation = held.generation + 1
        held.times[generation] = datetime.now(UTC).isoformat(timespec="seconds")
        for change in changes:
            _apply(held, change, generation)
        # What was born and died in one commit has never lived.
        held.lives = [x for x in held.lives if x.born != x.died]
        held.stretches = [x for x in held.stretches if x.born != x.died]
        if held.stretches and not held.fingerprint:
            held.fingerprint = self.index.embedder.fingerprint
            held.dimensions = self.index.embedder.encode([""], "passage").shape[1]
        self.index.held = held

    def prune(self, before: str) -> None:
        self.index.held = _keep(copy.deepcopy(self.index.held), before)

    def forget(self, document: str) -> None:
        held = copy.deepcopy(self.index.held)
        gone = {life.number for life in _find_line(held, document) if life.died is not None}
        held.lives = [life for life in held.lives if life.number not in gone]
        self.index.held = _drop_unshown(held)


def _apply(held: Held, change: Change, generation: int) -> None:
    match change:
        case PutDocument(incoming):
            before = _live(held, incoming.source.id)
            last = _find_end(held, incoming.source.id)
            _show(held, incoming, last.line if last else None, generation)
            _cut(held, incoming, generation)
            if before and before.incoming.version.id != incoming.version.id:
                _end_unshown(held, before.incoming.version.id, generation)
        case TouchSource(source):
            if life := _live(held, source.id):
                touched = replace(
                    life.incoming.source,
                    size_bytes=source.size_bytes,
                    modified_ns=source.modified_ns,
                )
                life.incoming = replace(life.incoming, source=touched)
        case MoveDocument(document, source):
            if life := _live(held, document):
                replaced = _live(held, source.id)
                _show(held, _move(life.incoming, source), life.line, generation, life.indexed_at)
                life.died = generation
                if replaced:
                    _end_unshown(held, replaced.incoming.version.id, generation)
        case RemoveDocument(document):
            held.fetches.pop(document, None)
            if life := _live(held, document):
                life.died = generation
                _end_unshown(held, life.incoming.version.id, generation)
        case RestoreDocument(document):
            if (last := _find_end(held, document)) and last.died is not None:
                _show(held, last.incoming, last.line, generation, last.indexed_at)
                _revive(held, last.incoming.version.id, generation)
        case PutFailure(failure):
            held.failures[failure.root, failure.path] = failure
        case ForgetFailure(root, path):
            held.failures.pop((root, path), None)
        case PutRoot(name, location):
            held.roots[name] = Path(location)
        case PutListing(name, entries):
            held.listed[name] = set(entries)
        case ForgetFetch(url):
            held.fetches.pop(url, None)


def _live(held: Held, document: str) -> Life | None:
    own = (x for x in held.lives if x.incoming.source.id == document and x.died is None)
    return next(own, None)


def _move(incoming: IncomingDocument, source: Source) -> IncomingDocument:
    moved = replace(
        incoming.source,
        root=source.root,
        path=source.path,
        size_bytes=source.size_bytes,
        modified_ns=source.modified_ns,
    )
    return replace(incoming, source=moved)


def _show(
    held: Held,
    incoming: IncomingDocument,
    line: int | None,
    generation: int,
    indexed_at: str | None = None,
) -> None:
    held.versions[incoming.version.id] = incoming.version
    if incoming.layout is not None:
        held.layouts[incoming.version.id] = (incoming.source.sha256, incoming.layout)
    if life := _live(held, incoming.source.id):
        life.died = generation
    held.failures.pop((incoming.source.root, incoming.source.path), None)
    number = max((life.number for life in held.lives), default=0) + 1
    when = indexed_at or held.times[generation]
    held.lives.append(Life(number, incoming, when, line or number, generation))


def _cut(held: Held, incoming: IncomingDocument, generation: int) -> None:
    language = incoming.metadata.language or DEFAULT_LANGUAGE
    wanted = {(p.start, p.end): p for p in incoming.passages}
    for one in held.stretches:
        if one.passage.version == incoming.version.id and one.died is None:
            same = wanted.get((one.passage.start, one.passage.end))
            if same and same.context == one.passage.context and one.language == language:
                one.passage = replace(one.passage, sentences=same.sentences)
                del wanted[one.passage.start, one.passage.end]
            else:
                one.died = generation
    for passage in wanted.values():
        held.numbers += 1
        held.stretches.append(Stretch(held.numbers, passage, language, generation))


def _end_unshown(held: Held, version: str, generation: int) -> None:
    if not any(x.incoming.version.id == version and x.died is None for x in held.lives):
        for one in held.stretches:
            if one.passage.version == version and one.died is None:
                one.died = generation


def _revive(held: Held, version: str, generation: int) -> None:
    own = [one for one in held.stretches if one.passage.version == version]
    if not any(one.died is None for one in own):
        last = max((one.died or 0 for one in own), default=0)
        for one in [one for one in own if one.died == last]:
            held.numbers += 1
            held.stretches.append(Stretch(held.numbers, one.passage, one.language, generation))


class MemoryIndex(Index):
    """An index of which nothing is left when the process ends."""

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self.settings = settings
        self.embedder = embedder
        self.held = Held(identity=f"memory {id(self)}", times={0: "2000-01-01T00:00:00+00:00"})
        self._vectors: dict[str, Matrix] = {}

    @contextlib.contextmanager
    def snapshot(self, generation: int | None = None) -> Iterator[MemoryCatalog]:
        self.check_made()
        yield MemoryCatalog(copy.deepcopy(self.held), generation)

    @contextlib.contextmanager
    def writer(self, reembed: bool = False) -> Iterator[MemoryWriter]:
        found = self.held.fingerprint
        if found and found != self.embedder.fingerprint:
            if not reembed:
                raise make_mismatch_error(found, self.embedder)
            self.held = replace(self.held, fingerprint=self.embedder.fingerprint)
            number = self.held.generation + 1
            self.held.times = {**self.held.times, number: self.held.times[number - 1]}
        self.held.made = True
        yield MemoryWriter(self)

    def bring_up_to_date(self) -> str:
        return ""

    def check_made(self) -> None:
        if not self.held.made:
            raise IndexMissing("no index in memory; write to it to make one")

    def verify(self) -> list[str]:
        return []

    def rarity(self, terms: Sequence[str], catalog: Catalog | None = None) -> dict[str, float]:
        if catalog is None:
            return ask_at_one_moment(self, lambda moment: self.rarity(terms, moment))
        assert isinstance(catalog, MemoryCatalog)
        return self._words(catalog).rarity(terms)

    def search(
        self,
        question: str,
        k: int = 10,
        restriction: Filter = EVERYTHING,
        catalog: Catalog | None = None,
    ) -> SearchResult:
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        question = unicodedata.normalize("NFC", question.encode("utf-8", "replace").decode())
        if catalog is None:
            return ask_at_one_moment(
                self, lambda moment: self.search(question, k, restriction, moment)
            )
        assert isinstance(catalog, MemoryCatalog)
        found = catalog.moment.fingerprint
        if found and found != self.embedder.fingerprint:
            raise make_mismatch_error(found, self.embedder)
        vector = self.embedder.encode([question], "query")[0]
        passing = [life for life in catalog.lives() if catalog.passes(life, restriction)]
        versions = {life.incoming.version.id for life in passing}
        stretches = [s for s in catalog.stretches() if s.passage.version in versions]
        receipt = SearchReceipt(len(passing), len(stretches), restriction)
        words = query_words(question, sorted({s.language for s in catalog.stretches()}))
        terms = [form for word in words for form in word.forms]
        condition = GivenCondition(
            restriction,
            tuple(versions),
            np.array([s.number for s in stretches], dtype=np.int64),
        )
        depth = len(catalog.stretches()) or 1
        dense = []
        if self.held.dimensions:
            dense = self._vector_store(catalog).search(vector, depth, condition, catalog.at)
        lexical = self._words(catalog).search(terms, depth, condition, catalog.at)
        hits = self._fuse(catalog, passing, vector, dense, lexical)
        return SearchResult(tuple(hits[:k]), receipt, vector, tuple(words))

    def _fuse(
        self,
        catalog: MemoryCatalog,
        passing: Sequence[Life],
        vector: Matrix,
        dense: Sequence[tuple[int, float]],
        lexical: Sequence[tuple[int, float]],
    ) -> list[Hit]:
        weights = self.settings.retrieval
        ranks = [
            {number: rank for rank, (number, _) in enumerate(found[:CANDIDATES], start=1)}
            for found in (dense, lexical)
        ]
        best = (weights.dense_weight + weights.lexical_weight) / (RANK_CONSTANT + 1)
        hits = []
        for one in catalog.stretches():
            places = [found.get(one.number) for found in ranks]
            if places == [None, None]:
                continue
            score = sum(
                weight / (RANK_CONSTANT + place)
                for weight, place in zip(
                    (weights.dense_weight, weights.lexical_weight), places, strict=True
                )
                if place is not None
            )
            showing = sorted(
                (
                    catalog.make_document(life)
                    for life in passing
                    if life.incoming.version.id == one.passage.version
                ),
                key=lambda document: document.id,
            )
            hits.append(
                Hit(
                    one.number, one.passage, showing[0], tuple(d.id for d in showing[1:]),
                    score / best, float(self._embed(one) @ vector), *places,
                )
            )  # fmt: skip
        return sorted(hits, key=lambda hit: (-hit.score, hit.number))

    def _embed(self, one: Stretch) -> Matrix:
        text = one.passage.embedded
        key = f"{self.embedder.fingerprint}\0{text}"
        if key not in self._vectors:
            self._vectors[key] = self.embedder.encode([text], "passage")[0]
        return self._vectors[key]

    def _vector_store(self, catalog: MemoryCatalog) -> MemoryVectors:
        store = MemoryVectors(self.held.dimensions)
        for one in catalog.stretches():
            number = np.array([one.number], dtype=np.int64)
            store.add(number, self._embed(one)[None, :], one.born)
        return store

    def _words(self, catalog: MemoryCatalog) -> MemoryWords:
        store = MemoryWords()
        for one in catalog.stretches():
            terms = [term.text for term in analyse(one.passage.embedded, one.language)]
            number = np.array([one.number], dtype=np.int64)
            store.add(number, [PassageTerms(one.passage.version, terms)], one.born)
        return store
