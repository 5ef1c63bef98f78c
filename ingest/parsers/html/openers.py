"""Buttons, tabs and labels that open a part of the text: their words are its title."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from lxml.html import HtmlElement

# A part that is opened by a button and made of links is a menu.
MENU_SHARE = 0.7

# What is opened.
_PARTS = ("div", "section", "dd", "ul", "ol")


def name_panels(main: HtmlElement) -> None:
    """Put the name of each tab before the part that it opens."""
    panels = main.getroottree().xpath("//*[@role='tabpanel']")
    by_id = {panel.get("id"): panel for panel in reversed(panels)}
    by_label = {panel.get("aria-labelledby"): panel for panel in reversed(panels)}
    for tab in main.xpath(".//*[@role='tab']"):
        words = " ".join(tab.text_content().split())
        panel = by_id.get(tab.get("aria-controls", ""))
        if panel is None:
            panel = by_label.get(tab.get("id", ""))
        if not words or panel is None or panel.getparent() is None:
            continue
        name = panel.makeelement("summary")
        name.text = words
        panel.insert(0, name)
        name.tail, panel.text = panel.text, None
        tab.drop_tree()


def find_opening_labels(main: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the labels that open the part behind them by a box to be ticked, without a script."""
    boxes = {
        box.get("id")
        for box in main.getroottree().xpath("//input[@type='checkbox' or @type='radio']")
    }
    for label in list(main.iterdescendants("label")):
        following = label.getnext()
        if following is None or following.tag not in _PARTS or not label.get("for"):
            continue
        if label.get("for") in boxes and following.text_content().strip():
            yield label


def find_openers(main: HtmlElement) -> list[HtmlElement]:
    """Return the buttons whose words are the title of a part that they open."""
    named: dict[str, HtmlElement] = {}
    for element in main.getroottree().getroot().iter():
        if isinstance(element.tag, str) and (name := element.get("id")):
            named.setdefault(name, element)
    is_text: dict[HtmlElement, bool] = {}
    found: list[HtmlElement] = []
    for button in main.iterdescendants("button"):
        panel = _find_panel(button, named)
        if panel is None or not " ".join(button.text_content().split()):
            continue
        if panel not in is_text:
            is_text[panel] = not _is_menu(panel)
        if is_text[panel]:
            found.append(button)
    return found


def _is_menu(panel: HtmlElement) -> bool:
    text = "".join(panel.text_content().split())
    linked = "".join("".join(link.text_content().split()) for link in panel.iterdescendants("a"))
    return not text or len(linked) >= MENU_SHARE * len(text) or panel.tag == "nav"


def _find_panel(button: HtmlElement, named: Mapping[str, HtmlElement]) -> HtmlElement | None:
    if (panel := named.get(button.get("aria-controls", ""))) is not None:
        return panel
    following = button.getnext()
    if following is None and button.getparent() is not None and len(button.getparent()) == 1:
        following = button.getparent().getnext()
    if following is None or following.tag not in _PARTS:
        return None
    # Without a word about what it opens, two of them, each with its part, are an accordion.
    if button.get("aria-expanded") is not None:
        return following
    others = chain(button.itersiblings("button"), button.itersiblings("button", preceding=True))
    is_one_of_several = any(
        other.getnext() is not None and other.getnext().tag == following.tag for other in others
    )
    return following if is_one_of_several else None
