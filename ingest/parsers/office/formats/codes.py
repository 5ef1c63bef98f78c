"""Number formats as spreadsheets store them: sections, and what each is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# What a format is made of; an unquoted character that means nothing stands for itself.
# Source: ECMA-376 part 1, 18.8.31, number formats.
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<blank>[_*].)|\[\$(?P<sign>[^\]-]*)(?:-[^\]]*)?\]'
    r"|\[(?P<test>[<>=]+)(?P<bound>[-+]?\d*\.?\d+(?:E[-+]?\d+)?)\]|(?P<colour>\[[^\]]*\])"
    r"|(?P<general>General)|(?P<exponent>[Ee][+-])|(?P<mark>[0#?.,%@])|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_PART = re.compile(r'((?:"[^"]*"|\\.|[_*].|\[[^\]]*\]|[^;])*)(?:;|$)', re.DOTALL)
_MINUS = ("-", "−", "(")
_SIGNS = [[("literal", "-")], [("literal", "+")]]


@dataclass(frozen=True, slots=True)
class FormatSection:
    """One of up to four parts of a format, each for some values."""

    tokens: tuple[tuple[str, str], ...]  # kind and text: `literal`, `mark`, `exponent`, `general`
    test: str
    bound: float

    def has(self, marks: str) -> bool:
        """Return whether it has one of these marks."""
        return any(kind == "mark" and text in marks for kind, text in self.tokens)

    @property
    def says_minus(self) -> bool:
        """Whether a minus or a bracket of its own stands before its figures."""
        kind, text = next((token for token in self.tokens if token[1].strip()), ("", ""))
        return kind == "literal" and text.lstrip()[:1] in _MINUS


@lru_cache(maxsize=1_000)
def read_sections(code: str) -> tuple[FormatSection, ...]:
    """Return the parts of a format."""
    parts = [match[1] for match in _PART.finditer(code)]
    if len(parts) > 1 and not code.endswith(";"):
        parts.pop()  # the end of the code is matched once more
    return tuple(map(_read_section, parts[:4]))


def _read_section(code: str) -> FormatSection:
    tokens, test, bound = [], "", 0.0
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "", match[0]
        if kind == "bound":
            test, bound = match["test"], float(match["bound"])
        elif kind in ("quoted", "escaped", "sign", "plain"):
            tokens.append(("literal", match[kind]))
        elif kind == "blank":
            # What fills the cell up stands for nothing behind a sign: "-* 0" is one number.
            is_filled = text[0] == "*" and tokens[-1:] in _SIGNS
            tokens.append(("literal", "" if is_filled else " "))
        elif kind != "colour":
            tokens.append((kind, text))
    return FormatSection(tuple(tokens), test, bound)
