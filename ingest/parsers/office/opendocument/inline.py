"""The text of an OpenDocument paragraph: spans, spaces, formulas; notes and frames put aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.etree import _Element as Element

from ingest.parsers.office.opendocument.looks import (
    DRAW,
    OFFICE,
    PRESENTATION,
    TEXT,
    Looks,
    TextLook,
)  # fmt: skip
from ingest.parsers.office.opendocument.objects import EmbeddedObjects
from ingest.parsers.shared.left_out import HIDDEN, STRUCK, LeftOut, close_gap
from ingest.parsers.shared.notation.subscript import render_subscript
from ingest.parsers.shared.notation.superscript import LAST_PARTS, render_superscript

# Changes that were deleted are kept here; indexes repeat the headings.
_LEFT_OUT_TEXT = (
    "tracked-changes note-citation ruby-text alphabetical-index illustration-index table-index "
    "user-index table-of-content bibliography page-number"
).split()
LEFT_OUT = frozenset(
    [
        *(f"{TEXT}{name}" for name in _LEFT_OUT_TEXT),
        *(f"{PRESENTATION}{name}" for name in ("footer", "date-time")),
        *(f"{OFFICE}{name}" for name in ("annotation", "forms")),
    ]
)
_MOST_SPACES = 100
_SIGNS = {f"{TEXT}tab": " ", f"{TEXT}line-break": "\n"}


@dataclass(slots=True)
class _InlineText:
    """The text of a paragraph, or of a span in one, in the making."""

    parts: list[str] = field(default_factory=list)
    has_gap: bool = False  # something was left out behind the last part
    raised: str = ""  # goes on in the next span: "2" and "−" of an ion

    def add(self, text: str) -> None:
        """Append what is seen."""
        if self.has_gap:
            text = close_gap("".join(self.parts[-1:]), text)
        if text:
            self.parts.append(text)
            self.has_gap = False


class InlineReader:
    """Reads the paragraphs of one file."""

    def __init__(self, looks: Looks, objects: EmbeddedObjects, left_out: LeftOut) -> None:
        self._looks = looks
        self._objects = objects
        self._left_out = left_out

    def read(self, paragraph: Element) -> tuple[str, list[Element]]:
        """Return the text of a paragraph, and what hangs on it: notes and frames."""
        hanging: list[Element] = []
        return self._join(paragraph, hanging, self._looks.at(paragraph), "").strip(), hanging

    def _join(self, element: Element, hanging: list[Element], look: TextLook, before: str) -> str:
        """Return the text of an element behind `before` on its line."""
        line = _InlineText()
        self._add_text(line, element.text, look)
        for child in element:
            if child.tag not in LEFT_OUT and not self._looks.hides(child):
                self._add_child(line, child, hanging, look, before)
            self._add_text(line, child.tail, look)
        return "".join(line.parts)

    def _add_text(self, line: _InlineText, text: str | None, look: TextLook) -> None:
        if not text:
            return
        if not look.is_unseen:
            line.add(re.sub(r"\s+", " ", text))
            return
        line.has_gap = True
        if text.strip():
            self._left_out.add(HIDDEN if look.is_hidden else STRUCK, text)

    def _add_child(
        self, line: _InlineText, child: Element, hanging: list[Element], look: TextLook, before: str
    ) -> None:
        if child.tag == f"{TEXT}s":
            count = child.get(f"{TEXT}c", "1")
            spaces = " " * min(int(count) if count.isdigit() else 1, _MOST_SPACES)
            line.parts += [] if look.is_unseen else [spaces]
        elif child.tag in _SIGNS:
            line.parts.append(_SIGNS[str(child.tag)])
        elif child.tag != f"{TEXT}note" and not str(child.tag).startswith(DRAW):
            self._add_span(line, child, hanging, look, before)
        elif not look.is_unseen:
            if formula := self._objects.read_formula(child):
                line.add(formula)
            else:
                hanging.append(child)

    def _add_span(
        self, line: _InlineText, span: Element, hanging: list[Element], look: TextLook, before: str
    ) -> None:
        inside = self._looks.inside(span, look)
        before += "".join(line.parts[-LAST_PARTS:])
        inner = self._join(span, hanging, inside, before)
        if inside.is_raised and not look.is_raised:
            line.raised += inner
            following = span.getnext()
            if not span.tail and self._is_raised(following, look):
                return
            after = span.tail or ("" if following is None else following.text or "")
            raised, line.raised = line.raised, ""
            inner = render_superscript(raised, before, linked=False, after=after)
            self._left_out.add_mark(raised, inner)
        elif inside.is_lowered and not look.is_lowered:
            inner = render_subscript(inner)
        line.has_gap = line.has_gap or not inner
        line.add(inner)

    def _is_raised(self, element: Element | None, look: TextLook) -> bool:
        """Tell whether what follows is raised and seen."""
        if element is None or element.tag != f"{TEXT}span":
            return False
        inside = self._looks.inside(element, look)
        return inside.is_raised and not inside.is_unseen
