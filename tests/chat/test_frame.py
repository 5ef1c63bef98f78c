"""What a quotation stands in: lists in lines of text, tables, and both in answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.answer import make_answerer
from chat.cli.text import format_citation
from chat.evidence.structure.lines import leave_marks, read_lines
from chat.evidence.structure.lists import find_list
from chat.evidence.structure.tables import find_heads, find_table
from chat.serialize import answer_object
from chat.types import Answer, Question
from chat.ui.answer.sentences import list_sentences
from index.embedding.transformer import SentenceTransformerEmbedder
from index.local import LocalIndex
from index.settings import EmbedderSettings, Settings
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan

PAGE = """Intro.

Members shall:
designate a body
report every year:
1. by June
2. by July
publish a list

These costs are eligible:
a. staff
b. travel

An end."""
ACT = """Article 5

1. Members shall:
(a) designate;
(b) set up:
(i) one body;
(ii) two bodies;
(c) report.
2. The Office shall:
(a) read it;
(b) reply.
3. No list."""
PLAIN = """Heading
The fund pays for
(a) ships;
(b) quays.
It is good.
- this
They are:
- one that wraps
over the line
- two

- three

An end."""
SCHEME = "1. Costs\n• staff\n• travel\n2. Others\n• rent\n• heat"
GLUED = """(46) The rules are these.2. Ports are large where they have:
(a) four quays; and
(b) two cranes,unless one of them is shut.3. Ports are small where they have:
(a) one quay;
(b) no crane."""
LONG = f"1. Where a port {'is shut and ' * 40}open, it pays if:\n(a) it can;\n(b) it may."
APART = "It is so where ports:\n\n— are open,\n\n— are clean.\n\n9. Others pay.\n\n10. All pay."
NESTED = "It says:\n\n1. Ports pay if:\n\n(a) shut;\n\n(b) wet;\n\n(c) old.\n\n2. None else."
NUMBERED = """1. There is a period.

The period begins:

(a) with the first day; or

(b) later.

2. It does not apply to:
(a) ships such as:
— tugs,
— barges;
(b) quays.

3. No list."""
DATED = "The plan should include:\ncosts\nrisks\n01/10/2025\n\nAn end."
DATES = "It closes on:\n01/10/2025\n01/10/2026"
BROKEN = """Four changes are made:
1. Less for ships;

Ships had more before:
• tugs,
• barges.
2. More for quays;

Quays had less.
3. None else.

1. Others."""
LETTERS = "We have:\n(g) g;\n(h) h;\n(i) i;\n(j) j."


@pytest.mark.parametrize(
    ("text", "words", "lead_ins", "items"),
    [
        pytest.param(PAGE, "designate", ["Members shall:"], 5, id="items without marks"),
        pytest.param(PAGE, "by July", ["Members shall:", "report every year:"], 2, id="nested"),
        pytest.param(PAGE, "publish", ["Members shall:"], 5, id="behind a nested one"),
        pytest.param(PAGE, "These costs", ["These costs are eligible:"], 2, id="lead-in"),
        pytest.param(PAGE, "An end", None, 0, id="behind a list"),
        pytest.param(ACT, "(a) designate", ["1. Members shall:"], 5, id="under a paragraph"),
        pytest.param(ACT, "two bodies", ["1. Members shall:", "(b) set up:"], 2, id="roman"),
        pytest.param(ACT, "(c) report", ["1. Members shall:"], 5, id="outer again"),
        pytest.param(ACT, "(b) reply", ["2. The Office shall:"], 2, id="next paragraph"),
        pytest.param(ACT, "3. No list", None, 0, id="numbered paragraph"),
        pytest.param(PLAIN, "(b) quays", ["The fund pays for"], 2, id="without a colon"),
        pytest.param(PLAIN, "- this", None, 0, id="no lead-in"),
        pytest.param(PLAIN, "- three", ["They are:"], 3, id="blank line between"),
        pytest.param(SCHEME, "• heat", ["2. Others"], 2, id="under an item without a colon"),
        pytest.param(
            GLUED, "(b) two", ["2. Ports are large where they have:"], 2, id="lost line breaks"
        ),
        pytest.param(LONG, "(b) it", [LONG.split("\n")[0]], 2, id="a long lead-in"),
        pytest.param(APART, "— are open", ["It is so where ports:"], 2, id="numbers go on behind"),
        pytest.param(NESTED, "It says", ["It says:"], 5, id="nested, each a paragraph"),
        pytest.param(NUMBERED, "2. It", ["2. It does not apply to:"], 4, id="behind another list"),
        pytest.param(NUMBERED, "— barges", ["2. It does not apply to:", "(a) ships such as:"], 2),
        pytest.param(DATED, "costs", ["The plan should include:"], 2, id="a date below"),
        pytest.param(DATES, "01/10/2026", ["It closes on:"], 2, id="a list of dates"),
        pytest.param(BROKEN, "Less", ["Four changes are made:"], 1, id="a paragraph between"),
        pytest.param(LETTERS, "(i) i", ["We have:"], 4, id="a letter, not a number"),
    ],
)
def test_a_list_is_known_by_its_lines(
    text: str, words: str, lead_ins: list[str] | None, items: int
) -> None:
    start = text.index(words)
    end = start + len(words)
    is_plain = text not in (PAGE, DATED, DATES)
    found = find_list(read_lines(text, start, end, is_plain=is_plain), start, end)
    if lead_ins is None:
        assert found is None
        return
    assert found is not None
    assert [text[first:last] for first, last in found.lead_ins] == lead_ins
    assert len(found.items) == items


def test_a_list_that_a_paragraph_interrupts_goes_on_behind_it() -> None:
    lines = read_lines(BROKEN, 0, len(BROKEN), is_plain=True)
    found = find_list(lines, 0, 4)
    assert found is not None
    assert [BROKEN[a:b] for a, b in found.further] == ["2. More for quays;", "3. None else."]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        pytest.param("There are:\n1)", "There are:", id="behind a lead-in"),
        pytest.param("2", None, id="a number alone"),
        pytest.param("2) new quays in", "new quays in", id="before an item"),
        pytest.param("3", None, id="behind a lost line break"),
        pytest.param("quays\n2) new", "quays\n2) new", id="between"),
    ],
)
def test_the_mark_of_an_item_is_not_what_answers(marked: str, expected: str | None) -> None:
    text = "There are:\n1) old quays\n2) new quays in 12 towns.3. None else"
    found = leave_marks(text, text.index(marked), text.index(marked) + len(marked))
    assert (text[slice(*found)] if found else None) == expected


TOWNS = "Table 3: Grants in euros\nTown\t2024\t2025\nOak\t12,000\t14,000\nElm\t9,000\t8,000"
BELOW = "Town\t2024\t2025\nOak\t1\t2\n\nTable 1: One\n\nTown\t2024\t2025\nElm\t3\t4\n\nTable 2: Two"


@pytest.mark.parametrize(
    ("text", "row", "head", "caption"),
    [
        pytest.param(TOWNS, "Elm", "Town\t2024\t2025", "Table 3: Grants in euros", id="above"),
        pytest.param(BELOW, "Elm", "Town\t2024\t2025", "Table 2: Two", id="caption below"),
        pytest.param(
            "Port\t2024\t\t2025\t.\nIn\tQuays\tShips\tQuays\tShips\nOak\t1\t2\t3\t4\nElm\t5\t6\t7\t8",
            "Elm",
            "Port\t2024\t\t2025\t.\nIn\tQuays\tShips\tQuays\tShips",
            None,
            id="heads in two rows",
        ),
        pytest.param("Fee\t12 euros\nPaid by\tJune", "Paid by", None, None, id="a list of terms"),
        pytest.param("1\t2\t3\n4\t5\t6", "4", None, None, id="only figures"),
    ],
)
def test_a_row_has_heads_and_a_caption(
    text: str, row: str, head: str | None, caption: str | None
) -> None:
    start = text.index(row)
    lines = read_lines(text, start, start + 1, is_plain=False)
    found = find_table(text, lines, start, start + 1, "")
    assert found is not None
    cut = [text[span[0] : span[1]] if span else None for span in (found.head, found.caption)]
    assert cut == [head, caption]
    (whole,) = found.rows
    assert text[whole[0] : whole[1]].startswith(row)
    assert "\n" not in text[whole[0] : whole[1]]


def test_the_heads_of_a_cut_table_are_those_of_its_context() -> None:
    """A passage from the middle of a table begins with a row that only looks like heads."""
    rows = "Oak\tnorth\topen\nElm\tsouth\tshut\nAsh\twest\topen"
    assert find_heads(f"Intro.\n{rows}", "")
    assert not find_heads(rows, "Towns › Town | Side | Port")


DUTIES = [
    "keep a register of harbours and of the ships that call at them",
    "publish the tariffs of pilots each spring",
    "appoint a harbour master who speaks two languages",
    "train the crews of tugs at least once a year",
    "inspect the quays for cracks after every storm",
    "report spills to the coast guard within one hour",
]
GROUNDS = [
    f"{ground}, and the reason is written down in the log that is kept on the bridge for a year, "
    "together with the hour, the wind, the height of the water, and the name of whoever was asked"
    for ground in ("fog", "ice", "a broken rudder", "a missing chart", "a drunken crew")
]
REASONS = ", as the Harbour Act of 1999 and its annexes on safety and on fair trade ask of it " * 3
FORGED = ", of whatever weight and make and for whatever bottom they were once forged"
ROPES = " A rope is cut as soon as it is worn, and the crew that cuts it has a new one spliced."


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    """Answers from six documents: lists of several lengths, two tables, and a paragraph."""
    folder = tmp_path_factory.mktemp("framed")
    corpus = folder / "corpus"
    corpus.mkdir()
    write_page(corpus / "short.html", "Duties of towns", "Towns shall:", DUTIES)
    long = [f"{duty}{REASONS}" for duty in DUTIES]
    write_page(corpus / "long.html", "Duties of the Harbour Board", "The Board shall:", long)
    rows = "".join(f"<tr><td>Port {n}</td><td>{n}00</td><td>{n}50</td></tr>" for n in range(2, 90))
    (corpus / "table.html").write_text(
        "<title>Grants to ports</title><main><h1>Grants to ports</h1><table>"
        "<caption>Table 7: Grants by port, in euros</caption>"
        f"<tr><th>Port</th><th>2024</th><th>2025</th></tr>{rows}</table></main>"
    )
    (corpus / "asked.html").write_text(
        "<title>Pilots</title><main><h1>Pilots</h1><p>A pilot of the lagoon may refuse a ship on "
        f"any of these grounds:</p><ol>{''.join(f'<li>{one}</li>' for one in GROUNDS)}</ol></main>"
    )
    (corpus / "colon.html").write_text(
        "<title>Anchorage</title><main><h1>Anchorage</h1><p>The price of anchorage is set thus:</p>"
        "<p>A hull pays ten crowns for each metre of its length, and nothing on Sundays.</p></main>"
    )
    codes = "".join(
        f"<tr><td>{n}</td><td>Buoy standard BS 472-{part}</td><td>{month} 2026</td>"
        "<td>Coast</td></tr>"
        for n, (part, month) in enumerate([(1, "May"), (2, "June"), (4, "July"), (3, "August")], 1)
    )
    (corpus / "codes.html").write_text(
        "<title>Buoy standards</title><main><h1>Buoy standards</h1><table><tr><th>No</th>"
        f"<th>Title</th><th>Status</th><th>Body</th></tr>{codes}</table></main>"
    )
    index = LocalIndex(Settings(folder), SentenceTransformerEmbedder(EmbedderSettings()))
    apply_plan(index, make_plan(index, [str(corpus)]))
    answerer = make_answerer(index)
    questions = {
        "short": "Which duties do towns have?",
        "long": "What shall the Harbour Board do?",
        "item": "What does the Harbour Board do about spills and the coast guard?",
        "row": "How much does Port 77 get in 2025?",
        "asked": "On which grounds may a pilot of the lagoon refuse a ship?",
        "colon": "How is the price of anchorage set?",
        "code": "What is the status of the buoy standard BS 472-3?",
    }
    return {name: answerer.answer(Question(text)) for name, text in questions.items()}


def write_page(file: Path, title: str, lead_in: str, items: list[str]) -> None:
    shown = "".join(f"<li>{item}</li>" for item in items)
    file.write_text(
        f"<title>{title}</title><main><h1>{title}</h1><p>{lead_in}</p><ol>{shown}</ol></main>"
    )


def test_a_short_list_is_quoted_whole(answers: dict[str, Answer]) -> None:
    first = answers["short"].citations[0]
    numbered = [f"{number}. {duty}" for number, duty in enumerate(DUTIES, 1)]
    assert first.quote == "\n".join(["Towns shall:", *numbered])
    assert (first.around, first.items_left) == ((), 0)


def test_a_long_list_says_that_it_continues(answers: dict[str, Answer]) -> None:
    """Its six items are 300 characters each: behind the last one quoted, the others are counted."""
    answer = answers["long"]
    (last,) = [citation for citation in answer.citations if citation.items_left]
    quoted = max(n for n in range(1, 7) if f"{n}. {DUTIES[n - 1]}" in last.quote)
    assert last.items_left == 6 - quoted
    assert answer.text is not None
    said = f"{last.quote} [{last.marker}] … continues ({last.items_left} more item"
    assert said in answer.text
    assert "… continues" in format_citation(last)
    assert "continues" not in last.quote
    told = answer_object(answer).citations[last.marker - 1]
    assert told.items_left == last.items_left
    (sentence,) = [one for one in list_sentences(answer) if one["left"]]
    assert sentence["id"] == last.id


def test_gaps_between_quotations_of_a_list_are_counted(tmp_path: Path) -> None:
    """Each item has all that is asked: they stand in their order, and none is left unsaid."""
    duties = [
        f"obligation {n}: the keeper shall keep log number {n} of every ship above {n},000 tons "
        f"for {n} years"
        for n in range(1, 31)
    ]
    (tmp_path / "corpus").mkdir()
    page = tmp_path / "corpus" / "many.html"
    write_page(page, "Duties of keepers", "The obligations of a keeper are as follows:", duties)
    index = LocalIndex(Settings(tmp_path), SentenceTransformerEmbedder(EmbedderSettings()))
    apply_plan(index, make_plan(index, [str(tmp_path / "corpus")]))
    answer = make_answerer(index).answer(Question("What are the obligations of a keeper?"))
    quoted = answer.citations
    assert len(quoted) > 1
    assert quoted[0].quote.startswith("The obligations of a keeper are as follows:")
    assert [one.start for one in quoted] == sorted(one.start for one in quoted)
    items = [one.quote.count("the keeper shall keep log number") for one in quoted]
    assert sum(items) + sum(one.items_left for one in quoted) == len(duties)


def test_an_item_with_all_of_its_own_says_that_the_list_around_it_continues(
    tmp_path: Path,
) -> None:
    """The list around it is longer than what is quoted whole."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "checks.txt").write_text(
        f"Checks of gear\n\nThe yard keeps these checks:\n(a) of ropes.{ROPES * 24}\n"
        f"(b) of anchors{FORGED * 5}, which include:\n— the weight of the anchor,\n"
        "— the rust on its chain,\n— the pin of the shackle;\n(c) of lamps."
    )
    index = LocalIndex(Settings(tmp_path), SentenceTransformerEmbedder(EmbedderSettings()))
    apply_plan(index, make_plan(index, [str(corpus)]))
    answer = make_answerer(index).answer(Question("Which checks of anchors does the yard keep?"))
    first = answer.citations[0]
    assert "(b) of anchors, of whatever" in first.quote
    assert first.quote.endswith("the shackle;")
    assert [around.text for around in first.around] == ["The yard keeps these checks:"]
    assert first.items_left == 1


def test_an_item_keeps_its_mark_and_its_lead_in(answers: dict[str, Answer]) -> None:
    """Its lead-in stands 1,800 characters above, in another passage."""
    (first,) = [one for one in answers["item"].citations if f"6. {DUTIES[5]}" in one.quote]
    (lead_in,) = first.around
    assert (lead_in.kind, lead_in.text) == ("lead_in", "The Board shall:")
    assert "in the list: The Board shall:" in format_citation(first)


def test_a_row_is_shown_under_its_heads(answers: dict[str, Answer]) -> None:
    """The heads stand in another passage; each part is told apart and verbatim."""
    answer = answers["row"]
    first = answer.citations[0]
    assert first.quote == "Port 77\t7700\t7750"
    told = {around.kind: around.text for around in first.around}
    assert told == {
        "caption": "Table 7: Grants by port, in euros",
        "heads": "Port\t2024\t2025",
    }
    shown = list_sentences(answer)[0]
    assert shown["heads"] == [["Port", "2024", "2025"]]
    assert shown["before"] == "Table 7: Grants by port, in euros"
    (cells,) = shown["rows"]  # type: ignore[misc]
    assert ["".join(part["text"] for part in cell) for cell in cells] == ["Port 77", "7700", "7750"]
    assert "columns: Port | 2024 | 2025" in format_citation(first)


def test_a_list_that_is_asked_for_is_quoted_whole(answers: dict[str, Answer]) -> None:
    """It is longer than a passage: no item alone answers."""
    first = answers["asked"].citations[0]
    assert len(first.quote) > 1000
    assert first.quote.startswith("A pilot of the lagoon may refuse a ship")
    assert all(ground in first.quote for ground in GROUNDS)
    assert (first.around, first.items_left) == ((), 0)


def test_a_quotation_does_not_end_with_a_colon(answers: dict[str, Answer]) -> None:
    first = answers["colon"].citations[0]
    assert first.quote.startswith("The price of anchorage is set thus:")
    assert first.quote.endswith("nothing on Sundays.")


def test_of_rows_the_one_with_the_code_is_quoted(answers: dict[str, Answer]) -> None:
    """Row 3 holds "3" and "472" too."""
    first = answers["code"].citations[0]
    assert first.quote == "4\tBuoy standard BS 472-3\tAugust 2026\tCoast"


RANKS = """Ranks of ports

(10) A port of regional rank should be deemed to exist where the tonnage of the ships concerned \
exceeds given thresholds; that is the case irrespective of whether or not the ships have their \
berth in the region, provided they have substantial trade there.

Article 1

1. This act applies to all ports of regional rank as defined in this article.

2. A port has regional rank where:
(a) the joint tonnage of all the ships concerned is more than 5,000 tonnes; and
(b) the tonnage of each of at least two of the ships concerned is more than 250 tonnes.

3. A port that does not meet the thresholds of tonnage in paragraph 2 has regional rank where:
(a) the joint tonnage of all the ships concerned is more than 2,500 tonnes; and
(b) the tonnage of each of at least two of the ships concerned is more than 100 tonnes.
"""


def test_who_asks_for_several_things_sees_the_list_of_them_first(tmp_path: Path) -> None:
    """The recital holds more of the question's words; it names no threshold."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "ranks.txt").write_text(RANKS)
    index = LocalIndex(Settings(tmp_path), SentenceTransformerEmbedder(EmbedderSettings()))
    apply_plan(index, make_plan(index, [str(corpus)]))
    answerer = make_answerer(index)
    question = "What tonnage thresholds give a port regional rank?"
    reply = answerer.reply(Question(question))
    answer = reply.answer
    told = {account.step: account for account in reply.explain()}
    assert "stands first" in told["frame"].note
    chosen = answerer.evidence.select(answerer.retrieve(Question(question))).evidence
    assert chosen[0].quote.startswith("(10) A port")
    assert "(a) the joint tonnage" in answer.citations[0].quote
    assert any(one.quote.startswith("(10) A port") for one in answer.citations[1:])


def test_a_sentence_of_an_item_is_quoted_with_what_its_item_begins_with(tmp_path: Path) -> None:
    """The item is longer than what is quoted whole, and nothing leads it in."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "dams.txt").write_text(
        "Rivers\n\nThe board looks after the rivers of the plain and after what lives in them.\n\n"
        "● Avoid new weirs. The board stops all support for the building of weirs for power in the "
        f"hills, since they harm the trout.{ROPES * 8}\n"
    )
    index = LocalIndex(Settings(tmp_path), SentenceTransformerEmbedder(EmbedderSettings()))
    apply_plan(index, make_plan(index, [str(corpus)]))
    answer = make_answerer(index).answer(Question("Why does the board stop support for power?"))
    assert answer.citations[0].quote.startswith("● Avoid new weirs. The board stops")


FEES = """<h1>Harbour fees</h1><p>The harbour authority publishes its dredging plan each year.</p>
<table><caption>Table 1: Berthing fees</caption>
<tr><th>Vessel</th><th>Fee</th><th>Deadline</th></tr>
<tr><td colspan=3>Northern ports</td></tr><tr><td>Ferry</td><td>400 euros</td><td>3 June</td></tr>
<tr><td colspan=3>Southern ports</td></tr><tr><td>Ferry</td><td>600 euros</td><td>4 June</td></tr>
</table>"""


def test_what_is_shown_around_a_row_is_not_quoted_once_more(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "fees.html").write_text(FEES)
    index = LocalIndex(Settings(tmp_path), SentenceTransformerEmbedder(EmbedderSettings()))
    apply_plan(index, make_plan(index, [str(corpus)]))
    question = Question("What is the berthing fee for a ferry in southern ports?")
    answerer = make_answerer(index)
    chosen = answerer.evidence.select(answerer.retrieve(question)).evidence
    assert any("Table 1: Berthing fees" in piece.quote for piece in chosen)
    (only,) = answerer.answer(question).citations
    assert only.quote == "Southern ports\tFerry\t600 euros\t4 June"
    assert [around.text for around in only.around] == [
        "Table 1: Berthing fees", "\tVessel\tFee\tDeadline"
    ]  # fmt: skip
