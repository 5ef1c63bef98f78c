"""The errors of the index, and the base of all that this product raises on purpose.

Those of sources are in `ingest.errors`, those of questions in `chat.errors`.

PolicyChatError                 one line: what was found, what was expected, what to do
├── SettingsError               settings.toml cannot be read or holds an unknown key
├── IndexMissing                no index here yet
├── IndexOutdated               an older release made the index; a writer brings it up to date
├── IndexLocked                 another process is writing
├── IndexDamaged                a file of the index cannot be read
│   └── IndexChanged            another state of the index came between; ask again
├── IndexWriteFailed            a file of the index cannot be written (disk full, no rights)
├── EmbedderMismatch            the index was made by another embedder
├── EmbedderUnavailable         the model's files are missing or not what they should be
├── GenerationUnknown           a moment that was not, or that is not known any more
├── DocumentUnknown             no document of that name, or more than one
├── CitationUnknown             a citation whose text is not stored here
└── QuoteMismatch               a quotation that is not what the stored text says

Wrong arguments raise ValueError. "Not found in the corpus" is an outcome of a question, never an
exception.
"""

from __future__ import annotations


class PolicyChatError(Exception):
    """Base of the tree; its message is fit to be shown as it is."""


class SettingsError(PolicyChatError):
    """The settings file cannot be used."""


class IndexMissing(PolicyChatError):
    """There is no index to ask."""


class IndexOutdated(PolicyChatError):
    """The index has the tables of an older release."""


class IndexLocked(PolicyChatError):
    """Another process holds the write lock."""


class IndexDamaged(PolicyChatError):
    """A stored file is torn or not ours."""


class IndexChanged(IndexDamaged):
    """What is derived is of another state than the catalog; if it stays so, it is damage."""


class IndexWriteFailed(PolicyChatError):
    """The index could not be written; what was committed before stands."""


class EmbedderMismatch(PolicyChatError):
    """The index holds vectors of another embedder."""


class EmbedderUnavailable(PolicyChatError):
    """The embedding model cannot be loaded."""


class GenerationUnknown(PolicyChatError):
    """No such generation, or what lived then was pruned."""


class DocumentUnknown(PolicyChatError):
    """No live document of that name, or several."""


class CitationUnknown(PolicyChatError):
    """A citation whose text is not stored."""


class QuoteMismatch(PolicyChatError):
    """A quotation that the stored text does not hold at its offsets."""


def first_line(error: BaseException) -> str:
    """Return an error's first line; its type where it says nothing."""
    return str(error).strip().split("\n")[0] or type(error).__name__
