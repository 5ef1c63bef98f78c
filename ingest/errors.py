"""What can go wrong with a source; each error is one line, see `index.errors`.

PolicyChatError
├── SourceError                 a source cannot be read
│   ├── SourceUnreadable        vanished, no rights, an input/output error
│   └── SourceRefused           read, but not a document we index (empty, binary, unsupported)
├── SourceListRefused           sources.toml or .policyignore cannot be used
└── WorkersUnavailable          the processes that read files do not start
"""

from __future__ import annotations

from index.errors import PolicyChatError


class SourceError(PolicyChatError):
    """A source cannot become a document."""


class SourceUnreadable(SourceError):
    """The bytes of a source cannot be read."""


class SourceRefused(SourceError):
    """The bytes of a source are not a document that can be indexed."""


class SourceListRefused(PolicyChatError):
    """A file that says what to index, or what not, cannot be used."""


class WorkersUnavailable(PolicyChatError):
    """The processes that read files do not start."""
