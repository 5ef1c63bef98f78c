"""Dates, times and durations as a spreadsheet shows them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<blank>[_*].)|\[(?P<elapsed>h+|m+|s+)\]'
    r"|(?P<other>\[[^\]]*\])|(?P<half>AM/PM|A/P)|(?P<part>y+|m+|d+|h+|s+)|(?P<tenths>\.0+)"
    r"|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
# What the reader's computer decides: the short date, with or without time, and by name.
_BY_SYSTEM = ("mm-dd-yy", "m/d/yy h:mm")
_LOCALE = re.compile(r"\[\$[^\]-]*-([0-9A-F]+)[^\]]*\]", re.IGNORECASE)
_ENGLISH = 0x09


def format_moment(value: date | time | timedelta, code: str) -> str:
    """Return a date, a time or a duration in a format; ISO 8601 where no one form is shown."""
    code = code.split(";")[0]
    tokens = [(match.lastgroup or "", match[0], match) for match in _TOKEN.finditer(code)]
    parts = [text.lower() for kind, text, _ in tokens if kind == "part"]
    elapsed = any(kind == "elapsed" for kind, _, _ in tokens)
    shows_date = any(part[0] in "yd" or len(part) > 2 for part in parts)
    fits = (
        (isinstance(value, timedelta) and not shows_date)
        or (isinstance(value, time) and not shows_date and not elapsed)
        or (isinstance(value, date) and not elapsed)
    )
    if not fits or not (parts or elapsed) or code in _BY_SYSTEM or _is_foreign(code, parts):
        return _format_plainly(value)
    return " ".join("".join(_format_token(value, tokens, at) for at in range(len(tokens))).split())


def _is_foreign(code: str, parts: list[str]) -> bool:
    """Return whether names of months or days are in another language, or the system's form."""
    found = _LOCALE.search(code)
    if found is None:
        return False
    number = int(found[1], 16)
    named = any(len(part) > 2 and part[0] in "md" for part in parts)
    return number in (0xF800, 0xF400) or (named and number & 0xFF != _ENGLISH)


def _format_plainly(value: date | time | timedelta) -> str:
    if isinstance(value, datetime):
        whole_day = value.time() == time()
        return value.date().isoformat() if whole_day else value.isoformat(" ", "minutes")
    return str(value)


def _format_token(
    value: date | time | timedelta, tokens: list[tuple[str, str, re.Match[str]]], at: int
) -> str:
    kind, text, match = tokens[at]
    if kind in ("quoted", "escaped", "plain"):
        return str(match[kind])
    if kind == "blank":
        return " "
    if kind == "other":
        return ""
    if kind == "elapsed":
        unit = {"h": 3600, "m": 60, "s": 1}[match["elapsed"][0].lower()]
        return f"{_seconds(value) // unit:0{len(match['elapsed'])}}"
    if kind == "half":
        early, late = text.split("/")
        return early if _seconds(value) // 3600 % 24 < 12 else late
    if kind == "tenths":
        return f".{_microseconds(value):06}"[: len(text)]
    has_half = any(other == "half" for other, _, _ in tokens)
    return _format_part(value, text.lower(), _is_minutes(tokens, at), has_half)


def _is_minutes(tokens: list[tuple[str, str, re.Match[str]]], at: int) -> bool:
    """Return whether an "m" stands for minutes: behind hours, or before seconds."""
    told = [
        (other, match["elapsed"] if kind == "elapsed" else text)
        for other, (kind, text, match) in enumerate(tokens)
        if kind in ("part", "elapsed")
    ]
    position = next(n for n, (other, _) in enumerate(told) if other == at)
    before = told[position - 1][1].lower() if position else ""
    after = told[position + 1][1].lower() if position + 1 < len(told) else ""
    return before.startswith("h") or after.startswith("s")


def _format_part(value: date | time | timedelta, part: str, minutes: bool, half: bool) -> str:
    seconds, width = _seconds(value), min(len(part), 2)
    if part[0] == "h":
        hours = seconds // 3600 % 24
        return f"{(hours - 1) % 12 + 1 if half else hours:0{width}}"
    if part[0] == "s":
        return f"{seconds % 60:0{width}}"
    if part[0] == "m" and (minutes or not isinstance(value, date)):
        return f"{seconds // 60 % 60:0{width}}"
    if not isinstance(value, date):
        return ""
    if part[0] == "y":
        return f"{value.year:04}" if len(part) > 2 else f"{value.year % 100:02}"
    number, name = (
        (value.month, _MONTHS[value.month - 1]) if part[0] == "m"
        else (value.day, _DAYS[value.weekday()])
    )  # fmt: skip
    if len(part) < 3:
        return f"{number:0{width}}"
    return {3: name[:3], 5: name[:1] if part[0] == "m" else name}.get(len(part), name)


def _seconds(value: date | time | timedelta) -> int:
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, datetime | time):
        return value.hour * 3600 + value.minute * 60 + value.second
    return 0


def _microseconds(value: date | time | timedelta) -> int:
    if isinstance(value, timedelta):
        return value.microseconds
    return value.microsecond if isinstance(value, datetime | time) else 0
