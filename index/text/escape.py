"""Text of documents, files and errors for a surface that reads Markdown."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"[\\`*_{}\[\]()#+.!$:<>~|&-]")
# What Streamlit replaces after it has parsed Markdown: `:name:` and ` -> `, ` >= ` and the like. An
# invisible word joiner keeps the two characters apart.
_REPLACED = re.compile(r":(?=\S)|(?<![^\s])[<>~-](?=[-=>])")
_WORD_JOINER = "\u2060"


def literal(text: str) -> str:
    r"""Return Markdown that Streamlit shows as exactly this text, on one line.

    Titles, quotations and file names are written by strangers: unescaped, `:red[x]`, `$y$`,
    `[x](y)` and `<img>` would be obeyed.

    >>> literal("*a* [b](c)")
    '\\*a\\* \\[b\\]\\(c\\)'
    """
    line = " ".join(text.split())
    joined = _REPLACED.sub(lambda match: match[0] + _WORD_JOINER, line)
    return _MARKUP.sub(lambda match: "\\" + match[0], joined)
