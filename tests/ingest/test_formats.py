"""Tables as text, mail, books; and whatever is wrong with a file: one line."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from pptx import Presentation

from ingest.errors import SourceRefused
from ingest.parsers import ParsedText, parse, suffixes
from ingest.parsers.shared import archive
from ingest.parsers.shared import sheet_rows as tables
from tests.ingest.test_parsers import assert_canonical
from tests.office_files import archive as zipped
from tests.office_files import docx, opendocument, paragraph

OLE = b"\xd0\xcf\x11\xe0" + b"\0" * 600


def blocks(found: ParsedText) -> list[tuple[str, int, str]]:
    return [(b.kind, b.level, found.text[b.start : b.end]) for b in found.blocks]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(sign: str) -> None:
    lines = [["Country", "Agency"], ["Poland", f'"PARP{sign} ARP"'], ["Greece", "EYDE"]]
    data = "\r\n".join(sign.join(line) for line in lines).encode()
    assert blocks(parse("a.csv", data)) == [
        ("row", 1, "Country\tAgency"),
        ("row", 0, "Poland\tPARP ARP" if sign == "\t" else f"Poland\tPARP{sign} ARP"),
        ("row", 0, "Greece\tEYDE"),
    ]


def test_a_table_without_names_of_columns_has_no_header() -> None:
    assert blocks(parse("a.tsv", b"1\t2\n3\t4\n")) == [("row", 0, "1\t2"), ("row", 0, "3\t4")]


def test_decimal_commas_are_no_delimiters() -> None:
    data = "Land;Anteil\nPolen;0,5\nGriechenland;0,75\n".encode("cp1252")
    assert parse("a.csv", data).text == "Land\tAnteil\nPolen\t0,5\nGriechenland\t0,75"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"sep=;\nTown;Depth\nAldby;7,5\n", id="told-to-excel"),
        pytest.param(b'\xef\xbb\xbf"sep=;"\r\nTown;Depth\r\nAldby;7,5\r\n', id="told-in-quotes"),
        pytest.param(b"sep=\t\nTown\tDepth\nAldby\t7,5\n", id="told-a-tab"),
    ],
)
def test_the_line_that_names_the_delimiter_is_no_row(data: bytes) -> None:
    assert blocks(parse("a.csv", data)) == [("row", 1, "Town\tDepth"), ("row", 0, "Aldby\t7,5")]


def test_as_many_decimal_commas_as_delimiters() -> None:
    data = "Länge, m;Tiefe, m\n1,5;2,5\n3,0;4,0\n".encode()
    assert parse("a.csv", data).text == "Länge, m\tTiefe, m\n1,5\t2,5\n3,0\t4,0"


def test_titles_above_a_table_and_newlines_in_its_cells() -> None:
    data = b'Ships of 2024\nSource: a, b\n\nTown;Note\nAldby;"old;\nmended"\nEstby;new\n'
    assert blocks(parse("a.csv", data)) == [
        ("paragraph", 0, "Ships of 2024"),
        ("paragraph", 0, "Source: a, b"),
        ("row", 1, "Town\tNote"),
        ("row", 0, "Aldby\told; mended"),
        ("row", 0, "Estby\tnew"),
    ]


def test_empty_cells_of_the_grid_are_no_columns() -> None:
    row = "near" + "," * 16_000 + "far\n"
    assert parse("a.csv", row.encode() * 3).text == "near\tfar\nnear\tfar\nnear\tfar"


def test_more_than_a_document_is_refused() -> None:
    data = b"a,b\n" + b"some words,and more words\n" * (tables.MOST_CHARS // 20)
    with pytest.raises(SourceRefused, match="characters"):
        parse("a.csv", data)


MAIL = (
    "From: Anna Nowak <anna@ministry.example>\r\nDate: Sun, 31 Mar 2024 10:00:00 +0200\r\n"
    "Subject: =?utf-8?q?Cluster_policy_=C3=BCberall?=\r\nMIME-Version: 1.0\r\n"
)


def test_mail_is_its_plain_text_with_attachments_named() -> None:
    parts = (
        "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
        "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\nThe call opens in May.\r\n"
        "> > What about June?\r\n--a\r\n"
        "Content-Type: text/html\r\n\r\n<p>Not this.</p>\r\n--a--\r\n--m\r\n"
        "Content-Type: application/pdf\r\n"
        "Content-Disposition: attachment; filename=call.pdf\r\n\r\n"
        "%PDF not read\r\n--m--\r\n"
    )
    found = parse("a.eml", (MAIL + parts).encode())
    assert found.text == ("The call opens in May.\n\nWhat about June?\n\nAttachments: call.pdf")
    said = found.metadata
    assert (said.title, said.publisher) == ("Cluster policy überall", "Anna Nowak")
    assert said.date == date(2024, 3, 31)


def test_mail_that_goes_on_behind_a_picture_is_read_to_its_end() -> None:
    parts = (
        "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
        "Content-Type: text/plain\r\n\r\nThe call opens in May.\r\n--m\r\n"
        "Content-Type: image/png; name=map.png\r\nContent-Disposition: inline\r\n\r\nx\r\n"
        "--m\r\nContent-Type: text/plain\r\n\r\nIt closes in June.\r\n--m--\r\n"
    )
    found = parse("a.eml", (MAIL + parts).encode())
    assert found.text == "The call opens in May.\n\nIt closes in June.\n\nAttachments: map.png"


@pytest.mark.parametrize("charset", ["undefined", "idna", "punycode", "unicode_escape", "base64"])
def test_encodings_of_python_are_none_of_mail(charset: str) -> None:
    data = f"{MAIL}Content-Type: text/plain; charset={charset}\r\n\r\nA path \\x41.\r\n"
    assert parse("a.eml", data.encode()).text == "A path \\x41."


def make_multipart(kind: str, *parts: str) -> bytes:
    """A mail of several parts, each with its own headers."""
    body = "".join(f"--b\r\n{part}\r\n" for part in parts)
    head = f'{MAIL}Content-Type: multipart/{kind}; boundary="b"\r\n\r\n'
    return f"{head}{body}--b--\r\n".encode()


def test_a_forwarded_message_is_read_with_its_head() -> None:
    inner = (
        "Content-Type: message/rfc822\r\n\r\nFrom: Bo <bo@town.example>\r\nSubject: Fees\r\n"
        "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\n"
        "The fee is 14 euros.\r\n--c\r\nContent-Type: message/rfc822\r\n\r\n"
        "From: Al <al@town.example>\r\nSubject: Ask\r\n\r\nWhat is it?\r\n--c\r\n"
        "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=f.pdf\r\n\r\n"
        "x\r\n--c--"
    )
    plain = "Content-Type: text/plain\r\n\r\nSee below."
    found = parse("a.eml", make_multipart("mixed", plain, inner))
    assert found.text.split("\n\n") == [
        "See below.",
        "From: Bo <bo@town.example>\nSubject: Fees",
        "The fee is 14 euros.",
        "From: Al <al@town.example>\nSubject: Ask",
        "What is it?",
        "Attachments: f.pdf",
    ]
    assert found.title == "Cluster policy überall"


@pytest.mark.parametrize(
    ("plain", "text"),
    [
        ("Please view this mail in your browser.", "It is lifted on 9 September."),
        ("This message needs an HTML-capable reader.", "It is lifted on 9 September."),
        ("", "It is lifted on 9 September."),
        ("It is lifted in autumn, on 9 September.", "It is lifted in autumn, on 9 September."),
    ],
)
def test_a_plain_part_that_says_nothing_gives_way_to_the_html(plain: str, text: str) -> None:
    page = "Content-Type: text/html\r\n\r\n<p>It is lifted on <b>9 September</b>.</p>"
    data = make_multipart("alternative", f"Content-Type: text/plain\r\n\r\n{plain}", page)
    assert parse("a.eml", data).text == text


def test_flowed_lines_are_one_sentence() -> None:
    lines = "It is due \r\nin May.\r\n> Is it \r\n> due in\r\n> June?\r\n-- \r\nThe office"
    data = f"{MAIL}Content-Type: text/plain; format=flowed\r\n\r\n{lines}\r\n".encode()
    assert parse("a.eml", data).text.startswith("It is due in May.\n\nIs it due in\n\nJune?")


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_bytes_decide_over_the_charset_of_a_mail(kind: str) -> None:
    head = f"{MAIL}Content-Type: text/{kind}; charset=us-ascii\r\nContent-Transfer-Encoding: 8bit"
    data = f"{head}\r\n\r\nDie Gebühr für größere Schiffe.\r\n".encode()
    assert parse("a.eml", data).text == "Die Gebühr für größere Schiffe."


def test_mail_of_html_only() -> None:
    page = "Content-Type: text/html; charset=nonsense\r\n\r\n<h1>Call</h1><p>It opens.</p>"
    assert parse("a.eml", (MAIL + page).encode()).text == "Call\n\nIt opens."


PAGE = 'media-type="application/xhtml+xml"'


def book(**extra: str) -> bytes:
    return zipped(
        {
            "META-INF/container.xml": (
                '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
                '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
            ),
            "OPS/book.opf": (
                '<package xmlns="http://www.idpf.org/2007/opf" '
                'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Clusters</dc:title>'
                "<dc:publisher>OP</dc:publisher><dc:language>pl-PL</dc:language>"
                "<dc:date>2020-05-06</dc:date></metadata><manifest>"
                f'<item id="n" href="nav.xhtml" {PAGE} properties="nav"/>'
                f'<item id="b" href="text/two%20b.xhtml" {PAGE}/>'
                f'<item id="a" href="one.xhtml" {PAGE}/></manifest><spine><itemref idref="n"/>'
                '<itemref idref="a"/><itemref idref="b"/></spine></package>'
            ),
            "OPS/nav.xhtml": "<html><body><p>Contents</p></body></html>",
            "OPS/one.xhtml": "<html><body><h1>One</h1><p>First.</p></body></html>",
            "OPS/text/two b.xhtml": "<html><body><h1>Two</h1><p>Second.</p></body></html>",
            **extra,
        }
    )


def test_a_book_is_its_chapters_in_the_order_of_reading() -> None:
    found = parse("a.epub", book())
    assert found.text == "One\n\nFirst.\n\nTwo\n\nSecond."
    said = found.metadata
    assert (said.title, said.publisher, said.language) == ("Clusters", "OP", "pl")
    assert said.date == date(2020, 5, 6)


def test_a_protected_book_is_refused() -> None:
    locked = {"META-INF/encryption.xml": '<e xmlns="x"><CipherReference URI="OPS/one.xhtml"/></e>'}
    with pytest.raises(SourceRefused, match="protected"):
        parse("a.epub", book(**locked))


def lies_about_its_size() -> bytes:
    """content.xml of 30 MB declared as 100 bytes, in the directory and before the data."""
    data = bytearray(opendocument("text", f"<text:p>{'x' * 30_000_000}</text:p>"))
    size = next(e.file_size for e in zipfile.ZipFile(BytesIO(bytes(data))).infolist())
    return bytes(data).replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))


def with_flag(flag: int) -> bytes:
    data = bytearray(docx(paragraph("x")))
    data[data.index(b"PK\x01\x02") + 8] |= flag
    return bytes(data)


BAD = [
    pytest.param("a.docx", b"", "empty", id="empty"),
    pytest.param("a.docx", b"PK\x03\x04 and no more", "damaged", id="torn"),
    pytest.param("a.docx", docx(paragraph("x"))[:-40], "damaged", id="cut"),
    pytest.param("a.docx", zipped({"x": "y"}), "DOCX", id="other-zip"),
    pytest.param("a.docx", docx("<w:p>"), "damaged", id="broken-xml"),
    pytest.param("a.docx", docx("<w:p>" * 5_000 + "</w:p>" * 5_000), "damaged", id="deep-xml"),
    pytest.param("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "password", id="locked"),
    pytest.param("a.docx", OLE, "old Office", id="doc-named-docx"),
    pytest.param("a.docx", with_flag(1), "encrypted", id="encrypted-zip"),
    pytest.param(
        "a.docx", zipped({"_rels/.rels": "http://purl.oclc.org/ooxml/x"}), "Strict", id="strict"
    ),
    pytest.param("a.pptx", docx(paragraph("x")), "PPTX", id="docx-named-pptx"),
    pytest.param("a.xlsx", docx(paragraph("x")), "XLSX", id="docx-named-xlsx"),
    pytest.param("a.odt", docx(paragraph("x")), "OpenDocument", id="docx-named-odt"),
    pytest.param("a.epub", docx(paragraph("x")), "EPUB", id="docx-named-epub"),
    pytest.param("a.odt", zipped({"content.xml": "\0" * 2**26}), "bomb", id="bomb"),
    pytest.param("a.odt", zipped({str(n): "" for n in range(20_001)}), "entries", id="entries"),
    pytest.param("a.odt", lies_about_its_size(), "damaged", id="lying-sizes"),
    pytest.param("a.eml", b"just some words", "neither a sender", id="no-mail"),
    pytest.param("a.eml", b"", "empty", id="empty-mail"),
    pytest.param("a.csv", b"PK\x03\x04", "ZIP", id="zip-named-csv"),
    pytest.param("a.csv", b'"' + b"x" * 200_000, "field", id="open-quote"),
    pytest.param("a.doc", OLE, "DOCX or PDF", id="doc"),
    pytest.param("a.rtf", b"{\\rtf1 x}", "DOCX or PDF", id="rtf"),
    pytest.param("a.xls", OLE, "XLSX or CSV", id="xls"),
    pytest.param("a.msg", OLE, "EML", id="msg"),
]


@pytest.mark.parametrize(("name", "data", "reason"), BAD)
def test_bad_files_are_refused_in_one_line(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(SourceRefused) as refusal:
        parse(name, data)
    message = str(refusal.value)
    assert reason in message
    assert ": " in message
    assert "\n" not in message
    assert len(message) < 300


@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".xlsx", ".xlsm", ".odt", ".ods", ".epub"])
def test_a_zip_bomb_is_refused_before_any_library_opens_it(suffix: str) -> None:
    good = zipfile.ZipFile(BytesIO(docx(paragraph("x"))))
    parts = {name: good.read(name) for name in good.namelist()}
    with pytest.raises(SourceRefused, match="as only a ZIP bomb does"):
        parse(f"a{suffix}", zipped({**parts, "media/picture.png": b"\0" * 2**26}))


def test_an_archive_too_large_when_inflated_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 1_000_000)
    with pytest.raises(SourceRefused, match="MiB"):
        parse("a.odt", zipped({"a": "x" * 1_100_000}, zipfile.ZIP_STORED))


def with_part(data: bytes, name: str, old: str, new: str) -> bytes:
    """An archive with a part changed."""
    file = zipfile.ZipFile(BytesIO(data))
    parts = {entry: file.read(entry) for entry in file.namelist()}
    assert old.encode() in parts[name]
    return zipped({**parts, name: parts[name].replace(old.encode(), new.encode(), 1)})


def declaring(declared: str, data: bytes, name: str, root: str, words: str) -> bytes:
    """An archive of which one part declares entities and says one of them in place of words."""
    return with_part(with_part(data, name, words, "&c;"), name, f"<{root}", f"{declared}<{root}")


def workbook(words: str) -> bytes:
    made, file = Workbook(), BytesIO()
    made.active.append([words, "b"])
    made.save(file)
    return file.getvalue()


def slides(words: str) -> bytes:
    made, file = Presentation(), BytesIO()
    made.slides.add_slide(made.slide_layouts[5]).shapes.title.text = words
    made.save(file)
    return file.getvalue()


NOTE = '<w:p><w:r><w:footnoteReference w:id="1"/></w:r></w:p>'
DECLARING = [
    pytest.param("a.odt", lambda dtd: declaring(dtd, opendocument("text", "<text:p>words</text:p>"),
                 "content.xml", "office:document-content", "words"), id="odt"),
    pytest.param("a.docx", lambda dtd: declaring(dtd, docx(paragraph("words")),
                 "word/document.xml", "w:document", "words"), id="docx"),
    pytest.param("a.docx", lambda dtd: declaring(dtd,
                 docx(NOTE, footnotes=f'<w:footnote w:id="1">{paragraph("words")}</w:footnote>'),
                 "word/footnotes.xml", "w:footnotes", "words"), id="docx-footnotes"),
    pytest.param("a.pptx", lambda dtd: declaring(dtd, slides("words"),
                 "ppt/slides/slide1.xml", "p:sld ", "words"), id="pptx"),
    pytest.param("a.xlsx", lambda dtd: declaring(dtd, workbook("words"),
                 "xl/worksheets/sheet1.xml", "worksheet ", "words"), id="xlsx"),
    pytest.param("a.epub", lambda dtd: declaring(dtd, book(),
                 "OPS/book.opf", "package", "Clusters"),
                 id="epub"),
    pytest.param("a.epub", lambda dtd: declaring(dtd, book(), "OPS/one.xhtml", "html", "First."),
                 id="epub-chapter"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "made"), DECLARING)
@pytest.mark.parametrize("target", ['"hahaha"', 'SYSTEM "file:///etc/passwd"'])
def test_entities_are_never_replaced(name: str, made: Callable[[str], bytes], target: str) -> None:
    """A hundred of one word; nine levels more and it were a gigabyte for each."""
    levels = "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in pairwise("abc"))
    try:
        found = parse(name, made(f"<!DOCTYPE x [<!ENTITY a {target}>{levels}]>"))
    except SourceRefused:
        return
    shown = f"{found.text} {found.title}"
    assert "hahaha" not in shown
    assert "root:" not in shown


def test_a_book_cannot_name_a_file_outside_itself() -> None:
    with pytest.raises(SourceRefused, match="damaged, not an EPUB book"):
        parse("a.epub", with_part(book(), "OPS/book.opf", "one.xhtml", "../../../../etc/passwd"))


def test_a_torn_sheet_is_refused() -> None:
    torn_sheet = with_part(workbook("words"), "xl/worksheets/sheet1.xml", "</sheetData>", "")
    with pytest.raises(SourceRefused, match="damaged, not an XLSX file"):
        parse("a.xlsx", torn_sheet)


def test_a_title_is_one_line_of_plain_text() -> None:
    title = "Clusters\n\u202ein 2030\u200b"
    found = parse("a.epub", book(**{"OPS/one.xhtml": "<p>First.</p>"}))
    assert found.title == "Clusters"
    found = parse("a.epub", with_part(book(), "OPS/book.opf", "Clusters", title))
    assert (found.title, found.metadata.title) == ("Clusters in 2030", "Clusters in 2030")


def torn(make: Callable[[], bytes]) -> st.SearchStrategy[bytes]:
    data = make()

    def damage(change: tuple[int, bytes]) -> bytes:
        at, other = change
        return data[:at] + other + data[at + len(other) :]

    return st.tuples(st.integers(0, len(data) - 1), st.binary(min_size=1, max_size=8)).map(damage)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        torn(lambda: docx(paragraph("Some words."))).map(lambda data: ("a.docx", data)),
        torn(lambda: opendocument("text", "<text:p>Words.</text:p>")).map(lambda d: ("a.odt", d)),
        torn(book).map(lambda data: ("a.epub", data)),
        st.tuples(st.sampled_from(suffixes()), st.binary(max_size=200)).map(
            lambda pair: (f"a{pair[0]}", pair[1])
        ),
    )
)
def test_any_damage_is_read_or_refused(file: tuple[str, bytes]) -> None:
    try:
        found = parse(*file)
    except SourceRefused:
        return
    assert_canonical(found)
