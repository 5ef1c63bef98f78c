"""Mail messages (EML): the subject is the title, the plain text the body."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage, MIMEPart

from index.types import Metadata
from ingest.errors import SourceRefused
from ingest.parsers.html.blocks import walk_blocks
from ingest.parsers.html.document import parse_html, parse_markup
from ingest.parsers.html.hidden import drop_unseen
from ingest.parsers.shared.archive import refuse_damage
from ingest.parsers.shared.collector import Collector, Piece
from ingest.parsers.shared.decode import clean, decode_declared
from ingest.parsers.shared.left_out import LeftOut
from ingest.text import outline
from ingest.text.blocks import ParsedText

ID = "mail@6"

# Of an answer's quotation marks only the words stay.
_QUOTED = re.compile(r"^(?:>[ \t]?)+", re.MULTILINE)
# A plain part that is shorter than this beside the HTML, or that sends the reader there.
STUB_SHARE = 0.25
STUB_WORDS = 60
_STUB = re.compile(
    r"\bhtml\b|in (?:your|the|a) (?:web ?)?browser|im browser|navigateur|navegador|nel browser"
    r"|in uw browser|przeglądar|prohlížeč",
    re.IGNORECASE,
)
# Messages in messages in messages.
MOST_FORWARDS = 10


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
        collector, left_out = Collector(), LeftOut()
        _add_message(collector, message, 0, left_out)
        return left_out.say_on(collector.finish(_read_metadata(message)))


def _add_message(
    collector: Collector, message: EmailMessage, depth: int, left_out: LeftOut
) -> None:
    """Add the body, the messages that are forwarded inside it, and the names of attachments."""
    if message.get_content_type() == "message/rfc822":
        body, attached = None, [message]
    else:
        body, attached = _choose_body(message), list(message.iter_attachments())
    for part in [*([] if body is None else [body]), *filter(_is_text, attached)]:
        collector.add_all(_parse_part(part, left_out))
    names: list[str] = []
    for part in attached:
        inner = _get_message(part) if depth < MOST_FORWARDS else None
        if inner is None:
            names.append(_name_attachment(part))
            continue
        collector.add(_list_head(inner))
        _add_message(collector, inner, depth + 1, left_out)
    if any(names):
        collector.add(f"Attachments: {', '.join(filter(None, names))}")


def _choose_body(message: EmailMessage) -> MIMEPart | None:
    """Return the plain text, unless that only says that the mail is in HTML."""
    plain = message.get_body(preferencelist=("plain",))
    page = message.get_body(preferencelist=("html",))
    if plain is None or page is None:
        return page if plain is None else plain
    words = " ".join(piece.text for piece in _parse_part(plain, LeftOut())).split()
    shown = " ".join(piece.text for piece in _parse_part(page, LeftOut())).split()
    points_there = len(words) < STUB_WORDS and _STUB.search(" ".join(words)) is not None
    is_stub = points_there or len(words) < STUB_SHARE * len(shown)
    return page if shown and is_stub else plain


def _get_message(part: MIMEPart) -> EmailMessage | None:
    if part.get_content_type() != "message/rfc822":
        return None
    inside = part.get_payload()
    inner = inside[0] if isinstance(inside, list) and inside else None
    return inner if isinstance(inner, EmailMessage) else None


def _list_head(message: EmailMessage) -> str:
    """Return the lines above a forwarded message."""
    names = ("From", "To", "Cc", "Date", "Subject")
    return "\n".join(
        f"{name}: {' '.join(str(message[name]).split())}" for name in names if message[name]
    )


def _is_text(part: MIMEPart) -> bool:
    """Tell whether a part is text that goes on behind a picture, and no attachment."""
    if part.is_attachment() or part.get_filename():
        return False
    return part.get_content_type() in ("text/plain", "text/html")


def _parse_part(part: MIMEPart, left_out: LeftOut) -> list[Piece]:
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    if part.get_content_type() == "text/html":
        if not raw.strip():
            return []
        charset = part.get_content_charset()
        # What the mail says of the encoding counts before what the page says.
        page = parse_markup(decode_declared(raw, charset)) if charset else parse_html(raw)
        drop_unseen(page, left_out)
        return list(walk_blocks(page))
    text = decode_declared(raw, part.get_content_charset()) if raw else ""
    if str(part.get_param("format", "")).lower() == "flowed":
        text = _join_flowed(text, str(part.get_param("delsp", "")).lower() == "yes")
    text = clean(_QUOTED.sub("", text))
    blocks, _ = outline.find_blocks(text)
    return [Piece(text[block.start : block.end], block.kind, int(block.level)) for block in blocks]


def _join_flowed(text: str, drops_space: bool) -> str:
    """Return text in which lines that end with a space go on in the next one (RFC 3676)."""
    lines: list[str] = []
    open_depth = -1
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        if depth == open_depth and words != "-- ":
            lines[-1] += words
        else:
            lines.append(f"{'>' * depth} {words}" if depth else words)
        goes_on = words.endswith(" ") and words != "-- "
        open_depth = depth if goes_on else -1
        if goes_on and drops_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


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
