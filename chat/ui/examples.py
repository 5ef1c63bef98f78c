"""Questions to begin with, made of the headings of whatever documents are indexed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from chat.question.names import CAPITAL
from index.base import Index
from index.text.analysis import content_terms
from index.text.languages import DEFAULT_LANGUAGE, base
from index.text.places import is_place
from index.text.stopwords import is_stopword
from index.types import Document
from index.version import Version

MOST = 4
# Documents that are looked at, those of most passages first: this runs before the page is shown.
_DOCUMENTS = 40
_HEADING_CHARS = range(4, 61)
_HEADING_WORDS = 8
_TITLE_CHARS = 80
# Under a heading stands enough to be quoted, and it speaks of what the heading says.
_BODY_CHARS = 150
_SHARE_IN_BODY = 0.5

# Frames of words that carry no meaning, so that only the heading is searched for; in a language
# without one the heading is asked as it stands.
_FRAMES = {
    "en": {
        "subject": "What should I know about {}?",
        "place": "What is there to know about {}?",
        "acronym": "What is the {}?",
        "title": "What is “{}” about?",
    },
    "de": {"subject": "Was sollte ich über „{}“ wissen?", "title": "Was ist „{}“?"},
}
_NUMBERING = re.compile(
    r"^(?:(?:"
    r"(?:part|teil|chapter|kapitel|section|abschnitt|annex|anhang|question|frage)\s+[\dIVX]+\s?[:.–-]"
    r"|\(?(?:\d+|[a-z])(?:\.\d+)*[.):]|(?:[a-z]\.)?\d+(?:\.\d+)*|[a-z]\s[–-]"
    r")\s+)+",
    re.IGNORECASE,
)
# What any document has; what stands more than once in the documents at hand is left out as well.
_GENERIC = frozenset(
    """
    abbreviations abstract acknowledgements annex annexes appendix application applications about
    background bibliography categories changelog conclusion conclusions contact content contents
    definition definitions disclaimer discussion examples figures foreword further general glossary
    history home index information introduction links menu navigation notes objective objectives
    overview preface purpose references related scope sources summary table tables tbd terms topics
    version versioning versions and und the
    anhang einleitung hinweise impressum inhalt inhaltsverzeichnis kontakt kurztext literatur
    präambel quelle quellen volltext vorbemerkung vorwort wichtige zusammenfassung
    annexe bibliographie introducción índice sommaire
    """.split()
)
_NOT_A_SUBJECT = re.compile(
    r"(?:figure|fig|table|box|article|abbildung|tabelle|artikel|tableau|§)\b|.*(?:[.!;]\s|\d{4})"
    r"|.*[\[\]{}<>|#_]|.*\s\d+$",
    re.IGNORECASE,
)
_WITH_ACRONYM = regex.compile(
    rf"(?:the\s)?(?P<name>{CAPITAL}[\w\s-]+)\s\((?P<short>\p{{Lu}}{{2,6}})\)"
)


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading that can be asked about, and the text right under it."""

    text: str
    form: str  # "question" or a key of a frame
    body: str

    @property
    def rank(self) -> tuple[bool, int]:
        """First those of several words, as one alone says little; of these, what has most text."""
        return " " not in self.text and self.form == "subject", -len(self.body)


def suggest_questions(index: Index) -> list[str]:
    """Return up to MOST questions, each about another document, in as many forms as there are.

    Args:
        index: Must exist.

    Returns:
        The same ones as long as the index is the same; none where nothing is indexed.

    Raises:
        IndexMissing: There is no index yet.
        IndexDamaged: A stored file cannot be read.
    """
    with index.snapshot() as catalog:
        largest = sorted(catalog.documents(), key=lambda d: (-d.passages, d.id))[:_DOCUMENTS]
        distinct: dict[str, Document] = {}
        for document in largest:
            distinct.setdefault(document.version, document)  # a copy shows the same version
        pairs = [(d, catalog.version(d.version)) for d in distinct.values()]
    shared = _find_shared([version for _, version in pairs])
    made: list[str] = []
    without: list[Document] = []
    used = Counter[str]()
    for document, version in pairs:
        language = _language_of(document)
        taken = document.title.casefold()
        headings = [
            heading
            for heading in _find_headings(version, language)
            if heading.text.casefold() not in shared and heading.text.casefold() not in taken
        ]
        headings.sort(key=lambda heading: (used[heading.form], heading.rank))
        chosen = next((h for h in headings if _speaks_of_it(h, language)), None)
        if chosen is None:
            without.append(document)
            continue
        used[chosen.form] += 1
        made.append(_ask(chosen, language))
        if len(made) == MOST:
            return made
    titles = [d for d in without if len(d.title) <= _TITLE_CHARS]
    return (made + [_frame("title", d.title, _language_of(d)) for d in titles])[:MOST]


def _language_of(document: Document) -> str:
    return base(document.metadata.language or DEFAULT_LANGUAGE)


def _find_shared(versions: Sequence[Version]) -> set[str]:
    """Return the headings, in lower case, that several documents have."""
    own = [{_strip(section.path[-1]).casefold() for section in v.sections} for v in versions]
    times = Counter(heading for headings in own for heading in headings)
    return {heading for heading, number in times.items() if number > 1}


def _find_headings(version: Version, language: str) -> Iterator[_Heading]:
    following = [*(section.start for section in version.sections[1:]), len(version.text)]
    for section, next_start in zip(version.sections, following, strict=False):
        end = min(section.end, next_start)
        body = version.text[section.start + len(section.path[-1]) : end]
        text = _strip(section.path[-1])
        form = _form_of(text, language)
        if form and len(body) >= _BODY_CHARS:
            yield _Heading(text, form, body)


def _strip(heading: str) -> str:
    """Return a heading without "2.1" or "Part II:" before it and a colon behind it."""
    return _NUMBERING.sub("", " ".join(heading.split())).rstrip(" :.-–")


def _form_of(heading: str, language: str) -> str:
    """Return how a heading is asked about; "" if it is none that names a subject."""
    words = heading.split()
    if heading.endswith("?"):
        return "question" if 2 < len(words) <= 2 * _HEADING_WORDS else ""
    generic = {word.casefold() for word in re.findall(r"\w+", heading)} <= _GENERIC
    fits = len(heading) in _HEADING_CHARS and len(words) <= _HEADING_WORDS
    if not fits or generic or _NOT_A_SUBJECT.match(heading):
        return ""
    if is_stopword(words[-1].casefold(), language) or (len(words) > 1 and heading.isupper()):
        return ""  # cut off, or a line of a title page
    if language != "en":
        return "subject"
    named = _WITH_ACRONYM.fullmatch(heading)
    if named and "".join(filter(str.isupper, named["name"])) == named["short"]:
        return "acronym"
    return "place" if is_place(heading) else "subject"


def _speaks_of_it(heading: _Heading, language: str) -> bool:
    asked = {term.text for term in content_terms(heading.text, language)}
    held = asked & {term.text for term in content_terms(heading.body, language)}
    return len(held) >= _SHARE_IN_BODY * len(asked)


def _ask(heading: _Heading, language: str) -> str:
    """Return a question that a person might ask."""
    words = heading.text
    if heading.form == "question":
        return f"{words[:-1].rstrip()}?"
    if heading.form == "acronym":
        words = words.removeprefix("The ")
    elif heading.form == "place" and f"the {words}" in heading.body:
        words = f"the {words}"
    elif heading.form == "subject" and language == "en":
        first, blank, rest = words.partition(" ")
        # "Cluster mapping" may stand in a sentence as it is, but for its capital.
        ordinary = (rest.islower() or not rest) and first.lower() in heading.body.split()
        words = f"{first.lower()}{blank}{rest}" if ordinary else f"“{words}”"
    return _frame(heading.form, words, language)


def _frame(form: str, words: str, language: str) -> str:
    return _FRAMES.get(language, {}).get(form, "{}?").format(words)
