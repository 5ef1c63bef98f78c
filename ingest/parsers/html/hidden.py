"""What a browser does not show of a page, by its elements, their attributes and its style sheet."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence, Set

from lxml.html import HtmlElement

from ingest.parsers.html.styles.cascade import Styles, read_styles
from ingest.parsers.html.styles.tricks import find_out_of_sight
from ingest.parsers.shared.left_out import FOR_READERS, HIDDEN, STRUCK, UNSHOWN, LeftOut

_NEVER_DRAWN = ("script", "style", "template", "dialog")
_WHOLE = ("html", "body")
# What is struck out is no longer valid.
_STRUCK_OUT = ("del", "s", "strike")
# Whatever a house puts before them: `govuk-visually-hidden`, `fr-sr-only`.
_HIDDEN_NAME = re.compile(
    r"(?!.*\bnot-sr-)(?:.*[-_])?"
    r"(?:visually-?hidden|sr-only|screen-?reader(?:-text|-only)?|show-for-sr|element-invisible)",
    re.IGNORECASE,
)
# What a reader clicks on to see what is shut below it.
_OPENER = (
    "self::button or self::label or @role='button' or @aria-expanded"
    " or self::a[@href='#' or starts-with(@href, 'javascript:')]"
)
# Without scripts a page that holds nothing else may have its text here; a request to switch scripts
# on is shorter.
LEAST_NOSCRIPT_CHARS = 250
# Of what is hidden, so many words are told to whoever indexes a page: a sentence, or more than a
# label has.
LEAST_WORDS = 4
MOST_LABEL_WORDS = 8
_CONTROLS = ("button", "form", "input", "select", "textarea")
_MACHINERY = ("nav", "header", "footer", "form", "menu", "dialog")
_MACHINERY_ROLES = frozenset(
    "navigation banner contentinfo search dialog alertdialog alert menu tooltip status".split()
)


def drop_unseen(body: HtmlElement, left_out: LeftOut) -> None:
    """Remove what a browser does not show, and what it shows as struck out."""
    ways, knows_all = read_styles(body)
    _drop_noscript(body)
    root = body.getroottree().getroot()
    for element in list(root.iter(*_NEVER_DRAWN)):
        if element.tag != "dialog" or element.get("open") is None:
            _drop(element)
    for element in list(root.iter(*_STRUCK_OUT)):
        _leave_out(element, STRUCK, left_out)
    hidden, *others = [_find_hidden(body, styles, knows_all) for styles in ways]
    for element, style in ways[0].items():
        if "line-through" in style.get("text-decoration", ""):
            _leave_out(element, STRUCK, left_out)
    targets = _read_targets(body, hidden)
    # All are told before the first one goes, since what stands before them tells.
    shut = {element for element in hidden if _is_opened_by_click(element, targets, hidden)}
    for element in body.xpath("//*[@class]"):
        if any(map(_HIDDEN_NAME.fullmatch, element.get("class", "").split())):
            _leave_out(element, FOR_READERS, left_out)
    for element, seen in hidden.items():
        if element not in shut and all(element in other for other in others):
            kept = dict.fromkeys([*seen, *(part for other in others for part in other[element])])
            reason = HIDDEN if _is_text(element) else UNSHOWN
            _leave_out(element, reason, left_out, list(kept))
    for element in body.xpath("//*[@aria-hidden='true']"):
        # A closed accordion is hidden too, but holds paragraphs; icons and menus do not.
        if next(element.iterdescendants("p", "table"), None) is None:
            _leave_out(element, FOR_READERS, left_out)


def _is_text(element: HtmlElement) -> bool:
    """Tell whether a part holds sentences, not what every page hides: menus, dialogs, labels."""
    text = " ".join(element.text_content().split())
    count = text.count(" ") + 1
    if count < LEAST_WORDS or (count <= MOST_LABEL_WORDS and text[-1] not in ".!?:;"):
        return False
    if next(element.iter(*_CONTROLS), None) is not None:
        return False
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    around = (element, *element.iterancestors())
    return linked < len(text) / 2 and not any(
        one.tag in _MACHINERY or one.get("role") in _MACHINERY_ROLES for one in around
    )


def _leave_out(
    element: HtmlElement, reason: str, left_out: LeftOut, seen: Sequence[HtmlElement] = ()
) -> None:
    """Remove an element but for what in it is seen, and keep what it said."""
    if element.getparent() is None:  # gone with another
        return
    if seen:
        around = {parent for part in seen for parent in part.iterancestors()}
        text = " ".join(" ".join(_drop_words(element, frozenset(seen), around)).split())
    else:
        text = element.text_content().strip()
        _drop(element)
    if text:
        left_out.add(reason, text)


def _drop_words(
    element: HtmlElement, seen: Set[HtmlElement], around: Set[HtmlElement]
) -> Iterator[str]:
    """Remove all words but those of some parts, and yield them."""
    yield element.text or ""
    element.text = _keep_gap(element.text)
    for child in list(element):
        yield child.tail or ""
        child.tail = _keep_gap(child.tail)
        if child in seen:
            continue
        if child in around:
            yield from _drop_words(child, seen, around)
        else:
            yield child.text_content()
            _drop(child)


def _keep_gap(words: str | None) -> str | None:
    """Return the space that sets apart what stands before and behind words that go."""
    return " " if words and re.search(r"\s", words) else None


def _drop_noscript(body: HtmlElement) -> None:
    """Remove what is for browsers without scripts, unless the page holds nothing else."""
    unseen = "ancestor::noscript|ancestor::script|ancestor::style"
    has_text = bool(body.xpath(f"boolean(//body//text()[normalize-space() and not({unseen})])"))
    for element in list(body.getroottree().getroot().iter("noscript")):
        if has_text or len(" ".join(element.text_content().split())) < LEAST_NOSCRIPT_CHARS:
            _drop(element)
        else:
            element.tag = "div"


def _find_hidden(
    body: HtmlElement, styles: Styles, knows_all_grounds: bool
) -> dict[HtmlElement, list[HtmlElement]]:
    """Return the elements that are not shown, each with what in it is shown all the same."""
    hidden: dict[HtmlElement, list[HtmlElement]] = {}
    for element, style in styles.items():
        if style.get("display") == "none":
            hidden[element] = []
    for element, seen in find_out_of_sight(body, styles, knows_all_grounds).items():
        hidden.setdefault(element, seen)
    for element, style in styles.items():
        if style.get("visibility") in ("hidden", "collapse"):
            seen = [
                inner
                for inner in element.iterdescendants()
                if styles.get(inner, {}).get("visibility") == "visible"
            ]
            hidden.setdefault(element, seen)
    # A page that hides itself is shown by its scripts.
    return {element: seen for element, seen in hidden.items() if element.tag not in _WHOLE}


def _read_targets(body: HtmlElement, hidden: Container[HtmlElement]) -> frozenset[str]:
    """Return the ids of what is opened by something that is not hidden itself."""
    found: set[str] = set()
    for opener in body.xpath("//*[@aria-controls or @data-target or @data-bs-target]"):
        if opener not in hidden:
            names = (opener.get(name, "") for name in ("data-target", "data-bs-target"))
            found.update(opener.get("aria-controls", "").split())
            found.update(name[1:] for name in names if name.startswith("#"))
    return frozenset(found)


def _is_opened_by_click(
    element: HtmlElement, targets: Set[str], hidden: Container[HtmlElement]
) -> bool:
    """Tell whether a part is shut for now, and what opens it in sight."""
    if not element.text_content().strip() or element.tag in ("span", "nav", "button", "dialog"):
        return False
    if element.get("role") == "tabpanel" or element.get("id") in targets:
        return True
    before = element.getprevious()
    if before is not None and before in hidden and before.tag in ("span", "p"):
        before = before.getprevious()
    if before is None or before in hidden or element.tag == "p":
        return False
    return bool(before.text_content().strip()) and bool(
        before.xpath(f"boolean(descendant-or-self::*[{_OPENER}])")
    )


def _drop(element: HtmlElement) -> None:
    """Remove an element; what stands behind its end tag stays."""
    if element.getparent() is not None:
        element.drop_tree()
