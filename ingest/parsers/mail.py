"""Mail messages (EML): the subject is the title, the plain text the body."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage, MIMEPart

from index.types import Metadata
from ingest.errors import SourceRefused
from ingest.parsers.html.blocks import pieces
from ingest.parsers.html.document import parse
from ingest.parsers.html.main_content import drop_unseen
from ingest.parsers.shared.archive import damage_refused
from ingest.parsers.shared.collector import Collector, Piece
from ingest.parsers.shared.decode import clean, decode, decode_as
from ingest.text import outline
from ingest.text.blocks import Reading

ID = "mail@2"

# Of an answer's quotation marks only the words stay.
_QUOTED = re.compile(r"^(?:>[ \t]?)+", re.MULTILINE)


def read(data: bytes) -> Reading:
    """Return the text of a mail message; attachments are named, not read.

    Args:
        data: The whole file.

    Returns:
        The reading; the sender's name is the publisher.

    Raises:
        SourceRefused: Empty, or without the headers of a mail message.
    """
    if not data:
        raise SourceRefused("the file is empty, a mail message was expected: remove it or fill it")
    with damage_refused("a mail message"):
        message = email.message_from_bytes(data, policy=email.policy.default)
        if not isinstance(message, EmailMessage) or not (message["from"] or message["subject"]):
            raise SourceRefused(
                "it has neither a sender nor a subject, a mail message was expected: rename it"
            )
        collector = Collector()
        collector.add_all(_body(message))
        attached = list(message.iter_attachments())
        for part in attached:
            if _is_text(part):
                collector.add_all(_pieces(part))
        names = [name for part in attached if (name := _name(part))]
        if names:
            collector.add(f"Attachments: {', '.join(names)}")
        return collector.reading(_metadata(message))


def _body(message: EmailMessage) -> list[Piece]:
    part = message.get_body(preferencelist=("plain", "html"))
    return [] if part is None else _pieces(part)


def _is_text(part: MIMEPart) -> bool:
    """Tell whether a part is text that goes on behind a picture, and no attachment."""
    if part.is_attachment() or part.get_filename():
        return False
    return part.get_content_type() in ("text/plain", "text/html")


def _pieces(part: MIMEPart) -> list[Piece]:
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    if part.get_content_type() == "text/html":
        page = parse(_text(part, raw).encode("utf-8")) if raw.strip() else None
        if page is None:
            return []
        drop_unseen(page)
        return list(pieces(page))
    text = clean(_QUOTED.sub("", _text(part, raw))) if raw else ""
    blocks, _ = outline.of_lines(text)
    return [Piece(text[block.start : block.end], block.kind, int(block.level)) for block in blocks]


def _text(part: MIMEPart, raw: bytes) -> str:
    text = decode_as(raw, part.get_content_charset() or "utf-8")
    return decode(raw) if text is None else text


def _name(part: MIMEPart) -> str:
    """Return what an attachment is called; a message that is attached goes by its subject."""
    name = part.get_filename()
    if not name and part.get_content_type() == "message/rfc822":
        inner = part.get_content()
        name = str(inner["subject"] or "message")
    return " ".join((name or "").split())


def _metadata(message: EmailMessage) -> Metadata:
    sender = message["from"]
    addresses = sender.addresses if sender else ()
    publisher = (addresses[0].display_name or addresses[0].addr_spec) if addresses else None
    sent = message["date"].datetime if message["date"] else None
    return Metadata(
        title=" ".join(str(message["subject"] or "").split()) or None,
        publisher=publisher or None,
        date=sent.date() if sent else None,
    )
