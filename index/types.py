"""The nouns of the index: what is stored, what is searched, what comes back.

Offsets are Unicode characters into a version's canonical text, half-open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from index.version import Page, Version, citation_id


def source_id(root: str, path: str) -> str:
    """Return a source's id: `root/relative/path`, or the address itself of a web page.

    >>> source_id("corpus", "a.txt"), source_id("web", "https://example.org/a")
    ('corpus/a.txt', 'https://example.org/a')
    """
    return path if is_address(path) else f"{root}/{path}"


def is_address(path: str) -> bool:
    """Tell whether a source's path is a web address; no path within a folder holds `//`."""
    return "://" in path


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about a document beyond its text; what is not known is None, never guessed."""

    title: str | None = None
    publisher: str | None = None
    url: str | None = None
    date: date | None = None
    country: str | None = None
    language: str | None = None
    type: str | None = None


UNKNOWN = Metadata()


def embedded_text(text: str, context: str) -> str:
    """Return exactly what is embedded and searched of a passage."""
    return f"{context}\n{text}" if context else text


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of whole sentences of one version: what is embedded, searched and quoted from.

    Attributes:
        version: sha256 of the text it is part of.
        start: Half-open offsets in the version's text.
        end: See start.
        text: `version.text[start:end]`.
        context: Embedded and searched with the text but never quoted: heading path, table header.
        section: Heading path, outermost first.
        sentences: Offsets of its sentences in the version's text, in order, inside [start, end).
        pages: The stretches of pages that it stands on, in order; () for formats without pages.
    """

    version: str
    start: int
    end: int
    text: str
    context: str
    section: tuple[str, ...]
    sentences: tuple[tuple[int, int], ...]
    pages: tuple[Page, ...]

    @property
    def id(self) -> str:
        """Names it for a link, as a citation of all of it; the same as long as the text is."""
        return citation_id(self.version, self.start, self.end)

    @property
    def embedded(self) -> str:
        """Exactly what is embedded and searched of it."""
        return embedded_text(self.text, self.context)


def cut_passage(
    version: Version, start: int, end: int, sentences: tuple[tuple[int, int], ...], context: str
) -> Passage:
    """Return text[start:end] of a version as a passage, with the section and pages it stands in."""
    section, pages = version.section_at(start), version.pages_of(start, end)
    text = version.text[start:end]
    return Passage(version.id, start, end, text, context, section, sentences, pages)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document comes from and what its bytes were, so that a plan can be made by stat.

    Attributes:
        root: Name of the root it belongs to.
        path: Path relative to that root, with `/`; or a web address.
        sha256: Of the source bytes.
        size_bytes: Length of the source.
        modified_ns: The file's mtime in nanoseconds; of a web page when these bytes came first.
        reader: `name@version` of the parser that made the text.
        metadata_sha256: Of the sidecar's bytes; "" without one.
    """

    root: str
    path: str
    sha256: str
    size_bytes: int
    modified_ns: int
    reader: str
    metadata_sha256: str = ""

    @property
    def id(self) -> str:
        """See `source_id`; unique in an index."""
        return source_id(self.root, self.path)


@dataclass(frozen=True, slots=True)
class Document:
    """A live document: its source, its metadata and the version it shows today.

    Attributes:
        source: Where it comes from.
        version: sha256 of its text.
        title: What it is called in citations.
        metadata: What else is known about it.
        indexed_at: UTC time, ISO 8601.
        passages: Number of passages.
        characters: Length of the text.
        note: One line about what was left out of the text; None if nothing was, or if an older
            release read it.
    """

    source: Source
    version: str
    title: str
    metadata: Metadata
    indexed_at: str
    passages: int
    characters: int
    note: str | None = None

    @property
    def id(self) -> str:
        """See `source_id`; unique in an index."""
        return self.source.id


@dataclass(frozen=True, slots=True)
class Removed:
    """A document that was removed, and is kept until it is pruned or forgotten.

    Attributes:
        document: As it was last.
        at: UTC time of the removal, ISO 8601.
        is_restorable: Whether all of it was kept; release 0.1 kept only its text.
    """

    document: Document
    at: str
    is_restorable: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not be indexed, remembered until something about it changes.

    Attributes:
        root: Name of the root it belongs to.
        path: Path relative to the root; or a web address.
        reason: One line in plain words.
        size_bytes: The file's size when it failed; -1 if it could not be asked.
        modified_ns: The file's mtime when it failed; -1 if it could not be asked.
        reader: `name@version` of the parser that refused it, "" if none was reached,
            "removed by hand" if a person did.
        seen_at: UTC time, ISO 8601.
    """

    root: str
    path: str
    reason: str
    size_bytes: int
    modified_ns: int
    reader: str
    seen_at: str

    @property
    def id(self) -> str:
        """See `source_id`; unique in an index."""
        return source_id(self.root, self.path)


@dataclass(frozen=True, slots=True)
class Fetch:
    """What a web server said the last time about an address.

    Attributes:
        url: The address.
        final_url: Where the content came from, after redirects.
        sha256: Of the content that came last, in hexadecimal; "" if none ever came.
        size_bytes: Its length.
        first_seen_ns: When that content came first, in nanoseconds since 1970.
        ending: File name ending of its kind, such as `.html`; "" if nothing ever came.
        etag: The server's mark of that content, "" if it gave none.
        last_modified: The server's date of that content as it was written, "" if it gave none.
        checked_at: UTC time of the last request, ISO 8601.
        outcome: What came of it, in one line.
        charset: The encoding that the server named for that content, "" if it named none.
    """

    url: str
    final_url: str
    sha256: str
    size_bytes: int
    first_seen_ns: int
    ending: str
    etag: str
    last_modified: str
    checked_at: str
    outcome: str
    charset: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Restricts a search to some documents; an empty field restricts nothing.

    Attributes:
        documents: Document ids (`root/relative/path`).
        roots: Root names.
        publishers: Exact publisher names.
        countries: Countries as the metadata name them.
        languages: ISO 639-1 codes.
        types: Document types.
        since: Earliest document date, inclusive; undated documents are left out.
        until: Latest document date, inclusive; undated documents are left out.
    """

    documents: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return self != Filter()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found by a search.

    Attributes:
        number: The catalog's number of the passage, never used again; breaks ties.
        passage: The passage.
        document: A live document that shows it, first by id.
        also_in: Ids of other live documents with the same text.
        score: Fused score in [0, 1]; 1 is first in both rankings.
        similarity: Cosine of question and passage in [-1, 1].
        dense_rank: 1-based rank by similarity, None if not among the candidates.
        lexical_rank: 1-based rank by BM25, None if not among the candidates.
    """

    number: int
    passage: Passage
    document: Document
    also_in: tuple[str, ...]
    score: float
    similarity: float
    dense_rank: int | None
    lexical_rank: int | None


@dataclass(frozen=True, slots=True)
class Moment:
    """Names one state of one index: whatever a process or a store keeps of it is kept under this.

    A copy that is put back goes on from an old generation, and an index that is made anew counts
    from 0: neither id nor generation alone tells which texts passage numbers stand for.

    Attributes:
        index: Random id of the index, in hexadecimal, as long as it lives.
        generation: Grows by one or more with every commit; 0 before the first.
        commit: Random name of the commit that made the generation, in hexadecimal.
        fingerprint: Which embedder made the vectors; "" while the index has none.
    """

    index: str
    generation: int
    commit: str
    fingerprint: str

    @property
    def key(self) -> str:
        """All of it as one string, for caches that are keyed by strings."""
        return f"{self.index}/{self.generation}/{self.commit}/{self.fingerprint}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index is made of.

    Attributes:
        schema: Version of the catalog's tables.
        fingerprint: Which embedder made the vectors; "" while the index has none.
        dimensions: Length of a vector; 0 while the index has none.
        generation: Grows with every commit.
        documents: Live documents.
        passages: Live passages.
    """

    schema: int
    fingerprint: str
    dimensions: int
    generation: int
    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """One version of one document.

    Attributes:
        document: The document's id.
        version: sha256 of its text.
        since: UTC time, ISO 8601, when the document first showed it.
        until: When it showed another or was removed; None while it shows this one.
        characters: Length of the text.
    """

    document: str
    version: str
    since: str
    until: str | None
    characters: int


@dataclass(frozen=True, slots=True)
class Outdated:
    """What pruning forgets.

    Attributes:
        versions: Texts that no document shows, with the documents that did.
        vectors: Number of vectors of passages that are forgotten, too.
    """

    versions: tuple[ShownVersion, ...]
    vectors: int


@dataclass(frozen=True, slots=True)
class SearchReceipt:
    """What a search looked at, kept with its hits so that a refusal can be checked."""

    documents: int
    passages: int
    filter: Filter = field(default_factory=Filter)
