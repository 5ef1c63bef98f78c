"""Charts of slides and documents: every word and figure is one that the chart prints."""

from __future__ import annotations

import pytest

from ingest.parsers.office.charts import walk_chart

_SPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart"'
)
SHOWN = '<c:showVal val="1"/>'


def read(*plots: str, before: str = "", after: str = "", root: str = "") -> list[str]:
    """What a chart of these plots gives, line by line."""
    xml = (
        f"<c:chartSpace {_SPACES}>{root}<c:chart>{before}<c:plotArea>{''.join(plots)}{after}"
        "</c:plotArea></c:chart></c:chartSpace>"
    )
    return [piece.text for piece in walk_chart(xml.encode()) if piece.text]


def plot(*series: str, labels: str = "", axes: str = "1 2") -> str:
    ids = "".join(f'<c:axId val="{axis}"/>' for axis in axes.split())
    said = f"<c:dLbls>{labels}</c:dLbls>" if labels else ""
    return f"<c:barChart>{''.join(series)}{said}{ids}</c:barChart>"


def series(name: str, values: str, category: str = "", labels: str = "", rest: str = "") -> str:
    said = f"<c:dLbls>{labels}</c:dLbls>" if labels else ""
    cat = f"<c:cat>{category}</c:cat>" if category else ""
    return (
        f"<c:ser><c:tx><c:strRef><c:strCache>{name}</c:strCache></c:strRef></c:tx>{said}{cat}"
        f"<c:val>{values}</c:val>{rest}</c:ser>"
    )


def named(text: str) -> str:
    return f'<c:pt idx="0"><c:v>{text}</c:v></c:pt>'


def words(*texts: str) -> str:
    points = "".join(f'<c:pt idx="{n}"><c:v>{t}</c:v></c:pt>' for n, t in enumerate(texts))
    return f"<c:strRef><c:strCache>{points}</c:strCache></c:strRef>"


def numbers(*values: object, code: str = "General") -> str:
    points = "".join(f'<c:pt idx="{n}"><c:v>{v}</c:v></c:pt>' for n, v in enumerate(values))
    return (
        f"<c:numRef><c:numCache><c:formatCode>{code}</c:formatCode>{points}</c:numCache></c:numRef>"
    )


def linked(code: str, is_linked: int = 0) -> str:
    return f'<c:numFmt formatCode="{code}" sourceLinked="{is_linked}"/>'


def test_categories_of_several_levels_have_all_their_names() -> None:
    def level(**texts: str) -> str:
        points = "".join(f'<c:pt idx="{n[1:]}"><c:v>{t}</c:v></c:pt>' for n, t in texts.items())
        return f"<c:lvl>{points}</c:lvl>"

    levels = (
        level(_0="Q1", _1="Q2", _2="Q1", _3="Q2", _4="Q1")
        + level(_0="2023", _2="2024")
        + level(_0="Norland", _4="Estmark")
    )
    category = (
        f"<c:multiLvlStrRef><c:multiLvlStrCache>{levels}</c:multiLvlStrCache></c:multiLvlStrRef>"
    )
    assert read(plot(series(named("Fees"), numbers(1, 2, 3, 4, 5), category), labels=SHOWN)) == [
        "\tFees",
        "Norland 2023 Q1\t1",
        "Norland 2023 Q2\t2",
        "Norland 2024 Q1\t3",
        "Norland 2024 Q2\t4",
        "Estmark Q1\t5",
    ]


@pytest.mark.parametrize(
    ("values", "labels", "printed"),
    [
        pytest.param(numbers(0.12345, code="0%"), SHOWN, "12%", id="as the cells say"),
        pytest.param(numbers(0.12345), linked("0.0%") + SHOWN, "12.3%", id="as the labels say"),
        pytest.param(
            numbers(0.12345, code="0%"), linked("0.0", 1) + SHOWN, "12%", id="linked to the cells"
        ),
        pytest.param(numbers(0.1 + 0.2), SHOWN, "0.3", id="no more figures than are shown"),
        pytest.param(numbers(1234567, code='#,##0.0,,"M"'), SHOWN, "1.2M", id="millions"),
        pytest.param(numbers(0, code="0;-0;"), SHOWN, "", id="a format that shows nothing"),
        pytest.param(numbers("#N/A"), SHOWN, "", id="nothing is drawn"),
        pytest.param(numbers(3), '<c:showVal val="0"/>', "", id="only drawn"),
        pytest.param(numbers(3), '<c:delete val="1"/>', "", id="labels taken away"),
        pytest.param(
            numbers(3, 1), '<c:showVal val="0"/><c:showPercent val="1"/>', "75%", id="shares"
        ),
        pytest.param(
            numbers(3, 1), linked("0.0%") + '<c:showVal val="0"/><c:showPercent val="1"/>', "75.0%",
            id="exact shares",
        ),
        pytest.param(
            numbers(3, 1), linked("0.0") + SHOWN + '<c:showPercent val="1"/>', "3.0; 75%",
            id="values with shares",
        ),
        pytest.param(
            numbers(3), '<c:dLbl><c:idx val="0"/><c:delete val="1"/></c:dLbl>' + SHOWN, "",
            id="one label taken away",
        ),
        pytest.param(
            numbers(3), f'<c:dLbl><c:idx val="0"/>{linked("0.00")}{SHOWN}</c:dLbl>' + SHOWN, "3.00",
            id="one label with a format of its own",
        ),
        pytest.param(
            numbers(3),
            '<c:dLbl><c:idx val="0"/><c:tx><c:rich><a:p><a:r><a:t>about </a:t></a:r>'
            f'<a:fld type="VALUE"><a:t>[VALUE]</a:t></a:fld></a:p></c:rich></c:tx>{SHOWN}</c:dLbl>'
            + linked("0.0") + SHOWN, "about 3.0",
            id="written by hand",
        ),
    ],
)  # fmt: skip
def test_values_as_the_chart_prints_them(values: str, labels: str, printed: str) -> None:
    """The plot's own labels stand behind those of the series."""
    one = series(named("Fees"), values, words("A"), labels)
    assert read(plot(one, labels=SHOWN)) == ["\tFees", f"A\t{printed}".rstrip("\t")]


def test_the_format_of_one_point_goes_before_that_of_all() -> None:
    values = numbers(0.5, 0.25).replace('idx="1"', 'idx="1" formatCode="0%"')
    assert read(plot(series(named("F"), values, words("A", "B")), labels=SHOWN)) == [
        "\tF", "A\t0.5", "B\t25%",
    ]  # fmt: skip


def test_dates_and_years_on_an_axis_are_as_the_axis_shows_them() -> None:
    def draw(category: str, axis: str = "", root: str = "") -> list[str]:
        one = plot(series(named("Fees"), numbers(1), category), labels=SHOWN)
        after = f'<c:dateAx><c:axId val="1"/>{axis}</c:dateAx>'
        return read(one, after=after, root=root)[1:]

    day = 45383  # 1 April 2024
    assert draw(numbers(day, code="mmm yyyy")) == ["Apr 2024\t1"]
    assert draw(numbers(day, code="m/d/yyyy")) == ["2024-04-01\t1"]
    assert draw(numbers(day, code="m/d/yyyy"), linked("yyyy")) == ["2024\t1"]
    assert draw(numbers(day, code="mmm yyyy"), linked("yyyy", 1)) == ["Apr 2024\t1"]
    assert draw(numbers(2024)) == ["2024\t1"]
    older = '<c:date1904 val="1"/>'
    assert draw(numbers(day - 1462, code="d mmm yyyy"), root=older) == ["1 Apr 2024\t1"]


def test_series_on_a_second_axis_have_its_categories() -> None:
    bars = plot(series(named("Fees"), numbers(1, 2), words("A", "B")), labels=SHOWN)
    same = plot(series(named("Share"), numbers(3, 4), words("A", "B")), labels=SHOWN, axes="3 4")
    other = plot(series(named("Share"), numbers(3, 4), words("C", "D")), labels=SHOWN, axes="3 4")
    bare = plot(series(named("Share"), numbers(3, 4)), labels=SHOWN, axes="3 4")
    table = ["\tFees\tShare", "A\t1\t3", "B\t2\t4"]
    assert read(bars, same) == table
    assert read(bars, bare) == table
    assert read(bars, other) == ["\tFees", "A\t1", "B\t2", "\tShare", "C\t3", "D\t4"]


def test_points_without_names_have_what_is_printed_beside_them() -> None:
    cells = (
        "<c:extLst><c:ext><c15:datalabelsRange><c15:dlblRangeCache>"
        '<c:pt idx="0"><c:v>Norland</c:v></c:pt></c15:dlblRangeCache></c15:datalabelsRange>'
        "</c:ext></c:extLst>"
    )
    shown = SHOWN + '<c:extLst><c:ext><c15:showDataLabelsRange val="1"/></c:ext></c:extLst>'
    points = series(named("Towns"), numbers(1.5, 2), "", shown, cells).replace("c:val>", "c:yVal>")
    drawn = series(named("Line"), numbers(7, 8)).replace("c:val>", "c:yVal>")
    assert read(plot(points, drawn)) == ["Towns · Line", "Towns\tNorland; 1.5\t2"]


def test_a_table_below_a_chart_prints_every_value() -> None:
    one = plot(series(named("Fees"), numbers(0.5, code="0%"), words("A")))
    assert read(one) == ["\tFees", "A"]
    assert read(one, after="<c:dTable/>") == ["\tFees", "A\t50%"]


def test_titles_from_cells_of_several_lines_and_of_axes_that_are_off() -> None:
    lines = "<a:p><a:r><a:t>Fees </a:t></a:r><a:r><a:t>paid</a:t></a:r></a:p>"
    lines += "<a:p><a:r><a:t>by town</a:t></a:r></a:p>"
    before = f"<c:title><c:tx><c:rich>{lines}</c:rich></c:tx></c:title>"
    title = f"<c:title><c:tx>{words('EUR million')}</c:tx></c:title>"
    off = f'<c:valAx><c:delete val="1"/>{title.replace("EUR", "USD")}</c:valAx>'
    one = plot(series(named("One") + '<c:pt idx="1"><c:v>Two</c:v></c:pt>', numbers(1), words("A")))
    assert read(one, before=before, after=f"<c:valAx>{title}</c:valAx>{off}") == [
        "Fees paid by town", "EUR million", "\tOne Two", "A",
    ]  # fmt: skip
