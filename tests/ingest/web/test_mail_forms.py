"""Mails as programs write them, and tables as text with remarks and blanks in them."""

from __future__ import annotations

import pytest

from ingest.parsers import parse

_HEAD = "From: a@port.example\nSubject: Fees\nMIME-Version: 1.0\n"
_PAGE = "<h1>News</h1><p>The fee is 350 euros per year for each berth of the harbour.</p>"


def _write(plain: str, page: str) -> bytes:
    return (
        f"{_HEAD}Content-Type: multipart/alternative; boundary=x\n\n"
        f"--x\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n"
        f"--x\nContent-Type: text/html; charset=utf-8\n\n{page}\n--x--\n"
    ).encode()


@pytest.mark.parametrize(
    "stub",
    [
        "Si vous ne visualisez pas ce message: https://news.example/1",
        "Zobrazte si prosím zprávu zde: https://news.example/1",
    ],
)
def test_a_plain_part_that_says_something_else_is_a_stub(stub: str) -> None:
    assert "The fee is 350 euros" in parse("a.eml", _write(stub, _PAGE)).text


def test_a_short_plain_part_of_the_same_words_is_the_text() -> None:
    plain = "*News*\n\nThe fee is 350 euros per year for each berth of the harbour."
    assert parse("a.eml", _write(plain, _PAGE)).text.startswith("*News*")


def test_files_within_one_form_of_the_body_are_named() -> None:
    inner = (
        "Content-Type: multipart/mixed; boundary=y\n\n--y\nContent-Type: text/html\n\n<p>See.</p>\n"
        "--y\nContent-Type: application/pdf\nContent-Disposition: inline; filename=tariff.pdf\n\n"
        "x\n--y\nContent-Type: image/png\nContent-Disposition: inline; filename=logo.png\n\nx\n"
        "--y--\n"
    )
    mail = (
        f"{_HEAD}Content-Type: multipart/alternative; boundary=x\n\n"
        f"--x\nContent-Type: text/plain; charset=utf-8\n\n\ufffc\nSee.\n--x\n{inner}--x--\n"
    )
    assert parse("a.eml", mail.encode()).text == "See.\n\nAttachments: tariff.pdf"


@pytest.mark.parametrize(
    ("table", "text"),
    [
        pytest.param('Region, Note\nNorland, "a, b"\n', "Region\tNote\nNorland\ta, b", id="blanks"),
        pytest.param(
            "# Data, 2026\n# CC-BY\nregion,fee\nnorland,350\n",
            "# Data, 2026\n\n# CC-BY\nregion\tfee\nnorland\t350",
            id="remarks",
        ),
        pytest.param("# Data, 2026\nregion,fee\n", "# Data, 2026\nregion\tfee", id="one-remark"),
        pytest.param("#region,fee\nnorland,350\n", "#region\tfee\nnorland\t350", id="marked-head"),
    ],
)
def test_tables_as_text(table: str, text: str) -> None:
    assert parse("a.csv", table.encode()).text == text
