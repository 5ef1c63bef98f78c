"""Answers, passages and old citations as a terminal shows them; quotations to the character."""

from __future__ import annotations

from collections.abc import Sequence

from chat.account import Account
from chat.phrases import tell_items_left
from chat.serialize import CitedObject
from chat.types import Answer, Around, AroundKind, Citation

STATES = {
    "current": "the document still has this very text",
    "stands": "the document has changed since; these words stand in today's text",
    "moved": "the document has changed since; these words stand under another heading today",
    "gone": "the document has changed since; these words are not in today's text",
    "removed": "the document has been removed; this is its text as it was cited",
}
_AROUND: dict[AroundKind, str] = {
    "lead_in": "in the list",
    "caption": "in the table",
    "heads": "columns",
}
_FROM_SCAN = "text recognised from a scan"
_DIFFERS = "this page reads differently in two extractions"


def format_answer(answer: Answer) -> str:
    """Return an answer with its numbered sources, or what was searched without finding one."""
    lines = []
    if answer.searched_for != answer.question:
        lines.append(f"Searched for: {answer.searched_for}")
    if answer.context:
        lines.append(f"In mind from before: {answer.context}")
    if answer.text is None:
        lines += _format_refusal(answer)
    else:
        lines += [answer.text, ""]
        for difference in answer.differences:
            sides = zip(difference.figures, difference.markers, strict=True)
            lines.append(f"The sources differ: {'; '.join(f'{f} [{m}]' for f, m in sides)}")
        if answer.unmatched:
            lines += [f"In none of the passages found: {', '.join(answer.unmatched)}", ""]
        lines.append(f"Sources (support: {answer.support})")
        lines += [format_citation(citation) for citation in answer.citations]
    if answer.receipt.unread:
        lines += ["", f"Found by search alone, not read: {answer.receipt.unread}"]
    return "\n".join(lines)


def _format_refusal(answer: Answer) -> list[str]:
    receipt = answer.receipt
    lines = [
        f"Not found in the corpus: {receipt.documents:,} documents, {receipt.passages:,} passages "
        "were searched.",
    ]
    if answer.unmatched:
        lines.append(f"In none of the passages found: {', '.join(answer.unmatched)}")
    if receipt.nearest:
        lines += ["", "Nearest passages, which do not answer the question:"]
        lines += [format_citation(citation) for citation in receipt.nearest]
    return lines


def format_explanation(accounts: Sequence[Account]) -> str:
    """Return what each step on the way to an answer did, a block each."""
    blocks = ["How this answer was found"]
    for number, account in enumerate(accounts, start=1):
        lines = [f"   {label}: {text}" for label, text in account.lines]
        blocks.append("\n".join([f"{number}. {account.step.capitalize()}", *lines]))
    return "\n\n".join(blocks)


def format_citation(citation: Citation) -> str:
    """Return where a quotation is from, the quotation, and its offsets, a line each."""
    known = [citation.publisher, citation.date.isoformat() if citation.date else None]
    page = citation.page_label or citation.page
    place = [" › ".join(citation.section), f"page {page}" if page else ""]
    if citation.ocr:
        place.append(_FROM_SCAN)
    if citation.reads_differently:
        place.append(_DIFFERS)
    head = ", ".join(part for part in [citation.title, *known, *place] if part)
    lines = [f"[{citation.marker}] {head}"]
    lines += [f"    {_AROUND[one.kind]}: {_write_around(one)}" for one in citation.around]
    # Neither wrapped nor indented: what is copied from here is, to the character, in the document.
    lines.append(f"    “{citation.quote}”")
    if citation.items_left:
        lines.append(f"    {tell_items_left(citation.items_left)}")
    lines.append(f"    {citation.document}, characters {citation.start}–{citation.end}")
    return "\n".join(lines)


def _write_around(around: Around) -> str:
    lines = around.text.split("\n") if around.kind == "heads" else [around.text]
    cells = ([" ".join(cell.split()) for cell in line.split("\t")] for line in lines)
    return " / ".join(map(" | ".join, cells))


def format_cited(cited: CitedObject, likeness: float) -> str:
    """Return an old citation and what has become of it."""
    page = cited.page_label or cited.page
    place = [
        cited.title,
        cited.section,
        f"page {page}" if page else "",
        _FROM_SCAN * cited.ocr,
        _DIFFERS * cited.reads_differently,
    ]
    lines = [
        f"“{cited.quote}”",
        ", ".join(filter(None, place)),
        f"{cited.document}, version {cited.version[:16]}, characters {cited.start}–{cited.end}",
        f"{cited.state}: {STATES[cited.state]}",
    ]
    today = cited.today
    if today and cited.state != "current":
        if cited.state == "gone":
            lines += [f"nearest today, {likeness:.0%} alike:", f"“{today.quote}”"]
        under = f", under {today.section}" if today.section else ""
        lines.append(f"today: characters {today.start}–{today.end}{under}")
        lines.append(f"open it with `python -m chat cite {today.id}`")
    return "\n".join(lines)
