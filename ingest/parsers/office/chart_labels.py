"""What a chart prints beside its points: values in their number formats, shares, words."""

from __future__ import annotations

from collections.abc import Iterable

from lxml.etree import _Element as Element
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from ingest.parsers.office.formats.values import format_cell

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_CHART_2012 = "{http://schemas.microsoft.com/office/drawing/2012/chart}"
_ON = ("1", "true")
_SHARE = "0%"
# What the reader's computer decides has a name of its own in cells, not in charts.
_SHORT_DATE = {"m/d/yyyy": "mm-dd-yy", "m/d/yyyy h:mm": "m/d/yy h:mm"}


class SeriesLabels:
    """The labels of one series."""

    def __init__(
        self,
        chart: Element,
        series: Element,
        name: str,
        categories: dict[str, str],
        is_1904: bool,
    ) -> None:
        self._name, self._categories, self._is_1904 = name, categories, is_1904
        plot = series.getparent()
        around = (series, plot)
        found = (None if one is None else one.find(f"{CHART}dLbls") for one in around)
        self._around = [one for one in found if one is not None]
        self._own = {
            said.get("val", ""): label
            for label in series.iterfind(f"{CHART}dLbls/{CHART}dLbl")
            if (said := label.find(f"{CHART}idx")) is not None
        }
        values = [series.find(f"{CHART}{kind}") for kind in ("val", "yVal")]
        self._values = next((one for one in values if one is not None), None)
        self._across = series.find(f"{CHART}xVal")
        self._sizes = series.find(f"{CHART}bubbleSize")
        self._numbers = _read_numbers(self._values)
        ranges = list(series.iter(f"{_CHART_2012}dlblRangeCache"))
        self._from_cells = read_points(ranges[0], None, is_1904) if ranges else {}
        self._known: dict[tuple[Element | None, str | None], dict[str, str]] = {}
        self._has_table = chart.find(f"{CHART}plotArea/{CHART}dTable") is not None

    @property
    def places(self) -> list[str]:
        """Where there are points, in order."""
        return list(self._numbers)

    def read(self, place: str) -> str:
        """Return what is printed at a point."""
        chain = [*([self._own[place]] if place in self._own else []), *self._around]
        text = "" if not chain or is_on(chain[0], "delete") else self._read_label(place, chain)
        if not text and self._has_table:
            return self._read_value(self._values, place, None)
        return text

    def _read_label(self, place: str, chain: list[Element]) -> str:
        written = chain[0].find(f"{CHART}tx/{CHART}rich")
        if written is not None:
            return self._read_written(written, place, chain)
        number_format = _find_format(chain)
        parts = []
        if _shows(chain, "showDataLabelsRange", _CHART_2012):
            parts.append(self._from_cells.get(place, ""))
        if self._across is not None and _shows(chain, "showCatName"):
            parts.append(self._read_value(self._across, place, number_format))
        if _shows(chain, "showVal"):
            parts.append(self._read_value(self._values, place, number_format))
        if _shows(chain, "showPercent"):
            # The format is that of the value, if both are there.
            is_alone = not _shows(chain, "showVal")
            parts.append(self._read_share(place, number_format if is_alone else None))
        if _shows(chain, "showBubbleSize"):
            parts.append(self._read_value(self._sizes, place, number_format))
        return "; ".join(filter(None, parts))

    def _read_written(self, written: Element, place: str, chain: list[Element]) -> str:
        """Return words that were written over a label, with what it fills in among them."""
        number_format = _find_format(chain)
        lines = []
        for paragraph in written.iter(f"{DRAWING}p"):
            texts = []
            for part in paragraph:
                text = part.findtext(f"{DRAWING}t") or ""
                if part.tag == f"{DRAWING}br":
                    text = " "
                elif part.tag == f"{DRAWING}fld":
                    text = self._fill_in(part.get("type", ""), place, number_format) or text
                texts.append(text)
            lines.append("".join(texts))
        return " ".join(" ".join(lines).split())

    def _fill_in(self, kind: str, place: str, number_format: str | None) -> str:
        if kind in ("VALUE", "YVALUE"):
            return self._read_value(self._values, place, number_format)
        if kind == "XVALUE":
            return self._read_value(self._across, place, number_format)
        if kind == "PERCENTAGE":
            return self._read_share(place, None)
        named = {
            "CELLRANGE": self._from_cells.get(place, ""),
            "CATEGORYNAME": self._categories.get(place, ""),
            "SERIESNAME": self._name,
        }
        return named.get(kind, "")

    def _read_value(self, element: Element | None, place: str, number_format: str | None) -> str:
        key = (element, number_format)
        if key not in self._known:
            self._known[key] = read_points(element, number_format, self._is_1904)
        return self._known[key].get(place, "")

    def _read_share(self, place: str, number_format: str | None) -> str:
        whole = sum(map(abs, self._numbers.values()))
        if place not in self._numbers or not whole:
            return ""
        return format_cell(abs(self._numbers[place]) / whole, number_format or _SHARE)


def read_points(
    element: Element | None, number_format: str | None, is_1904: bool
) -> dict[str, str]:
    """Return what is stored of categories or values as it is shown, by place."""
    if element is None:
        return {}
    cells = next((one.text for one in element.iter(f"{CHART}formatCode")), None)
    # Words are words, whatever the format.
    is_text = next(element.iter(f"{CHART}numCache", f"{CHART}numLit"), None) is None
    points = {}
    for point in element.iter(f"{CHART}pt"):
        place, text = point.get("idx", ""), point.findtext(f"{CHART}v") or ""
        code = number_format or point.get("formatCode") or cells or "General"
        points[place] = " ".join(text.split()) if is_text else _show(text, code, is_1904)
    return points


def read_texts(parts: Iterable[Element]) -> str:
    """Return the texts of elements: those of one paragraph as they are, of cells word by word."""
    texts = [(part.tag == f"{CHART}v", part.text or "") for part in parts]
    return " ".join("".join(f" {text}" if is_cell else text for is_cell, text in texts).split())


def is_on(element: Element, name: str) -> bool:
    """Return whether a switch in an element is there and on."""
    said = element.find(f"{CHART}{name}")
    return said is not None and said.get("val", "1") in _ON


def _shows(chain: list[Element], name: str, space: str = CHART) -> bool:
    """Tell whether labels show something: the nearest that says so counts."""
    for around in chain:
        if is_on(around, "delete"):
            return False
        path = f"{CHART}extLst/{CHART}ext/{space}{name}" if space != CHART else f"{space}{name}"
        if (said := around.find(path)) is not None:
            return said.get("val", "1") in _ON
    return False


def _find_format(chain: list[Element]) -> str | None:
    """Return the number format of labels, None where it is that of the cells."""
    for around in chain:
        if (said := around.find(f"{CHART}numFmt")) is not None:
            return None if said.get("sourceLinked") in _ON else said.get("formatCode")
    return None


def _read_numbers(element: Element | None) -> dict[str, float]:
    numbers = {}
    for point in () if element is None else element.iter(f"{CHART}pt"):
        try:
            numbers[point.get("idx", "")] = float(point.findtext(f"{CHART}v") or "")
        except ValueError:
            continue  # "#N/A", which is not drawn
    return numbers


def _show(text: str, code: str, is_1904: bool) -> str:
    try:
        number = float(text)
    except ValueError:
        return "" if text.startswith("#") else text
    if is_date_format(code):
        epoch = CALENDAR_MAC_1904 if is_1904 else CALENDAR_WINDOWS_1900
        try:
            return format_cell(from_excel(number, epoch), _SHORT_DATE.get(code, code))
        except (ValueError, OverflowError):
            return text
    return format_cell(number, code)
