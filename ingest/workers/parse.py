"""Bytes to passages, without the index: what worker processes do, and small runs by themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace

from index.changes import IncomingDocument
from index.errors import IndexWriteFailed
from index.types import Metadata, Source
from ingest import parsers
from ingest.errors import SourceError
from ingest.sources import metadata
from ingest.sources.roots import make_title
from ingest.text import language
from ingest.text.chunk import chunk


@dataclass(frozen=True, slots=True)
class LoadedSource:
    """A source whose bytes are there, to be read.

    Attributes:
        source: Where they come from.
        name: File name, whose ending chooses the parser.
        data: All of them.
        given: What a sidecar or a list of sources says about it.
        charset: The encoding that a web server named for it, "" if none did.
    """

    source: Source
    name: str
    data: bytes
    given: Metadata
    charset: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a source is not a document, in one line."""

    reason: str


def parse(loaded: LoadedSource) -> IncomingDocument | Refused:
    """Read and cut one source; what a parser did not foresee ends nothing but this source."""
    try:
        return _parse(loaded)
    except SourceError as error:
        return Refused(str(error))
    except (MemoryError, IndexWriteFailed):
        raise
    except Exception as error:  # noqa: BLE001 - a parser's own bug, on a file nobody foresaw
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return Refused(f"the parser crashed ({said}); convert the file or leave it out")


def _parse(loaded: LoadedSource) -> IncomingDocument:
    parsed = parsers.parse(loaded.name, loaded.data, loaded.charset)
    known = metadata.merge_metadata(loaded.given, parsed.metadata)
    if known.language is None:
        known = replace(known, language=language.detect(parsed.text))
    title = known.title or parsed.title or make_title(loaded.source.path)
    # With what is known by now: the language decides where sentences end.
    passages = chunk(replace(parsed, metadata=known), known.title)
    return IncomingDocument(
        loaded.source, parsed.version(), title, known, tuple(passages), parsed.layout, parsed.note
    )
