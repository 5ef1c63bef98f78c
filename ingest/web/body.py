"""The body of an answer: bounded in bytes, before and after decompression."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from ingest.errors import SourceRefused
from ingest.web.deadline import Cut

# What is asked for; `zlib` decides between gzip and zlib by the first bytes.
ACCEPTED = b"gzip, deflate"
_ENCODINGS = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_PIECE_BYTES = 1 << 16


class ResponseBody:
    """Collects a body piece by piece."""

    def __init__(self, encoding: str, most_bytes: int) -> None:
        if encoding not in ("", "identity", *_ENCODINGS):
            raise SourceRefused(
                "the server compresses in a way that was not asked for; save the page and give the "
                "file"
            )
        self._most_bytes = most_bytes
        self._data = bytearray()
        self._inflater = zlib.decompressobj(_GZIP_OR_ZLIB) if encoding in _ENCODINGS else None

    def read(self, pieces: Iterable[bytes]) -> bytes:
        """Return the whole body."""
        for piece in pieces:
            self._add(piece)
        if self._inflater is not None and not self._inflater.eof and self._data:
            raise Cut("its compressed form ends early")
        return bytes(self._data)

    def _add(self, piece: bytes) -> None:
        if self._inflater is None:
            self._keep(piece)
            return
        try:
            while piece:
                self._keep(self._inflater.decompress(piece, _PIECE_BYTES))
                piece = self._inflater.unconsumed_tail
                if self._inflater.eof and (rest := self._inflater.unused_data):
                    # Members one after the other are one file.
                    self._inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
                    piece = rest
        except zlib.error as error:
            raise Cut("its compressed form is torn") from error

    def _keep(self, data: bytes) -> None:
        self._data += data
        if len(self._data) > self._most_bytes:
            raise make_too_large(self._most_bytes)


def make_too_large(most_bytes: int) -> SourceRefused:
    """Return the one line for an answer that is too long."""
    return SourceRefused(
        f"more than {most_bytes / 1e6:,.0f} MB; allow more with largest_megabytes under [sources] "
        "in settings.toml"
    )
