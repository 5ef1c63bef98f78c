"""One step of a selector: what `a.b[c]:not(.d)` asks of an element."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from ingest.parsers.html.css import split_outside

# What a selector calls a name.
_NAME = r"(?:[\w-]|\\[0-9a-fA-F]{1,6}\s?|\\.)++"
_SIMPLE = re.compile(
    rf"([.#])({_NAME})"
    rf"|\[\s*({_NAME})\s*(?:([~|^$*]?=)\s*(?:\"([^\"]*)\"|'([^']*)'|({_NAME}))\s*([iIsS]\s*)?)?\]"
    rf"|(\*|{_NAME})"
    r"|:(:?)([\w-]+)(\()?"
)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))")
# What holds while a mouse or a key is at an element only.
_PASSING = frozenset(
    (
        "hover focus focus-visible focus-within active visited disabled invalid user-invalid"
        " placeholder-shown fullscreen autofill"
    ).split()
)
# Letters or boxes beside an element's own text.
_PSEUDO_ELEMENTS = frozenset(["before", "after", "first-line", "first-letter"])
_PLACES = frozenset("first-child last-child nth-child nth-last-child".split())
_NTH = re.compile(r"\s*(?:([+-]?\d*)n\s*(?:([+-])\s*(\d+))?|([+-]?\d+))\s*")

_Test = Callable[[HtmlElement], bool]


@dataclass(slots=True)
class Compound:
    """What one step of a selector asks of an element."""

    tests: list[_Test] = field(default_factory=list)
    # The place where elements are looked up that may be it.
    key: str = ""
    # Which children of their parent: every so many from which on, counted from the end or not.
    places: list[tuple[int, int, bool]] = field(default_factory=list)
    specificity: int = 0
    is_sure: bool = True


def read_compound(source: str) -> Compound | None:
    """Return what a step asks for, None if it cannot be read."""
    compound, position = Compound(), 0
    while position < len(source):
        part = _SIMPLE.match(source, position)
        if part is None:
            return None
        position = part.end()
        sign, name, attribute, operator, *values, flag, element, second, pseudo, opens = (
            part.groups()
        )
        if pseudo:
            inner = ""
            if opens:
                end = _find_end(source, position)
                inner, position = source[position:end], end + 1
            if not _add_pseudo(compound, pseudo.lower(), inner, bool(second)):
                return None
        elif element:
            _add_tag(compound, element)
        elif sign:
            _add_name(compound, sign, _unescape(name))
        else:
            value = next((value for value in values if value is not None), "")
            _add_attribute(compound, _unescape(attribute), operator, value, bool(flag))
    return compound


def _add_tag(compound: Compound, name: str) -> None:
    if name == "*":
        return
    tag = _unescape(name).lower()
    compound.tests.append(lambda element: element.tag.lower() == tag)
    compound.key = compound.key or tag
    compound.specificity += 1


def _add_name(compound: Compound, sign: str, name: str) -> None:
    if sign == "#":
        compound.tests.append(lambda element: element.get("id") == name)
        compound.specificity += 10_000
    else:
        # The first script takes "no-js" away.
        compound.tests.append(
            lambda element: name != "no-js" and name in element.get("class", "").split()
        )
        compound.specificity += 100
    compound.key = sign + name


def _add_attribute(
    compound: Compound, name: str, operator: str | None, value: str, is_caseless: bool
) -> None:
    name, value = name.lower(), _unescape(value)
    wanted = value.lower() if is_caseless else value
    # No element has one of another name, and asking for it is an error.
    can_be = re.fullmatch(r"[\w:.-]+", name) is not None

    def test(element: HtmlElement) -> bool:
        said = element.get(name) if can_be else None
        if said is None or operator is None:
            return said is not None
        return _compare(operator, said.lower() if is_caseless else said, wanted)

    compound.tests.append(test)
    compound.specificity += 100


def _compare(operator: str, said: str, wanted: str) -> bool:
    if operator == "=":
        return said == wanted
    if operator == "~=":
        return wanted in said.split()
    if operator == "|=":
        return said == wanted or said.startswith(f"{wanted}-")
    if not wanted:
        return False
    if operator == "^=":
        return said.startswith(wanted)
    return said.endswith(wanted) if operator == "$=" else wanted in said


def _add_pseudo(compound: Compound, name: str, inner: str, is_part: bool) -> bool:
    """Add what `:name(inner)` asks for; False if that cannot be read."""
    if is_part or name in _PSEUDO_ELEMENTS or name in _PASSING:
        compound.tests.append(lambda element: False)
    elif name == "root":
        compound.tests.append(lambda element: element.getparent() is None)
    elif name == "only-child":
        compound.places += [(0, 1, False), (0, 1, True)]
    elif name in _PLACES and (place := _read_place(name, inner)):
        compound.places.append(place)
    elif name in ("not", "is", "where", "matches", "-webkit-any", "-moz-any"):
        choices = [read_compound(one) for one in split_outside(inner, ",") if one]
        known = [one for one in choices if one and one.is_sure and not one.places]
        if len(known) < len(choices) or not known:
            compound.is_sure = False
            return True
        wanted = name != "not"
        compound.tests.append(
            lambda element: wanted == any(all(test(element) for test in one.tests) for one in known)
        )
        compound.specificity += 0 if name == "where" else max(one.specificity for one in known)
        return True
    else:
        # Boxes that are ticked, parts that are open, and what else a page alone does not say.
        compound.is_sure = False
    compound.specificity += 100
    return True


def _read_place(name: str, inner: str) -> tuple[int, int, bool] | None:
    """Return which children are meant: every so many, from which on, whether from the end."""
    backwards = "last" in name
    if not name.startswith("nth"):
        return 0, 1, backwards
    found = _NTH.fullmatch({"odd": "2n+1", "even": "2n"}.get(inner.strip(), inner))
    if found is None:
        return None
    each, sign, more, only = found.groups()
    step = 0 if only else int(f"{each}1" if each in ("", "+", "-") else each)
    return step, int(only) if only else int(f"{sign or ''}{more or 0}"), backwards


def _find_end(source: str, start: int) -> int:
    """Return where the bracket closes that opens before a position."""
    depth = 1
    for at in range(start, len(source)):
        depth += {"(": 1, ")": -1}.get(source[at], 0)
        if not depth:
            return at
    return len(source)


def _unescape(name: str) -> str:
    def spell(found: re.Match[str]) -> str:
        if not found[1]:
            return found[2]
        code = int(found[1], 16)
        return chr(code) if 0 < code < 0x110000 else ""

    return _ESCAPE.sub(spell, name) if "\\" in name else name
