"""A cell's value as a spreadsheet shows it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from math import isfinite

from ingest.parsers.office.formats.codes import FormatSection, read_sections
from ingest.parsers.office.formats.dates import format_moment

_FRACTION = re.compile(r"(?:([#0?]+)([^#0?/]+))?([#0?]+) ?/ ?([#0?]+|[1-9]\d*)")
_DIGITS = "0#?"
# Without a format: so many figures, and powers of ten for what they do not show. Whole numbers stay
# whole as long as they are exact: many are codes, not amounts.
_GENERAL_DIGITS, _LEAST_PLAIN, _MOST_PLAIN, _MOST_WHOLE = 10, -4, 10, 15
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
        try:
            text = _format_number(value, number_format)
        except (ValueError, ArithmeticError):
            # A bound that is no number, more digits than any program shows: one cell, no more.
            text = _format_general(Decimal(value))
        return " ".join(text.split())
    return _format_text(str(value), number_format)


def _format_text(text: str, code: str) -> str:
    sections = read_sections(code)
    section = sections[-1]
    if len(sections) < 4 and not section.has("@"):
        return text
    return "".join(text if token == ("mark", "@") else token[1] for token in section.tokens)


def _format_number(value: float, code: str) -> str:
    sections = read_sections(code)
    section, is_bare = _choose(value, sections)
    if not isfinite(value):
        return str(value)
    exact = Decimal(f"{value:.15g}")
    if section is None:
        return _format_general(exact)
    if is_bare:
        exact = abs(exact)
    if any(kind == "general" for kind, _ in section.tokens):
        shown = _format_general(exact)
        return "".join(shown if kind == "general" else text for kind, text in section.tokens)
    if section.has("@"):
        return _format_text(_format_general(exact), code)
    sign = "-" if exact < 0 and section.has(_DIGITS) else ""
    if fraction := _FRACTION.search(_mask_literals(section)):
        text = _format_fraction(abs(exact), section, fraction)
    else:
        text = _format_decimal(abs(exact), section)
    return sign + text


def _mask_literals(section: FormatSection) -> str:
    """Return a section's text in which nothing but its places and what divides them can be read."""
    return "".join(
        text if kind == "mark" or text in " /" or text.isdigit() else "\0" * len(text)
        for kind, text in section.tokens
    )


def _choose(value: float, sections: tuple[FormatSection, ...]) -> tuple[FormatSection | None, bool]:
    """Return the section for a number, and whether it shows it without its minus."""
    numbers = sections[:3]
    if any(section.test for section in numbers):
        for section in numbers:
            if not section.test or _TESTS.get(section.test, _TESTS["="])(value, section.bound):
                is_other = section is not numbers[0] and not section.test
                is_bare = section.says_minus or (is_other and len(numbers) == 3)
                return section, is_bare and value < 0
        return None, False
    if value < 0 and len(numbers) > 1:
        return numbers[1], True
    return (numbers[2] if value == 0 and len(numbers) > 2 else numbers[0]), False


def _format_general(value: Decimal) -> str:
    """Return a number as it is shown without a format: eleven characters, at most."""
    power = value.adjusted() if value else 0
    if value == value.to_integral_value(ROUND_HALF_UP, _WIDE) and power < _MOST_WHOLE:
        return f"{value.to_integral_value(ROUND_HALF_UP, _WIDE):f}"
    if _LEAST_PLAIN <= power <= _MOST_PLAIN:
        decimals = _GENERAL_DIGITS - 1 - max(power, 0)
        return _shorten(value.quantize(Decimal(1).scaleb(-max(decimals, 0)), ROUND_HALF_UP, _WIDE))
    digits, exponent = f"{value:.5e}".split("e")
    return f"{_shorten(Decimal(digits))}E{exponent[0]}{exponent[1:]:0>2}"


def _shorten(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _format_fraction(value: Decimal, section: FormatSection, found: re.Match[str]) -> str:
    below = found[4]
    most = int(below) if below.isdigit() and below.strip("0") else 10 ** len(below) - 1
    if below.isdigit() and below.strip("0"):
        parts = (value * most).quantize(Decimal(1), ROUND_HALF_UP, _WIDE)
        over, under = int(parts), most
    else:
        near = Fraction(value).limit_denominator(most)
        over, under = near.numerator, near.denominator
    whole, rest = divmod(over, under) if found[1] else (0, over)
    is_shown = rest or not found[1] or "0" in found[3]
    zeros = found[3].count("0"), below.count("0") if not below.strip("0#?") else 0
    shown = f"{rest:0{zeros[0]}}/{under:0{zeros[1]}}" if is_shown else ""
    if whole or not shown or (found[1] and "0" in found[1]):
        shown = f"{whole} {shown}".strip()
    texts = "".join(text for _, text in section.tokens)
    return texts[: found.start()] + shown + texts[found.end() :]


def _format_decimal(value: Decimal, section: FormatSection) -> str:
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
    before = _format_decimal(shown, FormatSection(tuple(map(_keep_percent, tokens[:at])), "", 0))
    width = sum(map(_is_digit, tokens[at:]))
    sign = "-" if power < 0 else "+" if "+" in tokens[at][1] else ""
    figures = iter([f"{abs(power):0{width}}"])
    after = (next(figures, "") if _is_digit(token) else token[1] for token in tokens[at + 1 :])
    return f"{before}E{sign}{''.join(after)}"


def _keep_percent(token: tuple[str, str]) -> tuple[str, str]:
    """Return a token that no longer multiplies what stands beside it."""
    return ("literal", "%") if token == ("mark", "%") else token


def _is_digit(token: tuple[str, str]) -> bool:
    return token[0] == "mark" and token[1] in _DIGITS
