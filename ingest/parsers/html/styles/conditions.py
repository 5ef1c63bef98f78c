"""Conditions of style sheets, read as a desktop's screen in daylight reads them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence

import tinycss2
from tinycss2.ast import Node

from ingest.parsers.html.styles.declarations import split_at, strip, write

# Between the least and the most of these a page may look one way or the other.
_SCREENS = {"width": (1_280.0, 1_920.0), "height": (640.0, 1_080.0)}
# What a desktop says of itself unless somebody has set it otherwise.
_DESKTOP = {
    "orientation": "landscape", "hover": "hover", "any-hover": "hover", "pointer": "fine",
    "any-pointer": "fine", "scripting": "enabled", "update": "fast", "color-gamut": "srgb",
    "prefers-color-scheme": "light", "prefers-reduced-motion": "no-preference",
    "prefers-reduced-transparency": "no-preference", "prefers-reduced-data": "no-preference",
    "prefers-contrast": "no-preference", "forced-colors": "none", "inverted-colors": "none",
    "display-mode": "browser", "overflow-block": "scroll", "grid": "0", "monochrome": "0",
}  # fmt: skip
_NONE = ("none", "no-preference", "0")
_PIXELS = {"px": 1.0, "em": 16.0, "rem": 16.0, "cm": 37.8, "mm": 3.78, "in": 96.0, "pt": 4 / 3}
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(px|r?em|cm|mm|in|pt)?")
_COMPARED = re.compile(r"([^<>=]+?)\s*(<=|>=|<|>|=)\s*([^<>=]+?)(?:\s*(<=|>=|<|>|=)\s*([^<>=]+))?")
_HOLDS = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
}
# So long is none, and brackets in brackets are followed by recursion.
_MOST_CHARS = 300

# None where it cannot be told.
_Verdict = bool | None


def judge(name: str, condition: Sequence[Node]) -> _Verdict:
    """Tell whether what stands in `@name condition {...}` holds, None if a page does not say."""
    condition = strip(condition)
    if condition and not 0 < len(write(condition)) <= _MOST_CHARS:
        return None
    if name == "media":
        queries = split_at(condition, ",")
        return _any(map(_judge_query, queries)) if any(queries) else True
    if name == "supports":
        return _judge_all(condition, _is_supported)
    if name == "layer":
        return True
    # What is in others is no rule for elements, such as frames of an animation.
    return None if name in ("container", "scope", "document", "-moz-document") else False


def judge_media(query: str) -> _Verdict:
    """Tell whether a style sheet holds that is for these media."""
    return judge("media", tinycss2.parse_component_value_list(query, skip_comments=True))


def _judge_query(query: Sequence[Node]) -> _Verdict:
    words = [_read_word(node) for node in query if node.type != "whitespace"]
    sign = words[0] if words[:1] in (["not"], ["only"]) else ""
    kind, *more = words[1:] if sign else words or [""]
    if not kind:
        return _judge_all(query, _judge_feature)
    answer: _Verdict = kind in ("all", "screen")
    if more:
        # What is joined to the kind of screen.
        _, *joined = split_at(query, "and")
        answer = _all([answer, *(_judge_all(one, _judge_feature) for one in joined or [[]])])
    return _negate(answer) if sign == "not" else answer


def _judge_all(condition: Sequence[Node], judge_one: Callable[[str], _Verdict]) -> _Verdict:
    """Tell whether a condition holds that is put together by "and", "or" and "not"."""
    for word, join in (("or", _any), ("and", _all)):
        parts = split_at(condition, word)
        if len(parts) > 1:
            return join(_judge_all(part, judge_one) for part in parts)
    said = [node for node in condition if node.type != "whitespace"]
    if said and _read_word(said[0]) == "not":
        return _negate(_judge_all(said[1:], judge_one))
    if len(said) != 1 or said[0].type != "() block":
        return None
    inner = [node for node in said[0].content if node.type != "whitespace"]
    if inner and (inner[0].type == "() block" or _read_word(inner[0]) == "not"):
        return _judge_all(inner, judge_one)
    return judge_one(write(said[0].content).lower())


def _read_word(node: Node) -> str:
    return str(node.lower_value) if node.type == "ident" else ""


def _is_supported(declaration: str) -> _Verdict:
    """Tell whether browsers know what is declared: those of today do, but for what is their own."""
    return True if re.match(r"[a-z][a-z-]*\s*:(?!\s*-)", declaration) else None


def _judge_feature(feature: str) -> _Verdict:
    name, colon, value = (part.strip() for part in feature.partition(":"))
    if colon and name[:4] in ("min-", "max-"):
        return _compare_size(name[4:], ">=" if name[:3] == "min" else "<=", value)
    if colon and name in _DESKTOP:
        return _DESKTOP[name] == value
    if colon:
        return _compare_size(name, "=", value)
    if name in _DESKTOP:
        return _DESKTOP[name] not in _NONE
    if name in ("color", "width", "height"):
        return True
    compared = _COMPARED.fullmatch(feature)
    if compared is None:
        return None
    first, sign, second, next_sign, third = compared.groups()
    if third:
        return _all([_compare(first, sign, second), _compare(second, next_sign, third)])
    return _compare(first, sign, second)


def _compare(one: str, sign: str, other: str) -> _Verdict:
    one, other = one.strip(), other.strip()
    if other.removeprefix("device-") in _SCREENS:
        turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
        return _compare_size(other, turned.get(sign, sign), one)
    return _compare_size(one, sign, other)


def _compare_size(name: str, sign: str, value: str) -> _Verdict:
    sizes, length = _SCREENS.get(name.removeprefix("device-")), _LENGTH.fullmatch(value)
    if sizes is None or length is None:
        return None
    wanted = float(length[1]) * _PIXELS[length[2] or "px"]
    answers = {_HOLDS[sign](size, wanted) for size in sizes}
    if sign == "=" and sizes[0] < wanted < sizes[1]:
        return None
    return answers.pop() if len(answers) == 1 else None


def _negate(answer: _Verdict) -> _Verdict:
    return None if answer is None else not answer


def _any(answers: Iterable[_Verdict]) -> _Verdict:
    said = list(answers)
    return True if True in said else None if None in said else False


def _all(answers: Iterable[_Verdict]) -> _Verdict:
    return _negate(_any(_negate(answer) for answer in answers))
