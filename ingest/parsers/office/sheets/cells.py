"""The cells of a workbook's sheet as texts: in their number formats, struck words left out."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.workbook import Workbook

from ingest.parsers.office.formats.values import format_cell
from ingest.parsers.shared.left_out import STRUCK, LeftOut, close_gap
from ingest.parsers.shared.notation.subscript import render_subscript
from ingest.parsers.shared.notation.superscript import render_superscript


class CellReader:
    """Reads the cells of one workbook."""

    def __init__(self, workbook: Workbook, left_out: LeftOut) -> None:
        self.formulas_without_value = 0
        self._workbook: Any = workbook  # what is known of styles has no public name
        self._left_out = left_out
        # Number format, whether struck, whether white on white.
        self._styles: dict[int, tuple[str, bool, bool]] = {}

    def read(self, value: object, style: int) -> str:
        """Return what a cell shows."""
        if value is None:
            return ""
        if style not in self._styles:
            self._styles[style] = self._load_style(style)
        number_format, is_struck, _ = self._styles[style]
        if isinstance(value, CellRichText):
            return self._join_runs(value, is_struck)
        text = format_cell(value, number_format)
        if is_struck and text.strip():
            self._left_out.add(STRUCK, text)
            return ""
        return text

    def is_white(self, style: int) -> bool:
        """Return whether a cell that was read is white on white, if no rule colours it."""
        return style in self._styles and self._styles[style][2]

    def say_formulas(self) -> None:
        """Say how many formulas have no value, if some have none."""
        if self.formulas_without_value:
            counted = f"{self.formulas_without_value} formulas without a stored value"
            self._left_out.add(f"{counted} (open the file in Excel and save it)")

    def _load_style(self, style: int) -> tuple[str, bool, bool]:
        array = self._workbook._cell_styles[style]
        font = self._workbook._fonts[array.fontId]
        # A table's own style may lay a colour behind its cells.
        is_white = (
            _is_white(font.color)
            and self._workbook._fills[array.fillId].fill_type is None
            and not any(
                name.startswith("xl/tables/") for name in self._workbook._archive.namelist()
            )
        )
        number_format = _find_number_format(self._workbook, array.numFmtId)
        return number_format, bool(font.strike), is_white

    def _join_runs(self, runs: CellRichText, is_struck: bool) -> str:
        text, has_gap = "", False
        # A run without a font of its own looks like the cell.
        alike = groupby(runs, lambda run: _read_look(run, is_struck))
        joined = [("".join(map(str, part)), *look) for look, part in alike]
        following = [*(added for added, _, _ in joined), ""][1:]
        for (added, said, place), after in zip(joined, following, strict=True):
            if said:
                self._left_out.add(STRUCK, added)
                has_gap = True
                continue
            if place == "superscript":
                raised = added
                added = render_superscript(raised, text, linked=False, after=after)
                self._left_out.add_mark(raised, added)
            elif place == "subscript":
                added = render_subscript(added)
            if has_gap:
                added = close_gap(text, added)
            has_gap = has_gap and not added
            text += added
        return text


def _read_look(run: str | TextBlock, is_struck: bool) -> tuple[bool, str]:
    """Return whether a part of a cell is crossed out, and whether it is raised or lowered."""
    if not isinstance(run, TextBlock):
        return is_struck, ""
    return bool(run.font.strike), run.font.vertAlign or ""


def _is_white(colour: Any) -> bool:  # noqa: ANN401
    if colour is None:
        return False
    if colour.type == "theme":
        return colour.theme == 0 and not colour.tint  # as in the themes that come with Excel
    return colour.type == "rgb" and str(colour.rgb).upper().endswith("FFFFFF")


def _find_number_format(workbook: Any, number: int) -> str:  # noqa: ANN401
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

    if number < BUILTIN_FORMATS_MAX_SIZE:
        return BUILTIN_FORMATS.get(number, "General")
    return str(workbook._number_formats[number - BUILTIN_FORMATS_MAX_SIZE])
