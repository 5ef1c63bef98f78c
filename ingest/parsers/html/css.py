"""Text of style sheets, cut at the signs that stand in no brackets and no quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_QUOTED = r"""\\.|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
_SIGN = re.compile(rf"{_QUOTED}|url\([^()\"']*\)|[{{}};]", re.DOTALL)
_COMMENT = re.compile(rf"/\*.*?(?:\*/|\Z)|<!--|-->|({_QUOTED})", re.DOTALL)


def drop_comments(source: str) -> str:
    """Return a style sheet without its comments."""
    return _COMMENT.sub(lambda found: found[1] or "", source)


def cut_blocks(source: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Return what is said between semicolons, and each block: what stands before it and in it."""
    said: list[str] = []
    blocks: list[tuple[str, str]] = []
    depth, start, head = 0, 0, ""
    for sign in _SIGN.finditer(source):
        if sign[0] == "{":
            if not depth:
                head, start = source[start : sign.start()].strip(), sign.end()
            depth += 1
        elif sign[0] == "}":
            if depth == 1:
                blocks.append((head, source[start : sign.start()]))
            if depth < 2:
                start = sign.end()
            depth = max(0, depth - 1)
        elif sign[0] == ";" and not depth:
            said.append(source[start : sign.start()].strip())
            start = sign.end()
    # What is not closed reaches to the end.
    if depth:
        blocks.append((head, source[start:]))
    else:
        said.append(source[start:].strip())
    return [declaration for declaration in said if declaration], blocks


def split_outside(text: str, sign: str) -> list[str]:
    """Return what stands between signs, which are a regular expression with no group."""
    parts: list[str] = []
    start = 0
    for found in find_outside(text, sign):
        parts.append(text[start : found.start()].strip())
        start = found.end()
    return [*parts, text[start:].strip()]


def find_outside(text: str, sign: str) -> Iterator[re.Match[str]]:
    """Yield where a sign stands in no brackets and no quotation marks."""
    depth = 0
    for found in _compile_outside(sign).finditer(text):
        if found[1] is not None:
            if not depth:
                yield found
        elif found[0] in "([":
            depth += 1
        elif found[0] in ")]":
            depth -= 1


@lru_cache(maxsize=16)
def _compile_outside(sign: str) -> re.Pattern[str]:
    return re.compile(rf"{_QUOTED}|[()\[\]]|({sign})", re.DOTALL)
