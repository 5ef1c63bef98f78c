"""What a browser does not show of a page, by its elements, their attributes and its style sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from ingest.parsers.html.tricks import PROPERTIES, find_out_of_sight
from ingest.parsers.shared.left_out import FOR_READERS, STRUCK, UNSHOWN, LeftOut

_NEVER_DRAWN = ("script", "style", "template", "dialog")
# What is struck out is no longer valid.
_STRUCK_OUT = ("del", "s", "strike")
# Whatever a house puts before them: `govuk-visually-hidden`, `fr-sr-only`.
_HIDDEN_NAME = re.compile(
    r"(?!.*\bnot-sr-)(?:.*[-_])?"
    r"(?:visually-?hidden|sr-only|screen-?reader(?:-text|-only)?|show-for-sr|element-invisible)",
    re.IGNORECASE,
)
# What a reader clicks on to see what is shut below it.
_OPENER = (
    "self::button or self::label or @role='button' or @aria-expanded"
    " or self::a[@href='#' or starts-with(@href, 'javascript:')]"
)
# Without scripts a page that holds nothing else may have its text here; a request to switch scripts
# on is shorter.
LEAST_NOSCRIPT_CHARS = 250

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_SEEN_OR_NOT = re.compile(
    rf"(?:^|[;\s])(?:display|visibility|text-decoration(?:-line)?|{'|'.join(PROPERTIES)})\s*:", re.I
)
_STEP = re.compile(r"\s*([>+~]|\s)\s*")
_SIMPLE = re.compile(
    r"([.#])([\w-]+)"
    r"|\[\s*([\w-]+)\s*(?:([~^$*]?=)\s*[\"']?([^\"'\]]*)[\"']?\s*)?\]"
    r"|(\*|[a-zA-Z][\w-]*)"
)
_AXES = {
    " ": "//",
    ">": "/",
    "~": "/following-sibling::",
    "+": "/following-sibling::*[1]/self::",
}
# So many rules and elements that are looked at; a page has fewer.
MOST_RULES = 300

# (important, specificity, position), the value; the later one wins.
_Declared = dict[HtmlElement, tuple[tuple[bool, int, int], str]]


def drop_unseen(body: HtmlElement, left_out: LeftOut) -> None:
    """Remove what a browser does not show, and what it shows as struck out."""
    source, knows_all = _read_sheets(body)
    rules = list(_read_rules(source))
    _drop_noscript(body)
    root = body.getroottree().getroot()
    for element in list(root.iter(*_NEVER_DRAWN)):
        if element.tag != "dialog" or element.get("open") is None:
            _drop(element)
    for element in list(root.iter(*_STRUCK_OUT)):
        _leave_out(element, STRUCK, left_out)
    hidden, struck = _find_hidden(body, rules, knows_all)
    for element in struck:
        _leave_out(element, STRUCK, left_out)
    for element in hidden:
        if not _is_opened_by_click(element):
            _leave_out(element, UNSHOWN, left_out)
    for element in body.xpath("//*[@class]"):
        if any(map(_HIDDEN_NAME.fullmatch, element.get("class", "").split())):
            _leave_out(element, FOR_READERS, left_out)
    for element in body.xpath("//*[@aria-hidden='true']"):
        # A closed accordion is hidden too, but holds paragraphs; icons and menus do not.
        if next(element.iterdescendants("p", "table"), None) is None:
            _leave_out(element, FOR_READERS, left_out)


def _leave_out(element: HtmlElement, reason: str, left_out: LeftOut) -> None:
    """Remove an element and keep what it said, unless it has gone with another."""
    if element.getparent() is not None and (text := element.text_content().strip()):
        left_out.add(reason, text)
    _drop(element)


def _drop_noscript(body: HtmlElement) -> None:
    """Remove what is for browsers without scripts, unless the page holds nothing else."""
    for element in list(body.getroottree().getroot().iter("noscript")):
        unseen = "ancestor::noscript|ancestor::script|ancestor::style"
        others = body.xpath(f"//body//text()[not({unseen})]")
        text = " ".join(element.text_content().split())
        if len(text) < LEAST_NOSCRIPT_CHARS or "".join(map(str, others)).strip():
            _drop(element)
        else:
            element.tag = "div"


def _find_hidden(
    body: HtmlElement, rules: list[tuple[str, str]], knows_all_grounds: bool
) -> tuple[list[HtmlElement], list[HtmlElement]]:
    """Return the elements that are not shown, and those struck out, by what counts for each."""
    names = ("display", "visibility", "text-decoration", *PROPERTIES)
    declared: dict[str, _Declared] = {name: {} for name in names}
    for element in body.xpath("//*[@hidden and not(@hidden='until-found')]"):
        declared["display"][element] = ((False, -1, 0), "none")
    for position, (selector, style) in enumerate(rules):
        found = _compile(selector)
        if found is None:
            knows_all_grounds = knows_all_grounds and "background" not in style.lower()
            continue
        path, specificity = found
        for element in body.xpath(path):
            _declare(declared, element, style, specificity, position)
    for element in body.xpath("//*[@style]"):
        _declare(declared, element, element.get("style", ""), 1_000_000, 0)
    hidden = [e for e, (_, value) in declared["display"].items() if value == "none"]
    lines = declared["text-decoration"].items()
    struck = [element for element, (_, value) in lines if "line-through" in value]
    seen_again = [e for e, (_, value) in declared["visibility"].items() if value == "visible"]
    around = {parent for element in seen_again for parent in element.iterancestors()}
    hidden += [
        element
        for element, (_, value) in declared["visibility"].items()
        if value in ("hidden", "collapse") and element not in around
    ]
    hidden += find_out_of_sight(body, _gather_styles(declared), knows_all_grounds)
    # A page that hides itself is shown by its scripts.
    return [element for element in hidden if element.tag not in ("html", "body")], struck


def _gather_styles(declared: dict[str, _Declared]) -> dict[HtmlElement, dict[str, str]]:
    """Return what is declared of each element, by property."""
    styles: dict[HtmlElement, dict[str, str]] = {}
    for name in PROPERTIES:
        for element, (_, value) in declared[name].items():
            styles.setdefault(element, {})[name] = value
    return styles


def _declare(
    declared: dict[str, _Declared], element: HtmlElement, style: str, specificity: int, at: int
) -> None:
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip().lower().replace("text-decoration-line", "text-decoration")
        if name not in declared:
            continue
        value, important, _ = value.strip().lower().partition("!important")
        rank = (bool(important), specificity, at)
        if element not in declared[name] or declared[name][element][0] <= rank:
            declared[name][element] = (rank, value.strip())


def _read_sheets(body: HtmlElement) -> tuple[str, bool]:
    """Return the page's own style sheets, and whether they hold all that it says of backgrounds."""
    # What holds for some screens, for print or for a browser's abilities only, is not looked at.
    sheets = list(body.getroottree().getroot().iter("style"))
    held = [sheet for sheet in sheets if sheet.get("media", "") in ("", "all", "screen")]
    source, whole = _drop_conditions(_join_sheets(held)), _join_sheets(sheets)
    return source, source.lower().count("background") == whole.lower().count("background")


def _join_sheets(sheets: list[HtmlElement]) -> str:
    return _COMMENT.sub("", "\n".join(sheet.text_content() for sheet in sheets))


def _read_rules(source: str) -> Iterator[tuple[str, str]]:
    """Yield selectors of style sheets, each with what decides whether it is seen."""
    count = 0
    for selectors, style in _RULE.findall(source):
        if not _SEEN_OR_NOT.search(style):
            continue
        for selector in selectors.split(","):
            count += 1
            if count > MOST_RULES:
                return
            yield selector.strip(), style


def _drop_conditions(source: str) -> str:
    """Return a style sheet without `@media (…) {…}` and the like; `@media screen` holds."""
    source = re.sub(r"@(?:charset|import|namespace)[^;{}]*;|<!--|-->", "", source)
    kept: list[str] = []
    position = 0
    for at_rule in re.finditer(r"@([\w-]+)([^{};]*)\{", source):
        if at_rule.start() < position:
            continue
        kept.append(source[position : at_rule.start()])
        depth, end = 1, at_rule.end()
        for brace in re.finditer(r"[{}]", source[end:]):
            depth += 1 if brace[0] == "{" else -1
            if not depth:
                position = end + brace.end()
                break
        else:
            position = len(source)
        always = at_rule[2].strip().lower() in ("screen", "all", "only screen")
        if at_rule[1].lower() == "media" and always:
            kept.append(source[end : position - 1])
    return "".join([*kept, source[position:]])


def _compile(selector: str) -> tuple[str, int] | None:
    """Return a selector's XPath and specificity, None if it asks for a state or more."""
    # cssselect does more; what hides text is a class or an id, seldom more than two of them.
    if not selector or len(selector) > 200 or ":" in selector or "\\" in selector:
        return None
    parts = _STEP.split(re.sub(r"\s+", " ", selector.strip()))
    path, specificity = "", 0
    for index in range(0, len(parts), 2):
        compound = _compile_compound(parts[index])
        if compound is None:
            return None
        path += (_AXES[parts[index - 1]] if index else "//") + compound[0]
        specificity += compound[1]
    return path, specificity


def _compile_compound(compound: str) -> tuple[str, int] | None:
    tag, tests, specificity, position = "*", "", 0, 0
    for part in _SIMPLE.finditer(compound):
        if part.start() != position:
            return None
        position = part.end()
        sign, name, attribute, operator, value, element = part.groups()
        if element:
            tag = element.lower()
            specificity += element != "*"
        elif sign == "#":
            tests += f"[@id='{name}']"
            specificity += 10_000
        elif sign == ".":
            if name == "no-js":  # taken away by the first script
                return None
            tests += f"[contains(concat(' ',normalize-space(@class),' '),' {name} ')]"
            specificity += 100
        elif operator in (None, "="):
            tests += f"[@{attribute}='{value}']" if operator else f"[@{attribute}]"
            specificity += 100
        else:
            return None
    return (tag + tests, specificity) if compound and position == len(compound) else None


def _is_opened_by_click(element: HtmlElement) -> bool:
    """Tell whether a part is shut for now, and what opens it in sight."""
    if not element.text_content().strip() or element.tag in ("span", "nav", "button", "dialog"):
        return False
    if element.get("role") == "tabpanel":
        return True
    name = element.get("id", "")
    if re.fullmatch(r"[\w.:-]+", name):
        target = f"@aria-controls='{name}' or @data-target='#{name}' or @data-bs-target='#{name}'"
        if element.getroottree().xpath(f"boolean(//*[{target}])"):
            return True
    before = element.getprevious()
    if before is None or element.tag == "p" or not before.text_content().strip():
        return False
    return bool(before.xpath(f"boolean(descendant-or-self::*[{_OPENER}])"))


def _drop(element: HtmlElement) -> None:
    """Remove an element; what stands behind its end tag stays."""
    if element.getparent() is not None:
        element.drop_tree()
