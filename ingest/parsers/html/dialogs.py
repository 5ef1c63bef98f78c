"""Questions about cookies, and buttons that open a part of the text."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

# What asks for consent is short and has its buttons in it.
MOST_CONSENT_CHARS = 1_500
# A part that is opened by a button and made of links is a menu.
MENU_SHARE = 0.7

_COOKIES = re.compile(
    r"cookie|ciastecz|kolačić|slapuk|küpsis|sīkdat|evästei|μπισκότ", re.IGNORECASE
)
_CHOICE = re.compile(
    r"accept|agree|allow|reject|decline|refuse|got it|akzept|zustimm|ablehn|accepter|refuser"
    r"|aceptar|rechazar|accett|rifiut|aceitar|rejeitar|akkoord|toestaan|weiger|akcept|odrzu"
    r"|přijm|souhlas|odmít|elfogad|elutas|godkänn|avvisa|hyväksy|godta|prihvat|prijať|sutink"
    r"|zulass|erlaub|einverstanden|verstanden|compris|entendid|permitir|ho capito|begrepen|rozumi"
    r"|zgadzam|zezw|povol|zamítn|súhlas|engedély|godkend|tillad|afvis|tillåt|tillat|salli|kiell"
    r"|nõustu|keeldu|piekrīt|noraid|atmes|slažem|odbij|sprejm|strinjam|zavrn|acord|refuz|приема"
    r"|съглас|отказ|αποδ|απορρ|απόρρ|συμφων|glac|diúlt|naċċetta"
    r"|^(?:ok(?:ay)?|×|close|dismiss|schließen|fermer|cerrar|chiudi|sluiten|zamknij|zavřít)$",
    re.IGNORECASE,
)
# What is opened.
_PARTS = ("div", "section", "dd", "ul", "ol")
_BUTTONS = "//button|//a|//*[@role='button']"


def find_consent(body: HtmlElement) -> list[HtmlElement]:
    """Return the parts of a page that ask whether cookies may be set, whatever they are called."""
    found: dict[HtmlElement, None] = {}
    for button in body.xpath(_BUTTONS):
        said = " ".join(button.text_content().split())
        if len(said) > 40 or not _CHOICE.search(said):
            continue
        for part in button.iterancestors():
            text = part.text_content()
            if part.tag in ("body", "html", "main", "article") or len(text) > MOST_CONSENT_CHARS:
                break
            if _COOKIES.search(text):
                found[part] = None
                break
    return list(found)


def name_panels(main: HtmlElement) -> None:
    """Put the name of each tab before the part that it opens."""
    for tab in main.xpath(".//*[@role='tab']"):
        words = " ".join(tab.text_content().split())
        panel = _find_tab_panel(tab)
        if not words or panel is None or panel.getparent() is None:
            continue
        name = panel.makeelement("summary")
        name.text = words
        panel.insert(0, name)
        name.tail, panel.text = panel.text, None
        tab.drop_tree()


def opens_by_box(label: HtmlElement) -> bool:
    """Tell whether a label opens the part behind it by a box to be ticked, without a script."""
    following, name = label.getnext(), label.get("for", "")
    if following is None or following.tag not in _PARTS or not re.fullmatch(r"[\w.:-]+", name):
        return False
    box = label.getroottree().xpath(
        f"//input[@id='{name}' and (@type='checkbox' or @type='radio')]"
    )
    return bool(box) and bool(following.text_content().strip())


def is_opener(button: HtmlElement) -> bool:
    """Tell whether a button's words are the title of a part that it opens."""
    if not " ".join(button.text_content().split()):
        return False
    panel = _find_panel(button)
    if panel is None:
        return False
    text = "".join(panel.text_content().split())
    linked = "".join("".join(link.text_content().split()) for link in panel.iterdescendants("a"))
    return bool(text) and len(linked) < MENU_SHARE * len(text) and panel.tag != "nav"


def _find_tab_panel(tab: HtmlElement) -> HtmlElement | None:
    root = tab.getroottree()
    for target, attribute in ((tab.get("aria-controls"), "id"), (tab.get("id"), "aria-labelledby")):
        if target and re.fullmatch(r"[\w.:-]+", target):
            found = root.xpath(f"//*[@{attribute}='{target}' and @role='tabpanel']")
            if found:
                return found[0]
    return None


def _find_panel(button: HtmlElement) -> HtmlElement | None:
    name = button.get("aria-controls", "")
    if re.fullmatch(r"[\w.:-]+", name):
        named = button.getroottree().xpath(f"//*[@id='{name}']")
        if named:
            return named[0]
    following = button.getnext()
    if following is None and button.getparent() is not None and len(button.getparent()) == 1:
        following = button.getparent().getnext()
    if following is None or following.tag not in _PARTS:
        return None
    # Without a word about what it opens, two of them, each with its part, are an accordion.
    declares = button.get("aria-expanded") is not None
    parent = button.getparent()
    pairs = [b for b in (parent if parent is not None else ()) if b.tag == "button"]
    alike = [b for b in pairs if b.getnext() is not None and b.getnext().tag == following.tag]
    return following if declares or len(alike) > 1 else None
