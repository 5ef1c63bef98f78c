"""Formulas of web pages, written out before anything looks at the page."""

from __future__ import annotations

from lxml.html import HtmlElement

from ingest.parsers.shared.notation.mathml import name_of, read_mathml

# Beside a formula for screen readers stands what is shown: a picture, or letters pushed about.
_SHOWN = ("katex-html", "mwe-math-fallback-image")


def write_formulas(tree: HtmlElement) -> None:
    """Put each formula's text in its place, or where the page shows the same."""
    for element in [part for part in tree.iter() if name_of(part) == "math"]:
        text = read_mathml(element)
        _fill(element, text)
        around = element.getparent()
        shown = None if around is None else around.getnext()
        if shown is not None and any(name in shown.get("class", "") for name in _SHOWN):
            _fill(element, "")
            _fill(shown, text)
            shown.attrib.pop("aria-hidden", None)


def _fill(element: HtmlElement, text: str) -> None:
    for part in list(element):
        element.remove(part)
    element.tag, element.text = "span", text
