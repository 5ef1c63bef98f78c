"""`python -m chat cite`: an old citation as it was, and what today's text says of it."""

from __future__ import annotations

from index.citations import Citable, Standing, citation_id
from index.local import LocalIndex
from index.version import Version

STATES = {
    "current": "the document still has this very text",
    "stands": "the document has changed since; these words stand in today's text",
    "moved": "the document has changed since; these words stand under another heading today",
    "gone": "the document has changed since; these words are not in today's text",
    "removed": "the document has been removed; this is its text as it was cited",
}


def cited_json(index: LocalIndex, cited: Citable, standing: Standing) -> dict[str, object]:
    """Return a citation and its state as the command line prints them.

    Args:
        index: Where the texts are.
        cited: The citation.
        standing: What has become of it.

    Returns:
        Values that `json.dumps` takes; `today` is null where there is no such place.
    """
    page = cited.version.page_at(cited.start)
    return {
        "id": citation_id(cited.version.id, cited.start, cited.end),
        "state": standing.state,
        "quote": cited.quote,
        "document": cited.document.id,
        "title": cited.document.title,
        "version": cited.version.id,
        "section": " › ".join(cited.version.section_at(cited.start)) or None,
        "page": page.number if page else None,
        "page_label": page.label if page else None,
        "ocr": any(page.ocr for page in cited.version.pages_of(cited.start, cited.end)),
        "start": cited.start,
        "end": cited.end,
        "today": _today(index, standing),
    }


def cited_text(index: LocalIndex, cited: Citable, standing: Standing) -> str:
    """Return a citation and its state in words.

    Args:
        index: Where the texts are.
        cited: The citation.
        standing: What has become of it.

    Returns:
        Lines of plain text; what is quoted stands there to the character.
    """
    section = " › ".join(cited.version.section_at(cited.start))
    page = cited.version.page_at(cited.start)
    place = [cited.document.title, section, f"page {page.label or page.number}" if page else ""]
    if any(page.ocr for page in cited.version.pages_of(cited.start, cited.end)):
        place.append("text recognised from a scan")
    lines = [
        f"“{cited.quote}”",
        ", ".join(filter(None, place)),
        f"{cited.document.id}, version {cited.version.id[:16]}, "
        f"characters {cited.start}–{cited.end}",
        f"{standing.state}: {STATES[standing.state]}",
    ]
    today = _today(index, standing)
    if today and standing.state != "current":
        if standing.state == "gone":
            lines += [f"nearest today, {standing.likeness:.0%} alike:", f"“{today['quote']}”"]
        lines.append(
            f"today: characters {today['start']}–{today['end']}"
            + (f", under {today['section']}" if today["section"] else "")
        )
        lines.append(f"open it with `python -m chat cite {today['id']}`")
    return "\n".join(lines)


def _today(index: LocalIndex, standing: Standing) -> dict[str, object] | None:
    if standing.start is None or standing.end is None:
        return None
    with index.snapshot() as catalog:
        now: Version = catalog.version(standing.version)
    return {
        "id": citation_id(now.id, standing.start, standing.end),
        "version": now.id,
        "section": " › ".join(now.section_at(standing.start)) or None,
        "start": standing.start,
        "end": standing.end,
        "quote": now.text[standing.start : standing.end],
        "likeness": round(standing.likeness, 3),
    }
