"""Mail messages (EML): the subject is the title, the plain text the body."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage, MIMEPart

from index.types import Metadata
from ingest.errors import SourceRefused
from ingest.parsers.html.blocks import walk_blocks
from ingest.parsers.html.document import parse_html
from ingest.parsers.html.hidden import drop_unseen
from ingest.parsers.shared.archive import refuse_damage
from ingest.parsers.shared.collector import Collector, Piece
from ingest.parsers.shared.decode import clean, decode, decode_as
from ingest.text import outline
from ingest.text.blocks import ParsedText

ID = "mail@3"

# Of an answer's quotation marks only the words stay.
_QUOTED = re.compile(r"^(?:>[ \t]?)+", re.MULTILINE)


def parse(data: bytes) -> ParsedText:
    """Return the text of a mail message; attachments are named, not read."""
    if not data:
        raise SourceRefused("the file is empty, a mail message was expected: remove it or fill it")
    with refuse_damage("a mail message"):
        message = email.message_from_bytes(data, policy=email.policy.default)
        if not isinstance(message, EmailMessage) or not (message["from"] or message["subject"]):
            raise SourceRefused(
                "it has neither a sender nor a subject, a mail message was expected: rename it"
            )
        body = message.get_body(preferencelist=("plain", "html"))
        attached = list(message.iter_attachments())
        collector = Collector()
        for part in [*([] if body is None else [body]), *filter(_is_text, attached)]:
            collector.add_all(_parse_part(part))
        names = [name for part in attached if (name := _name_attachment(part))]
        if names:
            collector.add(f"Attachments: {', '.join(names)}")
        return collector.finish(_read_metadata(message))


def _is_text(part: MIMEPart) -> bool:
    """Tell whether a part is text that goes on behind a picture, and no attachment."""
    if part.is_attachment() or part.get_filename():
        return False
    return part.get_content_type() in ("text/plain", "text/html")


def _parse_part(part: MIMEPart) -> list[Piece]:
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    if part.get_content_type() == "text/html":
        if not raw.strip():
            return []
        page = parse_html(_decode_part(part, raw).encode("utf-8"))
        drop_unseen(page)
        return list(walk_blocks(page))
    text = clean(_QUOTED.sub("", _decode_part(part, raw))) if raw else ""
    blocks, _ = outline.find_blocks(text)
    return [Piece(text[block.start : block.end], block.kind, int(block.level)) for block in blocks]


def _decode_part(part: MIMEPart, raw: bytes) -> str:
    text = decode_as(raw, part.get_content_charset() or "utf-8")
    return decode(raw) if text is None else text


def _name_attachment(part: MIMEPart) -> str:
    """Return what an attachment is called; a message that is attached goes by its subject."""
    name = part.get_filename()
    if not name and part.get_content_type() == "message/rfc822":
        name = str(part.get_content()["subject"] or "message")
    return " ".join((name or "").split())


def _read_metadata(message: EmailMessage) -> Metadata:
    sender = message["from"]
    addresses = sender.addresses if sender else ()
    publisher = (addresses[0].display_name or addresses[0].addr_spec) if addresses else None
    sent = message["date"].datetime if message["date"] else None
    return Metadata(
        title=" ".join(str(message["subject"] or "").split()) or None,
        publisher=publisher or None,
        date=sent.date() if sent else None,
    )
