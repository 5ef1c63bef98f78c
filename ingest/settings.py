"""The tables of `settings.toml` that indexing owns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

# A worker process maps 170 MB before it reads anything; of these it holds 28.
_LEAST_MEMORY_MB = 256
_DAY_SECONDS = 86_400


class IngestSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[ingest]` table.

    Attributes:
        workers: Processes that read files while passages are embedded; 0 reads in the process
            that embeds, without the two limits.
        file_seconds: A file that takes longer to read is refused.
        file_memory_mb: A file that needs more address space to read is refused (Linux).
    """

    workers: Annotated[int, Meta(ge=0, le=64)] = 2
    file_seconds: Annotated[float, Meta(gt=0, le=_DAY_SECONDS)] = 600.0
    file_memory_mb: Annotated[int, Meta(ge=_LEAST_MEMORY_MB)] = 2048


class SourcesSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[sources]` table: how web addresses are fetched.

    Attributes:
        allow_private: Also fetch from this machine and its network (loopback, private, link-local).
        timeout_seconds: Without an answer, or between two pieces of it.
        largest_megabytes: A longer answer is refused, counted after decompression.
    """

    allow_private: bool = False
    timeout_seconds: Annotated[float, Meta(gt=0, le=_DAY_SECONDS)] = 30.0
    largest_megabytes: Annotated[int, Meta(ge=1)] = 50


# What `index.settings` reads from the file for this side.
TABLES: Mapping[str, type[msgspec.Struct]] = {
    "ingest": IngestSettings,
    "sources": SourcesSettings,
}
DROPPED = {"sources.delay_seconds": ""}
