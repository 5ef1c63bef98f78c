"""What can go wrong with a question; each error is one line, see `index.errors`.

PolicyChatError
├── QuestionRefused             a question that cannot be searched for (empty, malformed)
├── ReaderUnavailable           the weights of the reader are missing or damaged
└── RerankerUnavailable         the model of the reranker that settings.toml names is missing
"""

from __future__ import annotations

from index.errors import PolicyChatError


class QuestionRefused(PolicyChatError):
    """A question that cannot be searched for."""


class ReaderUnavailable(PolicyChatError):
    """The reader's weights cannot be loaded."""


class RerankerUnavailable(PolicyChatError):
    """The reranking model cannot be loaded."""
