"""The tables of `settings.toml` that answering owns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

_Share = Annotated[float, Meta(ge=0, le=1)]
_Count = Annotated[int, Meta(ge=1)]


class ChatSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[chat]` table.

    Attributes:
        least_coverage: Share of what a question asks for, by the weight of its words, that a
            passage must hold to be quoted, in [0, 1].
    """

    least_coverage: _Share = 0.2


class ReaderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[reader]` table.

    Attributes:
        enabled: Whether passages are read before they are quoted: surer, and slower.
        depth: Passages that are read for each question, at most.
    """

    enabled: bool = True
    depth: _Count = 8


class RerankerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[reranker]` table.

    Attributes:
        model: Hub name or local folder of a cross-encoder; "" is none.
        depth: Passages that it reads for each question.
        weight: How much its score counts beside the one of retrieval, in [0, 1].
    """

    model: str = ""
    depth: _Count = 20
    weight: _Share = 0.5


# What `index.settings` reads from the file for this side.
TABLES: Mapping[str, type[msgspec.Struct]] = {
    "chat": ChatSettings,
    "reader": ReaderSettings,
    "reranker": RerankerSettings,
}
DROPPED = {"retrieval.least_coverage": "chat.least_coverage"}
