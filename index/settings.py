"""Where things are and what may be configured: paths from the project's root, `settings.toml`."""

from __future__ import annotations

import math
import os
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

from index.errors import SettingsError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
CORPUS = PROJECT_ROOT / "corpus"
HOME_VARIABLE = "POLICY_CHAT_HOME"
# A worker process maps 170 MB before it reads anything; of these it holds 28.
_LEAST_MEMORY_MB = 256


@dataclass(frozen=True, slots=True)
class EmbedderSettings:
    """The `[embedder]` table.

    Attributes:
        model: Hub name or local folder of a sentence-transformers model; "" is the packaged one.
        query_prompt: Put before a question, for models that were trained with one.
        passage_prompt: Put before a passage.
    """

    model: str = ""
    query_prompt: str = ""
    passage_prompt: str = ""


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """The `[retrieval]` table.

    Attributes:
        dense_weight: Weight of the ranking by meaning in reciprocal rank fusion.
        lexical_weight: Weight of the ranking by words (BM25).
        rank_constant: Added to every rank; larger values flatten the fusion.
        candidates: Passages taken from each ranking before fusion.
        exact_below: Passages up to which the vector search is exact.
        least_coverage: Share of what a question asks for, by the weight of its words, that a
            passage must hold to be quoted, in [0, 1].
    """

    dense_weight: float = 0.3
    lexical_weight: float = 0.7
    rank_constant: int = 60
    candidates: int = 100
    exact_below: int = 50_000
    least_coverage: float = 0.2

    def __post_init__(self) -> None:
        if not 0 <= self.least_coverage <= 1:
            raise ValueError("retrieval.least_coverage must be between 0 and 1")
        if not (math.isfinite(self.dense_weight) and math.isfinite(self.lexical_weight)):
            raise ValueError("retrieval weights must be finite")
        if min(self.dense_weight, self.lexical_weight) < 0 or (
            self.dense_weight + self.lexical_weight <= 0
        ):
            raise ValueError("retrieval weights must not be negative and not both be 0")
        if min(self.rank_constant, self.candidates, self.exact_below) < 1:
            raise ValueError("rank_constant, candidates and exact_below must be at least 1")


@dataclass(frozen=True, slots=True)
class RerankerSettings:
    """The `[reranker]` table.

    Attributes:
        model: Hub name or local folder of a cross-encoder; "" is none.
        depth: Passages that it reads for each question.
        weight: How much its score counts beside the one of retrieval, in [0, 1].
    """

    model: str = ""
    depth: int = 20
    weight: float = 0.5

    def __post_init__(self) -> None:
        if self.depth < 1:
            raise ValueError("reranker.depth must be at least 1")
        if not 0 <= self.weight <= 1:
            raise ValueError("reranker.weight must be between 0 and 1")


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """The `[reader]` table.

    Attributes:
        enabled: Whether passages are read before they are quoted: surer, and slower.
        depth: Passages that are read for each question, at most.
    """

    enabled: bool = True
    depth: int = 8

    def __post_init__(self) -> None:
        if self.depth < 1:
            raise ValueError("reader.depth must be at least 1")


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """The `[ingest]` table.

    Attributes:
        workers: Processes that read files while passages are embedded; 0 reads in the process
            that embeds, without the two limits.
        file_seconds: A file that takes longer to read is refused.
        file_memory_mb: A file that needs more address space to read is refused (Linux).
    """

    workers: int = 2
    file_seconds: float = 600.0
    file_memory_mb: int = 2048

    def __post_init__(self) -> None:
        if not 0 <= self.workers <= 64:
            raise ValueError("ingest.workers.pool must be from 0 to 64")
        if not 0 < self.file_seconds <= 86_400:
            raise ValueError("ingest.file_seconds must be more than 0 and at most 86400")
        if self.file_memory_mb < _LEAST_MEMORY_MB:
            raise ValueError(f"ingest.file_memory_mb must be at least {_LEAST_MEMORY_MB}")


@dataclass(frozen=True, slots=True)
class SourcesSettings:
    """The `[sources]` table: how web addresses are fetched.

    Attributes:
        allow_private: Also fetch from this machine and its network (loopback, private, link-local).
        delay_seconds: Between two requests to one host; a longer one in robots.txt is kept to.
        timeout_seconds: Without an answer, or between two pieces of it.
        largest_megabytes: A longer answer is refused, counted after decompression.
    """

    allow_private: bool = False
    delay_seconds: float = 1.0
    timeout_seconds: float = 30.0
    largest_megabytes: int = 50

    def __post_init__(self) -> None:
        if not (math.isfinite(self.delay_seconds) and math.isfinite(self.timeout_seconds)):
            raise ValueError("delay_seconds and timeout_seconds must be finite")
        if self.delay_seconds < 0 or self.timeout_seconds <= 0 or self.largest_megabytes < 1:
            raise ValueError(
                "delay_seconds must not be negative, timeout_seconds must be positive and "
                "largest_megabytes at least 1"
            )


_Table = TypeVar(
    "_Table",
    EmbedderSettings,
    RetrievalSettings,
    RerankerSettings,
    ReaderSettings,
    IngestSettings,
    SourcesSettings,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a process needs to know before it opens an index.

    Attributes:
        home: The folder of all state: index, uploads, originals, settings.toml.
        embedder: The `[embedder]` table.
        retrieval: The `[retrieval]` table.
        reranker: The `[reranker]` table.
        reader: The `[reader]` table.
        ingest: The `[ingest]` table.
        sources: The `[sources]` table.
    """

    home: Path
    embedder: EmbedderSettings = EmbedderSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    reranker: RerankerSettings = RerankerSettings()
    reader: ReaderSettings = ReaderSettings()
    ingest: IngestSettings = IngestSettings()
    sources: SourcesSettings = SourcesSettings()

    @property
    def index_directory(self) -> Path:
        """The catalog, the vectors and the words."""
        return self.home / "index"

    @property
    def uploads(self) -> Path:
        """Files added in the Library page; a root of its own."""
        return self.home / "uploads"

    @property
    def source_list(self) -> Path:
        """Folders, files and addresses that `python -m ingest --sources` keeps in step."""
        return self.home / "sources.toml"

    @property
    def originals(self) -> Path:
        """Source bytes by sha256, so that an old citation can be checked against its file."""
        return self.home / "originals"


def load_settings() -> Settings:
    """Return the settings of this process.

    The home folder is `$POLICY_CHAT_HOME`, else `var/` in the project's root; `settings.toml` in
    it is read if it is there.

    Returns:
        The settings, defaults where nothing is said.

    Raises:
        SettingsError: The file is not TOML, or holds an unknown table, key or type.
    """
    home = Path(os.environ.get(HOME_VARIABLE) or PROJECT_ROOT / "var").expanduser().resolve()
    path = home / "settings.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings(home)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error}); mend or remove it") from error
    known = {"embedder", "ingest", "reader", "reranker", "retrieval", "sources"}
    if unknown := sorted(set(tables) - known):
        listed = ", ".join(sorted(known))
        raise SettingsError(f"{path}: unknown table [{unknown[0]}]; known are {listed}")
    return Settings(
        home,
        _table(path, "embedder", EmbedderSettings, tables.get("embedder", {})),
        _table(path, "retrieval", RetrievalSettings, tables.get("retrieval", {})),
        _table(path, "reranker", RerankerSettings, tables.get("reranker", {})),
        _table(path, "reader", ReaderSettings, tables.get("reader", {})),
        _table(path, "ingest", IngestSettings, tables.get("ingest", {})),
        _table(path, "sources", SourcesSettings, tables.get("sources", {})),
    )


def _table(path: Path, name: str, kind: type[_Table], values: object) -> _Table:
    if not isinstance(values, dict):
        raise SettingsError(f"{path}: [{name}] must be a table")
    types = {entry.name: type(entry.default) for entry in fields(kind)}
    for key, value in values.items():
        expected = types.get(key)
        if expected is None:
            raise SettingsError(f"{path}: unknown key {name}.{key}; known are {', '.join(types)}")
        if type(value) is not expected and not (expected is float and type(value) is int):
            raise SettingsError(
                f"{path}: {name}.{key} must be a {expected.__name__}, not {value!r}"
            )
    try:
        return kind(**values)
    except ValueError as error:
        raise SettingsError(f"{path}: {error}") from error
