"""The nouns of the index: what is stored, what is searched, what comes back.

Offsets are Unicode characters into a version's canonical text, half-open.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date

VERSION_PREFIX_CHARS = 16
_CITATION_ID = re.compile(r"([0-9a-f]{16,64})-(\d+)-(\d+)")


def version_of(text: str) -> str:
    """Return a version's name: the sha256, in hex, of its canonical text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def citation_id(version: str, start: int, end: int) -> str:
    """Return the id of text[start:end] of a version: stable for as long as the text is.

    >>> citation_id("ab" * 32, 3, 9)
    'abababababababab-3-9'
    """
    return f"{version[:VERSION_PREFIX_CHARS]}-{start}-{end}"


def source_id(root: str, path: str) -> str:
    """Return a source's id: `root/relative/path`, or the address itself of a web page.

    >>> source_id("corpus", "a.txt"), source_id("web", "https://example.org/a")
    ('corpus/a.txt', 'https://example.org/a')
    """
    return path if is_address(path) else f"{root}/{path}"


def is_address(path: str) -> bool:
    """Tell whether a source's path is a web address; no path within a folder holds `//`."""
    return "://" in path


def parse_citation_id(text: str) -> tuple[str, int, int]:
    """Return (version or a prefix of it, start, end) of a citation id.

    Args:
        text: `VERSION-START-END`, as `citation_id` makes it.

    Returns:
        16 to 64 hexadecimal digits and half-open offsets; not checked against any text.

    Raises:
        ValueError: The text is not of the form VERSION-START-END.
    """
    match = _CITATION_ID.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a citation id (VERSION-START-END)")
    return match[1], int(match[2]), int(match[3])


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


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of a version and the text it governs.

    Attributes:
        start: First character of the heading's reach.
        end: One past its last character; the next section that is not below it starts here.
        path: Heading texts from the outermost to this one.
    """

    start: int
    end: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a version that stands on one page.

    Mostly a page is one stretch. It is several where a note at its foot follows a paragraph that
    ends overleaf.

    Attributes:
        number: 1-based.
        start: Half-open offsets in the version's text.
        end: See start.
        label: What is printed on the page as its number, None if that is not known.
        ocr: Whether the text was recognised in a picture of the page, and so may have mistakes.
    """

    number: int
    start: int
    end: int
    label: str | None = None
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    r"""One state of a document's text, immutable.

    Attributes:
        id: sha256 of `text` in UTF-8.
        text: Canonical text: NFC, newlines as `\n`, running headers and navigation left out.
        sections: Outline, in order of start; empty where the text has no headings.
        pages: Page map in order; empty for formats without pages.
    """

    id: str
    text: str
    sections: tuple[Section, ...] = ()
    pages: tuple[Page, ...] = ()

    def section_at(self, offset: int) -> tuple[str, ...]:
        """Return the heading path that governs a character; () where there is none."""
        path: tuple[str, ...] = ()
        for section in self.sections:
            if section.start > offset:
                break
            if offset < section.end:
                path = section.path
        return path

    def page_at(self, offset: int) -> Page | None:
        """Return the page that holds a character, None for formats without pages."""
        for page in self.pages:
            if page.start <= offset < page.end:
                return page
        return None

    def pages_of(self, start: int, end: int) -> tuple[Page, ...]:
        """Return the stretches of pages that share a character with text[start:end]."""
        return tuple(page for page in self.pages if page.start < end and start < page.end)


@dataclass(frozen=True, slots=True)
class Draft:
    """A passage as the chunker makes it, before the index gives it a number.

    Attributes:
        start: Half-open offsets in the version's text.
        end: See start.
        sentences: Offsets of its sentences in the version's text, in order, inside [start, end).
        context: Embedded and searched with the text but never quoted: heading path, table header.
    """

    start: int
    end: int
    sentences: tuple[tuple[int, int], ...]
    context: str = ""


def embedded_text(text: str, context: str) -> str:
    """Return exactly what is embedded and searched of a passage."""
    return f"{context}\n{text}" if context else text


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of whole sentences of one version, the unit that is searched.

    Attributes:
        number: The catalog's row number, never used again.
        id: `citation_id(version, start, end)`.
        version: sha256 of the text it is part of.
        text: `version.text[start:end]`.
        context: Embedded and searched with the text but never quoted.
        section: Heading path, outermost first.
        sentences: Offsets of its sentences in the version's text.
        pages: The stretches of pages that it stands on, in order; () for formats without pages.
    """

    number: int
    id: str
    version: str
    start: int
    end: int
    text: str
    context: str
    section: tuple[str, ...]
    sentences: tuple[tuple[int, int], ...]
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document comes from and what its bytes were, so that a plan can be made by stat.

    Attributes:
        root: Name of the root it belongs to.
        path: Path relative to that root, with `/`; or a web address.
        sha256: Of the source bytes.
        size_bytes: Length of the source.
        modified_ns: The file's mtime in nanoseconds; of a web page when these bytes came first.
        reader: `name@version` of the reader that made the text.
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
    """A live document: its source, its metadata and the version it shows today."""

    source: Source
    version: str
    title: str
    metadata: Metadata
    indexed_at: str
    passages: int
    characters: int

    @property
    def id(self) -> str:
        """See `source_id`; unique in an index."""
        return self.source.id


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not be indexed, remembered until something about it changes.

    Attributes:
        root: Name of the root it belongs to.
        path: Path relative to the root; or a web address.
        reason: One line in plain words.
        size_bytes: The file's size when it failed; -1 if it could not be asked.
        modified_ns: The file's mtime when it failed; -1 if it could not be asked.
        reader: `name@version` of the reader that refused it, "" if none was reached,
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
        passage: The passage.
        document: A live document that shows it, first by id.
        also_in: Ids of other live documents with the same text.
        score: Fused score in [0, 1]; 1 is first in both rankings.
        similarity: Cosine of question and passage in [-1, 1].
        dense_rank: 1-based rank by similarity, None if not among the candidates.
        lexical_rank: 1-based rank by BM25, None if not among the candidates.
    """

    passage: Passage
    document: Document
    also_in: tuple[str, ...]
    score: float
    similarity: float
    dense_rank: int | None
    lexical_rank: int | None


@dataclass(frozen=True, slots=True)
class Citable:
    """A stored text and the passage of it that a citation id names.

    Attributes:
        version: The text as it was when cited.
        start: Half-open offsets of the quote.
        end: See start.
        document: The document that shows or showed this version.
        current: Whether the document still shows this version.
        removed: Whether the document has left the index since.
    """

    version: Version
    start: int
    end: int
    document: Document
    current: bool
    removed: bool

    @property
    def quote(self) -> str:
        """The cited words."""
        return self.version.text[self.start : self.end]


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
class SearchReceipt:
    """What a search looked at, kept with its hits so that a refusal can be checked."""

    documents: int
    passages: int
    filter: Filter = field(default_factory=Filter)
