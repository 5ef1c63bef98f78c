"""Every error this product raises on purpose.

PolicyChatError                 one line: what was found, what was expected, what to do
├── SettingsError               settings.toml cannot be read or holds an unknown key
├── IndexMissing                no index here yet
├── IndexOutdated               an older release made the index; a writer brings it up to date
├── IndexLocked                 another process is writing
├── IndexDamaged                a file of the index cannot be read
├── IndexWriteFailed            a file of the index cannot be written (disk full, no rights)
├── EmbedderMismatch            the index was made by another embedder
├── EmbedderUnavailable         the model's files are missing or not what they should be
├── RerankerUnavailable         the same of the reranker that settings.toml names
├── ReaderUnavailable           the weights of the reader are missing or damaged
├── SourceError                 a source cannot be read
│   ├── SourceUnreadable        vanished, no rights, an input/output error
│   └── SourceRefused           read, but not a document we index (empty, binary, unsupported)
├── SourceListRefused           sources.toml or .policyignore cannot be used
├── WorkersUnavailable          the processes that read files do not start
├── DocumentUnknown             no document of that name, or more than one
├── CitationUnknown             a citation whose text is not stored here
├── QuoteMismatch               a quotation that is not what the stored text says
└── QuestionRefused             a question that cannot be searched for (empty, malformed)

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


class IndexWriteFailed(PolicyChatError):
    """The index could not be written; what was committed before stands."""


class EmbedderMismatch(PolicyChatError):
    """The index holds vectors of another embedder."""


class EmbedderUnavailable(PolicyChatError):
    """The embedding model cannot be loaded."""


class RerankerUnavailable(PolicyChatError):
    """The reranking model cannot be loaded."""


class ReaderUnavailable(PolicyChatError):
    """The reader's weights cannot be loaded."""


class SourceError(PolicyChatError):
    """A source cannot become a document."""


class SourceUnreadable(SourceError):
    """The bytes of a source cannot be had."""


class SourceRefused(SourceError):
    """The bytes of a source are not a document that can be indexed."""


class SourceListRefused(PolicyChatError):
    """A file that says what to index, or what not, cannot be used."""


class WorkersUnavailable(PolicyChatError):
    """The processes that read files do not start."""


class DocumentUnknown(PolicyChatError):
    """No live document of that name, or several."""


class CitationUnknown(PolicyChatError):
    """A citation whose text is not stored."""


class QuoteMismatch(PolicyChatError):
    """A quotation that the stored text does not hold at its offsets."""


class QuestionRefused(PolicyChatError):
    """A question that cannot be searched for."""
