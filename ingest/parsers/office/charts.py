"""Charts of office files: the words that stand on them, and values that are printed there."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element

from ingest.parsers.shared.archive import parse_xml
from ingest.parsers.shared.collector import Piece

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
# A chart with more categories is a curve.
_MOST_CATEGORIES = 200


def walk_chart(data: bytes) -> Iterator[Piece]:
    """Yield a chart's titles, then a table of its categories and series.

    Values stand in the table where the chart prints them; otherwise they are only drawn.
    """
    chart = parse_xml(data).find(f".//{CHART}chart")
    if chart is None:
        return
    for title in chart.iter(f"{CHART}title"):
        if text := _join(title.iter(f"{_A}t")):
            yield Piece(text)
    series = list(chart.iter(f"{CHART}ser"))
    names = [_join(one.iterfind(f"{CHART}tx//{CHART}v")) for one in series]
    categories = _read_points(series[0].find(f"{CHART}cat")) if series else {}
    if any(names):
        yield Piece("\t".join(["", *names]) if categories else " · ".join(names), "row", 1)
    values = [
        _read_points(one.find(f"{CHART}val")) if _prints(chart, one) else {} for one in series
    ]
    for place, category in list(categories.items())[:_MOST_CATEGORIES]:
        cells = [category, *(points.get(place, "") for points in values)]
        yield Piece("\t".join(cells).rstrip("\t"), "row", 0)


def _prints(chart: Element, series: Element) -> bool:
    """Tell whether a chart writes its values beside what it draws."""
    plot = series.getparent()
    for around in (series, plot, chart):
        said = None if around is None else around.find(f"{CHART}dLbls/{CHART}showVal")
        if said is not None:
            return said.get("val", "1") in ("1", "true")
    return False


def _read_points(element: Element | None) -> dict[str, str]:
    """Return what is stored of categories or values, by their place."""
    if element is None:
        return {}
    return {
        point.get("idx", ""): point.findtext(f"{CHART}v") or ""
        for point in element.iter(f"{CHART}pt")
    }


def _join(parts: Iterator[Element]) -> str:
    return " ".join("".join(part.text or "" for part in parts).split())
