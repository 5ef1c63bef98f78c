"""The text of a Word paragraph: changes accepted, what is hidden or crossed out left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.parsers.office.charts import CHART
from ingest.parsers.office.formulas import MATH, FormulaReader
from ingest.parsers.office.word.fields import read_field
from ingest.parsers.office.word.numbers import Element, W
from ingest.parsers.office.word.runs import RunLook
from ingest.parsers.office.word.symbols import read_symbol, replace_private
from ingest.parsers.shared.left_out import HIDDEN, STRUCK, close_gap
from ingest.parsers.shared.notation.subscript import render_subscript
from ingest.parsers.shared.notation.superscript import LAST_PARTS, render_superscript

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_LEFT_OUT_NAMES = (
    "del moveFrom delText instrText pPr rPr rt sdtPr sdtEndPr tblPr tblGrid trPr tcPr footnoteRef "
    "endnoteRef"
)
LEFT_OUT = frozenset(f"{W}{name}" for name in _LEFT_OUT_NAMES.split())
_CHANGED = (f"{W}del", f"{W}moveFrom")
_SIGNS = {"tab": " ", "ptab": " ", "cr": "\n", "noBreakHyphen": "-"}


class NoteMark(NamedTuple):
    """Where a paragraph refers to a note."""

    kind: str  # `footnote` or `endnote`
    name: str
    has_own_sign: bool  # such as "*", which is not counted
    is_struck: bool  # counted, but not read


@dataclass(slots=True)
class ParagraphText:
    """A paragraph's text with what hangs on it: notes that it refers to, and text boxes."""

    look: RunLook
    parts: list[str] = field(default_factory=list)
    notes: list[NoteMark] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    diagrams: list[str] = field(default_factory=list)  # by relationship
    charts: list[str] = field(default_factory=list)  # by relationship
    raised: list[str] = field(default_factory=list)  # until it is known what follows
    # Something was left out behind the last part: spaces on both sides of it become one.
    has_gap: bool = False
    is_bold: bool = True  # whatever is seen in it
    font: str | None = None  # of the run that is read, if it names one of its own

    @property
    def text(self) -> str:
        """What is shown."""
        return "".join(self.parts)

    def add(self, children: Iterable[Element]) -> None:
        """Append what stands in an element, which is the iterable of its children."""
        for child in children:
            name = str(child.tag).removeprefix(W)
            if child.tag in LEFT_OUT:
                self.has_gap = self.has_gap or child.tag in _CHANGED
            elif name == "t" or child.tag == f"{MATH}t":
                self._append(replace_private(child.text or "", self.font))
            elif name == "sym":
                self._append(read_symbol(child.get(f"{W}char", ""), child.get(f"{W}font", "")))
            elif name in _SIGNS:
                self._append(_SIGNS[name])
            elif name == "br":
                self._append("\n")
            elif name == "r" or child.tag == f"{MATH}r":
                self._add_run(child)
            elif name in ("footnoteReference", "endnoteReference"):
                kind = name.removesuffix("Reference")
                has_sign = child.get(f"{W}customMarkFollows") in ("1", "true", "on")
                self.notes.append(NoteMark(kind, child.get(f"{W}id", ""), has_sign, False))
            elif name == "ffData":
                self._append(read_field(child))
            elif str(child.tag).startswith(MATH):
                self._add_formula(child)
            elif child.tag == f"{_DIAGRAM}relIds":
                self.diagrams.append(child.get(f"{_RELATIONS}dm", ""))
            elif child.tag == f"{CHART}chart":
                self.charts.append(child.get(f"{_RELATIONS}id", ""))
            elif name == "txbxContent":
                self.boxes.append(child)
            elif str(child.tag).endswith("}AlternateContent"):
                # The same once more for older programs.
                self.add([child[0]] if len(child) else [])
            elif not (_is_hidden_shape(child) or is_placeholder(child)):
                self.add(child)

    def _append(self, text: str) -> None:
        if not text:
            return
        self.end_raised(text)
        if self.has_gap:
            text = close_gap("".join(self.parts[-1:]), text)
        self.has_gap = False
        if text:
            self.parts.append(text)

    def end_raised(self, after: str = "") -> None:
        """Append what is raised, which may be in several runs: "2" and "−" of an ion."""
        raised, self.raised = "".join(self.raised), []
        before = "".join(self.parts[-LAST_PARTS:])
        if raised:
            rendered = render_superscript(raised, before, linked=False, after=after)
            self.look.styles.left_out.add_mark(raised, rendered)
            self._append(rendered)

    def _add_run(self, run: Element) -> None:
        properties = run.find(f"{W}rPr")
        face = self.look.see(properties)
        if face.is_hidden or face.is_struck:
            self._leave_out(run, face.is_hidden)
        elif face.is_lowered:
            self._append(render_subscript(read_text(run, self.look).text))
        elif face.is_raised:
            inner = read_text(run, self.look)
            self.raised.append(inner.text)
            self.notes += inner.notes
        else:
            length = len(self.parts)
            fonts = None if properties is None else properties.find(f"{W}rFonts")
            self.font = None if fonts is None else fonts.get(f"{W}ascii")
            self.add(run)
            self.font = None
            if self.is_bold and any(map(str.strip, self.parts[length:])):
                self.is_bold = face.is_bold

    def _add_formula(self, formula: Element) -> None:
        text = FormulaReader(self._read_run).read_formula(formula)
        touches = self.parts[-1:] and self.parts[-1][-1:].isdigit() and text[:1].isdigit()
        self._append(f" {text}" if touches else text)
        # A line of nothing but a formula is no heading.
        self.is_bold = self.is_bold and not text.strip()

    def _read_run(self, run: Element) -> str:
        inner = read_text([run], self.look)
        self.notes += inner.notes
        return inner.text

    def _leave_out(self, run: Element, is_hidden: bool) -> None:
        self.has_gap = True
        if text := "".join(part.text or "" for part in run.iter(f"{W}t")):
            self.look.styles.left_out.add(HIDDEN if is_hidden else STRUCK, text)
        if not is_hidden:
            struck = [child for child in run if str(child.tag).endswith("noteReference")]
            inner = ParagraphText(self.look)
            inner.add(struck)
            self.notes += [mark._replace(is_struck=True) for mark in inner.notes]


def read_text(element: Iterable[Element], look: RunLook) -> ParagraphText:
    """Return the text of a paragraph or of a part of one."""
    read = ParagraphText(look)
    read.add(element)
    read.end_raised()
    return read


def is_placeholder(element: Element) -> bool:
    """Return whether an element is a control that nothing was entered into yet."""
    return element.tag == f"{W}sdt" and element.find(f"{W}sdtPr/{W}showingPlcHdr") is not None


def _is_hidden_shape(element: Element) -> bool:
    """Return whether an element is a drawing that is switched off, which keeps its text."""
    if element.tag == f"{W}drawing":
        said = next(element.iter(f"{_DRAWING}docPr"), None)
        return said is not None and said.get("hidden") in ("1", "true")
    return "visibility:hidden" in element.get("style", "").replace(" ", "")
