"""Charts of office files: the words that stand on them, and values that are printed there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml.etree import _Element as Element

from ingest.parsers.office.chart_labels import (
    CHART,
    DRAWING,
    SeriesLabels,
    is_on,
    read_points,
    read_texts,
)  # fmt: skip
from ingest.parsers.shared.archive import parse_xml
from ingest.parsers.shared.collector import Piece

__all__ = ["CHART", "walk_chart"]

# A chart with more categories is a curve.
_MOST_CATEGORIES = 200


def walk_chart(data: bytes) -> Iterator[Piece]:
    """Yield a chart's titles, then a table of its categories and series.

    Values stand in the table where the chart prints them, as it does; otherwise they are only
    drawn. Series with categories of their own, on a second axis, have a table of their own.
    """
    root = parse_xml(data)
    chart = root.find(f".//{CHART}chart")
    if chart is None:
        return
    for title in chart.iter(f"{CHART}title"):
        around = title.getparent()
        if around is None or not is_on(around, "delete"):
            yield Piece(_read_title(title))
    is_1904 = is_on(root, "date1904")
    tables: list[tuple[dict[str, str], list[Element]]] = []
    for categories, series in _find_groups(chart, is_1904):
        if not tables or (categories and categories != tables[0][0]):
            tables.append((categories, series))
        else:
            tables[0][1].extend(series)
    for categories, series in tables:
        yield from _walk_series(chart, categories, series, is_1904)


def _walk_series(
    chart: Element, categories: dict[str, str], series: Sequence[Element], is_1904: bool
) -> Iterator[Piece]:
    names = [read_texts(one.iterfind(f"{CHART}tx//{CHART}v")) for one in series]
    labels = [
        SeriesLabels(chart, one, name, categories, is_1904)
        for one, name in zip(series, names, strict=True)
    ]
    if not categories:
        # Points have no names here; what is printed beside them stands behind that of the series.
        if any(names):
            yield Piece(" · ".join(names), "row", 1)
        for name, said in zip(names, labels, strict=True):
            printed = filter(None, map(said.read, said.places[:_MOST_CATEGORIES]))
            if (cells := [name, *printed])[1:]:
                yield Piece("\t".join(cells), "row", 0)
        return
    if any(names):
        yield Piece("\t".join(["", *names]), "row", 1)
    for place, category in list(categories.items())[:_MOST_CATEGORIES]:
        cells = [category, *(said.read(place) for said in labels)]
        yield Piece("\t".join(cells).rstrip("\t"), "row", 0)


def _find_groups(chart: Element, is_1904: bool) -> Iterator[tuple[dict[str, str], list[Element]]]:
    """Yield the series on each pair of axes with their categories, which the first one names."""
    groups: dict[tuple[str, ...], list[Element]] = {}
    for series in chart.iter(f"{CHART}ser"):
        plot = series.getparent()
        ids = () if plot is None else plot.iterfind(f"{CHART}axId")
        groups.setdefault(tuple(sorted(one.get("val", "") for one in ids)), []).append(series)
    for axes, group in groups.items():
        named = (one.find(f"{CHART}cat") for one in group)
        element = next((one for one in named if one is not None), None)
        yield _read_categories(element, _find_format(chart, axes), is_1904), group


def _find_format(chart: Element, axes: Sequence[str]) -> str | None:
    """Return the number format of the axis of categories, None where it is that of the cells."""
    for name in ("catAx", "dateAx"):
        for axis in chart.iter(f"{CHART}{name}"):
            said = axis.find(f"{CHART}axId")
            if said is not None and said.get("val") in axes:
                found = axis.find(f"{CHART}numFmt")
                if found is not None and found.get("sourceLinked", "0") not in ("1", "true"):
                    return found.get("formatCode")
    return None


def _read_categories(
    element: Element | None, number_format: str | None, is_1904: bool
) -> dict[str, str]:
    if element is None:
        return {}
    inner, *outer = list(element.iter(f"{CHART}lvl")) or [element]
    places = read_points(inner, number_format, is_1904)
    levels = [read_points(level, number_format, is_1904) for level in reversed(outer)]
    if not levels:
        return places
    # The outer ones are said once, where what they hold begins.
    joined, current = {}, [""] * len(levels)
    every = {place for level in (places, *levels) for place in level if place.isdecimal()}
    for place in sorted(every, key=int):
        for depth, level in enumerate(levels):
            if place in level:
                current[depth:] = [level[place], *[""] * (len(levels) - depth - 1)]
        joined[place] = " ".join(filter(None, [*current, places.get(place, "")]))
    return joined


def _read_title(title: Element) -> str:
    """Return the words of a title, which may come from a cell."""
    paragraphs = [read_texts(one.iter(f"{DRAWING}t")) for one in title.iter(f"{DRAWING}p")]
    from_cells = read_texts(title.iterfind(f"{CHART}tx/{CHART}strRef//{CHART}v"))
    return " ".join(filter(None, [*paragraphs, from_cells]))
