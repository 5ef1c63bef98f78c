"""A cell's value as a spreadsheet shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from math import isfinite

from ingest.parsers.office.sheets.date_formats import format_moment

# What a format is made of; an unquoted character that means nothing stands for itself.
# Source: ECMA-376 part 1, 18.8.31, number formats.
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<blank>[_*].)|\[\$(?P<sign>[^\]-]*)(?:-[^\]]*)?\]'
    r"|\[(?P<test>[<>=]+)(?P<bound>[-+.\dE]+)\]|(?P<colour>\[[^\]]*\])|(?P<general>General)"
    r"|(?P<exponent>[Ee][+-])|(?P<mark>[0#?.,%@])|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_PART = re.compile(r'((?:"[^"]*"|\\.|[_*].|\[[^\]]*\]|[^;])*)(?:;|$)', re.DOTALL)
_FRACTION = re.compile(r"(?:([#0?]+)([^#0?/]+))?([#0?]+) ?/ ?([#0?]+|[1-9]\d*)")
_DIGITS = "0#?"
_WIDE = Context(prec=400)  # every number of a cell, with any number of decimals
_TESTS = {
    "<": lambda value, bound: value < bound, "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound, ">=": lambda value, bound: value >= bound,
    "=": lambda value, bound: value == bound, "<>": lambda value, bound: value != bound,
}  # fmt: skip


def format_cell(value: object, number_format: str) -> str:
    """Return the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, date | datetime | time | timedelta):
        return format_moment(value, number_format)
    if isinstance(value, int | float):
        return " ".join(_format_number(value, number_format).split())
    return _format_text(str(value), number_format)


@dataclass(frozen=True, slots=True)
class _Section:
    """One of up to four parts of a format, each for some values."""

    tokens: tuple[tuple[str, str], ...]  # kind and text: `literal`, `mark`, `exponent`, `general`
    test: str
    bound: float

    def has(self, marks: str) -> bool:
        """Return whether it has one of these marks."""
        return any(kind == "mark" and text in marks for kind, text in self.tokens)


@lru_cache(maxsize=1_000)
def _read_sections(code: str) -> tuple[_Section, ...]:
    parts = [match[1] for match in _PART.finditer(code)]
    if len(parts) > 1 and not code.endswith(";"):
        parts.pop()  # the end of the code is matched once more
    return tuple(map(_read_section, parts[:4]))


def _read_section(code: str) -> _Section:
    tokens, test, bound = [], "", 0.0
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "", match[0]
        if kind == "bound":
            test, bound = match["test"], float(match["bound"])
        elif kind in ("quoted", "escaped", "sign", "plain"):
            tokens.append(("literal", match[kind]))
        elif kind == "blank":
            tokens.append(("literal", " "))
        elif kind != "colour":
            tokens.append((kind, text))
    return _Section(tuple(tokens), test, bound)


def _format_text(text: str, code: str) -> str:
    sections = _read_sections(code)
    section = sections[-1]
    if len(sections) < 4 and not section.has("@"):
        return text
    return "".join(text if token == ("mark", "@") else token[1] for token in section.tokens)


def _format_number(value: float, code: str) -> str:
    sections = _read_sections(code)
    section, is_bare = _choose(value, sections)
    if section is None or not isfinite(value):
        return _format_general(value)
    exact = Decimal(f"{value:.15g}")
    if is_bare:
        exact = abs(exact)
    if any(kind == "general" for kind, _ in section.tokens):
        shown = _format_general(float(exact))
        return "".join(shown if kind == "general" else text for kind, text in section.tokens)
    if section.has("@"):
        return _format_text(_format_general(value), code)
    sign = "-" if exact < 0 else ""
    if fraction := _FRACTION.search(_mask_literals(section)):
        text = _format_fraction(abs(exact), section, fraction)
    else:
        text = _format_decimal(abs(exact), section)
    return sign + text if sign and re.search("[1-9]", text) else text


def _mask_literals(section: _Section) -> str:
    """Return a section's text in which nothing but its places and what divides them can be read."""
    return "".join(
        text if kind == "mark" or text in " /" or text.isdigit() else "\0" * len(text)
        for kind, text in section.tokens
    )


def _choose(value: float, sections: tuple[_Section, ...]) -> tuple[_Section | None, bool]:
    """Return the section for a number, and whether it shows it without its minus."""
    numbers = sections[:3]
    if any(section.test for section in numbers):
        for section in numbers:
            if not section.test or _TESTS.get(section.test, _TESTS["="])(value, section.bound):
                is_other = section is not numbers[0] and not section.test
                return section, is_other and value < 0 and len(numbers) == 3
        return None, False
    if value < 0 and len(numbers) > 1:
        return numbers[1], True
    return (numbers[2] if value == 0 and len(numbers) > 2 else numbers[0]), False


def _format_general(value: float) -> str:
    plain = f"{value:.11g}"
    return f"{value:.0f}" if "e" in plain and float(value).is_integer() else plain


def _format_fraction(value: Decimal, section: _Section, found: re.Match[str]) -> str:
    below = found[4]
    most = int(below) if below.isdigit() and below.strip("0") else 10 ** len(below) - 1
    if below.isdigit() and below.strip("0"):
        parts = (value * most).quantize(Decimal(1), ROUND_HALF_UP, _WIDE)
        over, under = int(parts), most
    else:
        near = Fraction(value).limit_denominator(most)
        over, under = near.numerator, near.denominator
    whole, rest = divmod(over, under) if found[1] else (0, over)
    shown = f"{rest}/{under}" if rest or not found[1] else ""
    if whole or not shown or (found[1] and "0" in found[1]):
        shown = f"{whole} {shown}".strip()
    texts = "".join(text for _, text in section.tokens)
    return texts[: found.start()] + shown + texts[found.end() :]


def _format_decimal(value: Decimal, section: _Section) -> str:
    tokens = list(section.tokens)
    digits = [at for at, token in enumerate(tokens) if _is_digit(token)]
    if not digits:
        return "".join(text for _, text in tokens)
    value *= 100 ** sum(token == ("mark", "%") for token in tokens)
    exponent_at = next((at for at, (kind, _) in enumerate(tokens) if kind == "exponent"), None)
    if exponent_at is not None:
        return _format_exponent(value, tokens, exponent_at)
    point = next((at for at, token in enumerate(tokens) if token == ("mark", ".")), len(tokens))
    whole = [at for at in digits if at < point]
    decimals = [at for at in digits if at > point]
    commas = [at for at, token in enumerate(tokens) if token == ("mark", ",")]
    # A comma behind the last digit leaves out three: `0.0,,"M"` shows millions.
    ends = {whole[-1] if whole else -1, digits[-1]}
    behind = [at for at in commas if any(end < at <= end + len(commas) for end in ends)]
    value /= 1000 ** len(behind)
    has_groups = any(whole and whole[0] < at < whole[-1] for at in commas)
    text = f"{value.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP, _WIDE):f}"
    before, _, after = text.partition(".")
    filled = dict.fromkeys(commas, "") | _fill_decimals(tokens, decimals, after)
    filled |= _fill_whole(tokens, whole, before.lstrip("0"), has_groups)
    if not whole and before.strip("0"):
        filled[point] = f"{before}."
    return "".join(filled.get(at, text) for at, (_, text) in enumerate(tokens))


def _fill_whole(
    tokens: list[tuple[str, str]], places: list[int], digits: str, has_groups: bool
) -> dict[int, str]:
    """Return what stands at each place before the point; the first one takes what is left."""
    least = next((len(places) - n for n, at in enumerate(places) if tokens[at][1] == "0"), 0)
    digits = digits.zfill(least) if least else digits
    filled = {}
    for position, at in enumerate(reversed(places)):
        is_first = position == len(places) - 1
        end = max(0, len(digits) - position)
        taken = digits[:end] if is_first else digits[max(0, end - 1) : end]
        if has_groups:
            taken = _group(taken, position)
        filled[at] = taken or (" " if tokens[at][1] == "?" else "")
    return filled


def _group(digits: str, behind: int) -> str:
    """Return digits with a comma before every three of those up to the point."""
    first = len(digits) - 1 + behind
    return "".join(
        f"{digit}," if first - n and (first - n) % 3 == 0 else digit
        for n, digit in enumerate(digits)
    )


def _fill_decimals(tokens: list[tuple[str, str]], places: list[int], digits: str) -> dict[int, str]:
    """Return what stands at each place behind the point: zeros at the end only where asked for."""
    filled = {}
    is_needed = False
    for at, digit in reversed(list(zip(places, digits, strict=True))):
        is_needed = is_needed or digit != "0" or tokens[at][1] == "0"
        filled[at] = digit if is_needed else ""
    return filled


def _format_exponent(value: Decimal, tokens: list[tuple[str, str]], at: int) -> str:
    places = [token for token in tokens[:at] if _is_digit(token) or token == ("mark", ".")]
    point = places.index(("mark", ".")) if ("mark", ".") in places else len(places)
    decimals = len(places) - point - 1 if point < len(places) else 0
    # As many digits before the point as there are places: the exponent is a multiple of that.
    step = max(1, point)
    power = (value.adjusted() // step) * step if value else 0
    shown = value.scaleb(-power).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _WIDE)
    if shown >= 10**step:
        power += step
        shown = value.scaleb(-power).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _WIDE)
    width = sum(map(_is_digit, tokens[at:]))
    sign = "-" if power < 0 else "+" if "+" in tokens[at][1] else ""
    before = "".join(text for kind, text in tokens[:at] if kind == "literal")
    after = "".join(text for kind, text in tokens[at:] if kind == "literal")
    return f"{before}{shown:f}E{sign}{abs(power):0{width}}{after}"


def _is_digit(token: tuple[str, str]) -> bool:
    return token[0] == "mark" and token[1] in _DIGITS
