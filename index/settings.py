"""Where things are, and `settings.toml` in the home folder: who owns which of its tables.

The index owns `[embedder]` and `[retrieval]`. Each side names its own tables in the `TABLES` of its
`settings` module and asks for one by its type: `settings.table(ReaderSettings)`.
"""

from __future__ import annotations

import functools
import importlib
import logging
import math
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

import msgspec
import platformdirs
from msgspec import Meta

from index.errors import SettingsError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
CORPUS = PROJECT_ROOT / "corpus"
HOME_VARIABLE = "POLICY_CHAT_HOME"
# Both offer `TABLES` and `DROPPED`: imported by name when settings are read, and not before.
_SIDES = ("ingest.settings", "chat.settings")
_Weight = Annotated[float, Meta(ge=0)]


class EmbedderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[embedder]` table.

    Attributes:
        model: Hub name or local folder of a sentence-transformers model; "" is the packaged one.
        query_prompt: Put before a question, for models that were trained with one.
        passage_prompt: Put before a passage.
    """

    model: str = ""
    query_prompt: str = ""
    passage_prompt: str = ""


class RetrievalSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[retrieval]` table.

    Attributes:
        dense_weight: Weight of the ranking by meaning in reciprocal rank fusion.
        lexical_weight: Weight of the ranking by words (BM25).
    """

    dense_weight: _Weight = 0.3
    lexical_weight: _Weight = 0.7

    def __post_init__(self) -> None:
        if not (math.isfinite(self.dense_weight) and math.isfinite(self.lexical_weight)):
            raise ValueError("retrieval weights must be finite")
        if self.dense_weight + self.lexical_weight <= 0:
            raise ValueError("retrieval weights must not both be 0")


_TABLES: Mapping[str, type[msgspec.Struct]] = {
    "embedder": EmbedderSettings,
    "retrieval": RetrievalSettings,
}
# Keys of earlier releases: still read, no longer used; where one has moved to, else "".
_DROPPED = {
    "retrieval.rank_constant": "",
    "retrieval.candidates": "",
    "retrieval.exact_below": "",
}
_EMBEDDER, _RETRIEVAL = EmbedderSettings(), RetrievalSettings()
Table = TypeVar("Table", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a process needs to know before it opens an index.

    Attributes:
        home: The folder of all state: index, uploads, originals, settings.toml.
        embedder: The `[embedder]` table.
        retrieval: The `[retrieval]` table.
        tables: Those of the two sides, at most one of a type: see `table`.
    """

    home: Path
    embedder: EmbedderSettings = _EMBEDDER
    retrieval: RetrievalSettings = _RETRIEVAL
    tables: tuple[msgspec.Struct, ...] = ()

    def table(self, kind: type[Table]) -> Table:
        """Return the table of a type, with its defaults where settings.toml does not have it."""
        found = (table for table in self.tables if isinstance(table, kind))
        return next(found, None) or kind()

    def with_table(self, table: msgspec.Struct) -> Settings:
        """Return the settings with a table in place of the one of its type."""
        others = tuple(other for other in self.tables if type(other) is not type(table))
        return Settings(self.home, self.embedder, self.retrieval, (*others, table))

    @property
    def corpus(self) -> Path:
        """What is indexed where nothing is named: the project's pages, or `corpus/` at home."""
        return CORPUS if in_checkout() else self.home / "corpus"

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


def in_checkout() -> bool:
    """Tell whether this code runs from a checkout of the project and not from installed files."""
    return (PROJECT_ROOT / "pyproject.toml").is_file()


def home_folder() -> Path:
    """Return where the state is: `$POLICY_CHAT_HOME`, `var/` of a checkout, or the user's own."""
    named = os.environ.get(HOME_VARIABLE)
    if named:
        return Path(named).expanduser().resolve()
    if in_checkout():
        return PROJECT_ROOT / "var"
    return platformdirs.user_data_path("policy-chat", appauthor=False)


def load_settings(home: Path | None = None) -> Settings:
    """Return the settings of this process.

    Args:
        home: The folder of all state; None for that of `home_folder`.

    Returns:
        What `settings.toml` in the home folder says, defaults where it says nothing.

    Raises:
        SettingsError: The file is not TOML, or holds an unknown table, key, type or value.
    """
    home = home.expanduser().resolve() if home else home_folder()
    path = home / "settings.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings(home)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error}); correct or remove it") from error
    known, dropped = dict(_TABLES), dict(_DROPPED)
    for name in _SIDES:
        side = importlib.import_module(name)
        known |= side.TABLES
        dropped |= side.DROPPED
    if unknown := sorted(tables.keys() - known.keys()):
        listed = ", ".join(sorted(known))
        raise SettingsError(f"{path}: unknown table [{unknown[0]}]; known are {listed}")
    tables = _without_dropped(path, tables, dropped)
    values = {name: _table(path, name, kind, tables.get(name, {})) for name, kind in known.items()}
    return Settings(
        home,
        cast(EmbedderSettings, values.pop("embedder")),
        cast(RetrievalSettings, values.pop("retrieval")),
        tuple(values.values()),
    )


def _without_dropped(
    path: Path, tables: Mapping[str, Any], dropped: Mapping[str, str]
) -> dict[str, Any]:
    """Return the tables without keys of earlier releases; those that have moved, at their place."""
    kept = {
        name: dict(table) if isinstance(table, dict) else table for name, table in tables.items()
    }
    for key, moved_to in dropped.items():
        name, _, entry = key.partition(".")
        if not isinstance(kept.get(name), dict) or entry not in kept[name]:
            continue
        value = kept[name].pop(entry)
        if moved_to:
            new_name, _, new_entry = moved_to.partition(".")
            kept.setdefault(new_name, {}).setdefault(new_entry, value)
        _notify(
            f"{path}: {key} " + (f"is now {moved_to}" if moved_to else "has no effect any more")
        )
    return kept


@functools.cache
def _notify(line: str) -> None:
    """Say something about the settings, once in a process."""
    logging.getLogger(__name__).warning("%s", line)


def _table(path: Path, name: str, kind: type[msgspec.Struct], values: object) -> msgspec.Struct:
    if not isinstance(values, dict):
        raise SettingsError(f"{path}: [{name}] must be a table")
    known = kind.__struct_fields__
    if unknown := [key for key in values if key not in known]:
        listed = ", ".join(known)
        raise SettingsError(f"{path}: unknown key {name}.{unknown[0]}; known are {listed}")
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: {_in_words(name, str(error), values)}") from error


def _in_words(table: str, message: str, values: Mapping[str, object]) -> str:
    """Return what msgspec says of a table, with the key and the value that it speaks of."""
    found = re.fullmatch(r"(.+) - at `\$\.(\w+)`", message)
    return (
        message
        if not found
        else (f"{table}.{found[2]} is {values[found[2]]!r}, {found[1][0].lower()}{found[1][1:]}")
    )
