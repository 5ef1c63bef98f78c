"""Questions about cookies, told by what they ask."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from lxml.html import HtmlElement

# What asks for consent is short and has its buttons in it.
MOST_CONSENT_CHARS = 1_500

_COOKIES = re.compile(
    r"cookie|ciastecz|kolačić|slapuk|küpsis|sīkdat|evästei|μπισκότ", re.IGNORECASE
)
# Whole words, since "agreement", "allowance" or "Zulassung" head rules, and so do "Rifiuti".
_CHOICE = re.compile(
    r"\b(?:accept|agree|allow|reject|decline|refuse|deny|got it|akzeptieren?|zustimmen|stimme zu"
    r"|ablehnen|zulassen|erlauben?|einverstanden|verstanden|accepte[rz]?|refuser|compris|aceptar"
    r"|rechazar|entendid[oa]|permitir|accett(?:a|o|are)|rifiuta(?:re)?|ho capito|aceitar|aceito"
    r"|rejeitar|akkoord|accepteren|toestaan|weiger(?:en)?|begrepen|akceptuj\w*|odrzu[ćc]\w*"
    r"|zgadzam|rozumiem|zezw[ao]l\w*|přijm\w+|přijím\w+|souhlas[ií]\w*|odmít\w+|povolit|zamítn\w+"
    r"|súhlas[ií]\w*|prijať|elfogad\w*|elutasít\w*|engedély\w*|godkänn|godkend|tillad|afvis"
    r"|tillåt|tillat|avvisa?|hyväksy|salli|kiellä|godta|nõustun?|keeldun?|piekrīt\w*|noraid\w+"
    r"|sutinku|atmes\w+|prihva[ćt]\w*|slažem|odbij\w*|sprejm\w+|strinjam|zavrn\w+|(?:de )?acord"
    r"|refuz|приемам|съглас\w+|отказ\w*|αποδ\w+|απορρ\w+|απόρρ\w+|συμφων\w+|glac|diúlta\w*"
    r"|naċċetta)\b"
    r"|^(?:ok(?:ay)?|×|close|dismiss|schließen|fermer|cerrar|chiudi|sluiten|zamknij|zavřít)$",
    re.IGNORECASE,
)
_MOST_CHOICE_CHARS = 40
# A link has more words if it leads to what is said of choices.
_MOST_LINK_WORDS = 3
_BUTTONS = "//button|//a|//*[@role='button']|//input[@type='button' or @type='submit']"
_NAMED = re.compile(r"cookie|consent|gdpr|\bcmp\b", re.IGNORECASE)
_FIXED = re.compile(r"position\s*:\s*(?:fixed|sticky)", re.IGNORECASE)
_BUTTON_NAME = re.compile(r"(?:^|[\s_-])(?:btn|button)", re.IGNORECASE)
_CONTENT = ("main", "article")
_PAGE = ("body", "html", *_CONTENT)


def find_consent(body: HtmlElement) -> list[HtmlElement]:
    """Return the parts of a page that ask whether cookies may be set, whatever they are called."""
    buttons = body.xpath(_BUTTONS)
    choices = [one for one in buttons if _is_choice(one)]
    offered: defaultdict[HtmlElement, set[str]] = defaultdict(set)
    for choice in choices:
        for part in choice.iterancestors():
            offered[part].add(_read_words(choice).lower())
    # What is asked says more of cookies than its buttons do.
    said_on_buttons: Counter[HtmlElement] = Counter()
    for button in buttons if choices else ():
        count = len(_COOKIES.findall(button.text_content()))
        said_on_buttons.update(dict.fromkeys(button.iterancestors(), count) if count else ())
    texts: dict[HtmlElement, str | None] = {}
    found: dict[HtmlElement, None] = {}
    for choice in choices:
        for part in choice.iterancestors():
            if part not in texts:
                texts[part] = _read_question(part)
            text = texts[part]
            if text is None:
                break
            if len(_COOKIES.findall(text)) <= said_on_buttons[part]:
                continue
            is_asked = _is_button(choice) or len(offered[part]) > 1 or _is_set_apart(part)
            if is_asked and not _is_section(part):
                found[part] = None
            break
    return list(found)


def _is_choice(element: HtmlElement) -> bool:
    words = _read_words(element)
    if not 0 < len(words) <= _MOST_CHOICE_CHARS or not _CHOICE.search(words):
        return False
    return _is_button(element) or len(words.split()) <= _MOST_LINK_WORDS


def _read_words(element: HtmlElement) -> str:
    said = element.get("value", "") if element.tag == "input" else element.text_content()
    return " ".join(said.split())


def _is_button(element: HtmlElement) -> bool:
    """Tell whether what can be clicked on is more than a link to another place."""
    if element.tag != "a" or element.get("role") == "button":
        return True
    href = element.get("href", "")
    return (
        href in ("", "#")
        or href.startswith("javascript:")
        or bool(_BUTTON_NAME.search(element.get("class", "")))
    )


def _read_question(part: HtmlElement) -> str | None:
    """Return the text of a part that may be a question, None if it holds more than one."""
    if (
        part.tag in _PAGE
        or part.get("role") == "main"
        or next(part.iter("h1", *_CONTENT), None) is not None
    ):
        return None
    text = part.text_content()
    return text if len(text) <= MOST_CONSENT_CHARS else None


def _is_set_apart(part: HtmlElement) -> bool:
    """Tell whether a part lies over the page, or is called a question."""
    around = (part, *part.iterancestors())
    return any(
        _FIXED.search(one.get("style", ""))
        or one.get("role") in ("dialog", "alertdialog")
        or _NAMED.search(f"{one.get('class', '')} {one.get('id', '')}")
        for one in around
        if one.tag not in _PAGE
    )


def _is_section(part: HtmlElement) -> bool:
    """Tell whether a part is one of the content, with a heading of its own."""
    is_content = any(
        one.tag in _CONTENT or one.get("role") == "main" for one in part.iterancestors()
    )
    return is_content and next(part.iter("h2", "h3", "h4", "h5", "h6"), None) is not None
