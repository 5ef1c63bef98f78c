"""Where the content of a web page is, and what in it is no content: menus, banners, buttons."""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from ingest.parsers.html.dialogs import find_consent
from ingest.parsers.html.hidden import drop_unseen
from ingest.parsers.html.openers import find_openers, find_opening_labels, name_panels
from ingest.parsers.html.tables import name_tables
from ingest.parsers.shared.left_out import NAVIGATION, LeftOut

# An element that holds more of the page than this is not furniture, whatever it is called.
FURNITURE_SHARE = 0.3
# So many times the same short text made of links ("Export as PDF Print") is the page's machinery.
REPEATED = 3
REPEATED_CHARS = 200
# A list of fewer links is no menu, and one with more words between its links is no menu either.
LEAST_LINKS = 3
MENU_SHARE = 0.9
# Beside the text stand boxes to be quoted, and boxes of links to other pages.
ASIDE_SHARE = 0.6
# Share of the text that trafilatura kept which the main part must hold.
MAIN_SHARE = 0.9
# Of a page with less than this the whole body is taken.
LEAST_KEPT_CHARS = 250
# trafilatura looks at what stands inside each element again and again: pages with more elements
# times their depth than this, ten times a long page's, would keep it busy for minutes.
MOST_DEPTHS = 1_000_000
# A landmark with less of what trafilatura kept is not where the content is.
LANDMARK_SHARE = 0.5

_FURNITURE_TAGS = frozenset(["nav", "footer", "form", "dialog", "menu", "label"])
_FURNITURE_ROLES = frozenset(
    (
        "navigation banner contentinfo search dialog alertdialog menu menubar toolbar alert "
        "progressbar tooltip"
    ).split()
)
# Whole words of class names; ids are often words of a heading ("consent"), and a name such as
# `has-sidebar` stands on what holds everything.
_FURNITURE_NAMES = frozenset(
    (
        "breadcrumb breadcrumbs consent cookie cookies editsection navbar navbox noprint "
        "pagination pager share sharing skiplink social utilities"
    ).split()
)
_LANDMARKS = "//main|//*[@role='main']|//article|//*[@id='main-content' or @id='content']"
# What is never the whole content, however long it is.
_PARTS = frozenset(["blockquote", "dd", "dl", "li", "ol", "p", "pre", "ul"])
_TEXT_TAGS = ("p", "li", "td", "div", "blockquote", "pre", "dd")

# Characters that are not white space, by element.
_Sizes = dict[HtmlElement, int]


def extract_main(body: HtmlElement, left_out: LeftOut) -> HtmlElement:
    """Return the element that holds the page's content, with furniture taken out of it."""
    # Where the page itself says which part is its main one, that is taken. Otherwise trafilatura is
    # asked which paragraphs are content, and the smallest element around them is taken as a whole:
    # trafilatura's own text leaves out what is repeated or made of links, which in rules and
    # glossaries are the rules and the terms.
    kept = _ask_trafilatura(body)
    drop_unseen(body, left_out)
    for question in find_consent(body):
        left_out.add(NAVIGATION, question.text_content())
        _drop(question)
    sizes = _measure(body)
    held = _measure_kept(body, kept)
    landmark = _find_landmark(body, sizes, held)
    main = _find_smallest(body, held) if landmark is None else landmark
    _drop_furniture(main, sizes, left_out)
    _leave_out_around(main, body, left_out)
    return main


def _leave_out_around(main: HtmlElement, body: HtmlElement, left_out: LeftOut) -> None:
    """Keep what stands on the page beside its content."""
    part = main
    while part is not body and (parent := part.getparent()) is not None:
        for beside in parent:
            if beside is not part and (text := beside.text_content().strip()):
                left_out.add(NAVIGATION, text)
        part = parent


def _ask_trafilatura(body: HtmlElement) -> set[str]:
    """Return the paragraphs that trafilatura takes for content, without white space."""
    depth = depths = 0
    for event, _ in etree.iterwalk(body, events=("start", "end")):
        depth += 1 if event == "start" else -1
        depths += depth
    if depths > MOST_DEPTHS:
        return set()
    found = bare_extraction(body.getroottree().getroot(), include_comments=False)
    if not isinstance(found, Document):
        return set()
    texts = {"".join(map(str, part.itertext())) for part in found.body.iter("p", "item")}
    return {"".join(text.split()) for text in texts} - {""}


def _measure(root: HtmlElement) -> _Sizes:
    sizes: _Sizes = {}
    for _, element in etree.iterwalk(root, events=("end",)):
        texts = [element.text, *(child.tail for child in element)]
        own = sum(len("".join(text.split())) for text in texts if text)
        sizes[element] = own + sum(sizes.get(child, 0) for child in element)
    return sizes


def _measure_kept(body: HtmlElement, kept: set[str]) -> _Sizes:
    """Return how many characters of kept paragraphs each element holds."""
    held: Counter[HtmlElement] = Counter()
    for part in body.iter(*_TEXT_TAGS):
        if next(part.iterdescendants(*_TEXT_TAGS), None) is not None:
            continue
        text = "".join(part.text_content().split())
        if text in kept:
            for element in (part, *part.iterancestors()):
                held[element] += len(text)
    return held


def _find_landmark(body: HtmlElement, sizes: _Sizes, held: _Sizes) -> HtmlElement | None:
    """Return the largest part that is marked as the page's main one, if it holds the content."""
    found = max(body.xpath(_LANDMARKS), key=lambda part: sizes.get(part, 0), default=None)
    if found is None or held.get(found, 0) < LANDMARK_SHARE * held.get(body, 0):
        return None
    return found


def _find_smallest(body: HtmlElement, held: _Sizes) -> HtmlElement:
    """Return the smallest element that holds nearly all of what was kept."""
    needed = MAIN_SHARE * held.get(body, 0)
    main = body
    deeper: HtmlElement | None = body if needed >= LEAST_KEPT_CHARS else None
    while deeper is not None:
        main = deeper
        deeper = next(
            (part for part in main if held.get(part, 0) >= needed and part.tag not in _PARTS), None
        )
    return main


def _drop_furniture(main: HtmlElement, sizes: _Sizes, left_out: LeftOut) -> None:
    most = FURNITURE_SHARE * sizes.get(main, 0)
    name_panels(main)
    name_tables(main)
    for label in find_opening_labels(main):
        label.tag = "summary"
    for button in find_openers(main):
        if not _is_in_heading(button):
            button.tag = "summary"  # which is what it is
    furniture = [element for element in main.iterdescendants() if _is_furniture(element, sizes)]
    furniture += [part for part in main.iterdescendants("ul", "ol") if _is_menu(part, sizes)]
    asides = main.iterdescendants("aside")
    furniture += [aside for aside in asides if _link_share(aside, sizes) > ASIDE_SHARE]
    for element in [*furniture, *_find_repeated(main, sizes)]:
        if sizes.get(element, 0) <= most:
            if element.getparent() is not None and (text := element.text_content().strip()):
                left_out.add(NAVIGATION, text)
            _drop(element)


def _is_furniture(element: HtmlElement, sizes: _Sizes) -> bool:
    if element.tag in _FURNITURE_TAGS:
        return True
    if element.tag == "header":
        return next(element.iterdescendants("h1", "h2", "h3"), None) is None
    if element.tag == "button":
        return not _is_in_heading(element)
    if element.get("role", "").lower() in _FURNITURE_ROLES or element.get("aria-modal") == "true":
        return True
    if element.tag == "a" and element.get("href") in ("#", "#top"):
        # All that its element holds: a link to no place in particular, such as "Back to top". In a
        # heading it opens what is below.
        parent = element.getparent()
        is_alone = parent is not None and sizes.get(parent) == sizes.get(element)
        return is_alone and not _is_in_heading(element)
    names = re.split(r"[\s_-]+", element.get("class", "").lower())
    return not _FURNITURE_NAMES.isdisjoint(names)


def _is_in_heading(element: HtmlElement) -> bool:
    return next(element.iterancestors("h1", "h2", "h3", "h4", "h5", "h6"), None) is not None


def _is_menu(element: HtmlElement, sizes: _Sizes) -> bool:
    """Return whether a list of nothing but links is a menu."""
    # That is a table of contents (all lead to places in the page), a choice of languages, or
    # whatever stands beside the title in the page's head.
    links = list(element.iterdescendants("a"))
    if len(links) < LEAST_LINKS or _link_share(element, sizes) < MENU_SHARE:
        return False
    within = all(link.get("href", "").startswith("#") for link in links)
    languages = all(link.get("hreflang") for link in links)
    return within or languages or next(element.iterancestors("header"), None) is not None


def _link_share(element: HtmlElement, sizes: _Sizes) -> float:
    linked = sum(sizes.get(link, 0) for link in element.iterdescendants("a"))
    return linked / max(1, sizes.get(element, 0))


def _find_repeated(main: HtmlElement, sizes: _Sizes) -> list[HtmlElement]:
    """Return small parts made of links with the same words, digits aside, to ever other places."""
    parts: dict[str, list[HtmlElement]] = {}
    for element in main.iterdescendants("ul", "ol", "div", "section", "p"):
        if not 0 < sizes.get(element, 0) <= REPEATED_CHARS or element.find(".//a") is None:
            continue
        in_cell = next(element.iterancestors("table", "li"), None) is not None
        if in_cell or _count_unlinked_letters(element):
            continue
        text = re.sub(r"\d+", "0", " ".join(element.text_content().split()))
        same = parts.setdefault(text, [])
        if not same or same[-1] is not element.getparent():
            same.append(element)
    # Words that lead to the same place each time are a term that is explained there.
    return [
        element
        for same in parts.values()
        if len({tuple(_list_targets(element)) for element in same}) >= REPEATED
        for element in same
    ]


def _list_targets(element: HtmlElement) -> list[str]:
    return [link.get("href", "") for link in element.iterdescendants("a")]


def _count_unlinked_letters(element: HtmlElement) -> int:
    """Return how many letters of an element stand neither in a link nor in a heading."""
    inside = dict.fromkeys(element.iterdescendants("a", "h1", "h2", "h3", "h4", "h5", "h6"))
    outer = [part for part in inside if not any(p in inside for p in part.iterancestors())]
    texts = [element.text_content(), *(part.text_content() for part in outer)]
    whole, *linked = (sum(map(str.isalpha, text)) for text in texts)
    return whole - sum(linked)


def _drop(element: HtmlElement) -> None:
    """Remove an element; what stands behind its end tag stays."""
    if element.getparent() is not None:
        element.drop_tree()
