"""A cell's value as a spreadsheet shows it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

# "[$€-407]", '"EUR"', a bare sign: what stands beside the number.
_SIGN = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]|\"([^\"]*)\"|([€$£¥])")
_DIGITS = re.compile(r"[#0?][#0?,.]*")
# Fractions ("# ?/?"), and a format for some numbers only ("[>999]0,"): the number itself is said.
_BEYOND_US = re.compile(r"\?/|\[[<>=]")
_EXPONENT = re.compile(r"[Ee][+-]")


def format_cell(value: object, number_format: str) -> str:
    """Return the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        whole_day = value.time() == time()
        return value.date().isoformat() if whole_day else value.isoformat(" ", "minutes")
    if isinstance(value, date | time | timedelta):
        return str(value)
    if isinstance(value, int | float):
        return _format_number(value, number_format)
    return str(value)


def _format_number(value: float, number_format: str) -> str:
    code = number_format.split(";")[0]
    bare = _SIGN.sub("", code)
    digits = _DIGITS.search(bare)
    if digits is None or bare.strip().lower() == "general" or _BEYOND_US.search(bare):
        plain = f"{value:.11g}"
        return f"{value:.0f}" if "e" in plain and float(value).is_integer() else plain
    decimals = len(re.sub(r"[^0#?]", "", digits[0].partition(".")[2]))
    percent = "%" in bare
    grouping = "," if re.search(r",[#0?]", digits[0]) else ""
    # A comma behind the last digit leaves out three: `0.0,,"M"` shows millions.
    if left_out := len(digits[0]) - len(digits[0].rstrip(",")):
        value /= 1000**left_out
    if _EXPONENT.search(bare):
        text = f"{value:.{decimals}E}"
    else:
        text = f"{value * 100 if percent else value:{grouping}.{decimals}f}"
    text += "%" if percent else ""
    sign = _SIGN.search(code)
    if sign is None:
        return text
    unit = next(group for group in (*sign.groups(), "") if group is not None).strip()
    number_at = _DIGITS.search(code)
    before = number_at is not None and sign.start() < number_at.start()
    glue = " " if unit.isalpha() else ""
    return f"{unit}{glue}{text}" if before else f"{text} {unit}".strip()
