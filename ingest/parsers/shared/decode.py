"""Bytes to canonical text: the right encoding, one form of newline, nothing invisible."""

from __future__ import annotations

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

from ingest.errors import SourceRefused

# Long enough to tell languages apart, short enough that detection does not cost more than reading.
SAMPLE_BYTES = 65_536
# Unicode's Stream-Safe Text Format (UAX 15): no writing needs more marks on one letter, and
# normalising an endless run of them takes quadratic time.
MARKS_ON_ONE_LETTER = 30

_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office file"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"{\\rtf", "an RTF file"),
)
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Letters beyond ASCII of the languages policy documents come in. Code pages of one family give
# other letters for the same bytes, all of them plausible to charset-normalizer's statistics (it
# takes Czech in ISO-8859-2 for cp1250); only one of them gives letters of a single alphabet.
_ALPHABETS = (
    "äöüß",
    "àâæçéèêëîïôœùûüÿ",
    "áéíóúüñ¿¡ªº",
    "àáâãçéêíóôõúü",
    "àèéìíîòóùú",
    "éëïóöüèê",
    "åæø",
    "åäöé",
    "áčďéěíňóřšťúůýž",
    "áäčďéíĺľňóôŕšťúýž",
    "ąćęłńóśźż",
    "áéíóöőúüű",
    "čćđšž",
    "ăâîșşțţ",
    "ąčęėįšųūž",
    "āčēģīķļņšūž",
    "äõöüšž",
    "ċġħżàèìòù",
    "áðéíóúýþæö",
    "çğıöşüİâîû",
    "".join(map(chr, range(0x370, 0x400))),
    "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґўђјљњћџѓѕќ",
)
_ALPHABET_SETS = [frozenset(letters + letters.upper()) for letters in _ALPHABETS]
_MIXED_SCRIPTS = re.compile("[a-zA-Z][\u0370-\u04ff]|[\u0370-\u04ff][a-zA-Z]")
# Below 1, since a text quotes words of other languages.
ONE_ALPHABET_SHARE = 0.9
# Where so few letters are of one alphabet, the code page that was named is the wrong one.
NONSENSE_SHARE = 0.7
_TWO_BYTES = ("gb", "big5", "euc", "shift", "sjis", "iso_2022", "cp932", "cp936", "cp949", "ks_c")
_SIGNS = frozenset("–—‘’‚“”„«»‹›…•·€£§©®™°²³½¼¾±×µ¹\u00a0\u00ad")
_FAMILIES = (
    "cp1252 iso8859_15 cp1250 iso8859_2 cp1257 cp1254 cp1253 iso8859_7 cp1251 iso8859_5".split()
)

_NEWLINE = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Control characters with what they tell a terminal to do, and what steers layout without being
# seen: soft hyphens and zero-width spaces hide words from search, directional overrides make a
# quotation read otherwise than it is.
_UNSEEN = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]"
    "|[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_BLANK_LINES = re.compile(r"\n{3,}")
# Python's own, which no page and no mail is in; the first takes quadratic time.
_NO_CHARSETS = frozenset("punycode idna undefined unicode_escape raw_unicode_escape".split())


def decode(data: bytes) -> str:
    """Return the text of a whole file, without a byte order mark, otherwise as it stands."""
    if not data:
        raise SourceRefused("the file is empty, text was expected: remove it or fill it")
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            raise SourceRefused(
                f"the bytes are {name}, text was expected: convert it to text or rename it"
            )
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_strictly(data[len(mark) :], encoding)
    if b"\0" in data:
        raise SourceRefused(
            "binary data (it holds NUL bytes), text was expected: save it as UTF-8 text"
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_strictly(data, _guess_encoding(_take_sample(data)))


def decode_as(data: bytes, charset: str) -> str | None:
    """Return the text in an encoding that the source names, None if its bytes are in no such."""
    try:
        name = codecs.lookup(charset).name.replace("-", "_")
        return None if name in _NO_CHARSETS else data.decode(charset)
    except (UnicodeError, LookupError, ValueError):
        return None


def decode_declared(data: bytes, charset: str | None) -> str:
    """Return the text of a source that names its encoding; its bytes decide where they say other.

    A byte order mark counts first, then bytes beyond ASCII that are valid UTF-8, which is never
    by chance but in short texts of two bytes a letter, then the name, unless what it makes of the
    bytes is letters of no language and another code page makes them letters of one.
    """
    text = _decode_named(data, charset) if charset else None
    return decode(data) if text is None else text


def recode(data: bytes, charset: str) -> bytes:
    """Return a text in UTF-8 with its mark, as its bytes are if they are not in that encoding.

    What a server names goes before what a page says of itself: behind the mark, that counts no
    more. Which bytes are believed instead is as in `decode_declared`.
    """
    if any(data.startswith(signature) for signature, _ in _SIGNATURES):
        return data
    text = _decode_named(data, charset)
    if text is None or "\0" in text or (data.isascii() and text == data.decode("ascii")):
        return data
    return codecs.BOM_UTF8 + text.encode("utf-8", "replace")


def _decode_named(data: bytes, charset: str) -> str | None:
    """Return the text in the encoding that is named or that the bytes are in, None if in none."""
    if any(data.startswith(mark) for mark, _ in _BYTE_ORDER_MARKS):
        return None
    name = charset.strip().lower().replace("-", "_")
    if not name.startswith(_TWO_BYTES) and not data.isascii():
        text = decode_as(data, "utf-8")
        if text is not None:
            return text
    # Browsers read Latin-1 as what its bytes nearly always are.
    name = "cp1252" if name in ("iso_8859_1", "latin1", "us_ascii", "ascii") else name
    # A page can name UTF-16 in letters that can be read only if it is not in it.
    is_wide = name.startswith("utf_16") and b"\0" in data
    text = decode_as(data, "utf-8" if name.startswith("utf_16") and not is_wide else name)
    if text is None or text.isascii() or name.startswith((*_TWO_BYTES, "utf")):
        return text
    sample = _take_sample(data)
    likelier = [(_score_alphabets(sample, family), family) for family in _FAMILIES]
    share, family = max(likelier, key=lambda item: item[0])
    if share >= ONE_ALPHABET_SHARE and _score_alphabets(sample, name) < NONSENSE_SHARE:
        return decode_as(data, family) or text
    return text


def clean_line(text: str | None) -> str | None:
    """Return a title or a name as one line of canonical text, None if nothing is in it."""
    return " ".join(clean(text or "").split()) or None


def clean(text: str) -> str:
    r"""Return text in canonical form: NFC, `\n`, nothing unseen, no space at a line's end."""
    # Several blank lines become one and blank lines at both ends go: they are layout, and a passage
    # that spans them would be shown with a hole in it.
    if text.isascii() and text.isprintable():  # as most lines are
        return text.rstrip()
    text = _UNSEEN.sub("", _NEWLINE.sub("\n", text))
    if not text.isascii():
        text = unicodedata.normalize("NFC", _limit_marks(text))
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip("\n")


def _decode_strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise SourceRefused(
            f"not valid {encoding} text, which its bytes point to: save it as UTF-8 text"
        ) from error


def _take_sample(data: bytes) -> bytes:
    """Return up to SAMPLE_BYTES of the file, lines that are not plain ASCII first."""
    if len(data) <= SAMPLE_BYTES:
        return data
    lines: list[bytes] = []
    size = 0
    for line in data.splitlines(keepends=True):
        if not line.isascii():
            lines.append(line[:SAMPLE_BYTES])
            size += len(lines[-1])
            if size >= SAMPLE_BYTES:
                break
    return b"".join(lines)


def _guess_encoding(sample: bytes) -> str:
    """Return the encoding that makes the sample letters of one alphabet, else the likeliest."""
    scored = [(_score_alphabets(sample, encoding), encoding) for encoding in _FAMILIES]
    share, encoding = max(scored, key=lambda item: item[0])
    if share >= ONE_ALPHABET_SHARE:
        return encoding
    likeliest = from_bytes(sample).best()
    if likeliest is None:
        raise SourceRefused(
            "binary data or an unknown encoding, text was expected: save it as UTF-8 text"
        )
    return likeliest.encoding


def _score_alphabets(sample: bytes, encoding: str) -> float:
    """Return which share of the characters beyond ASCII fits the best single alphabet."""
    text = sample.decode(encoding, errors="replace")
    beyond = [character for character in text if not character.isascii()]
    if "\ufffd" in beyond or any(unicodedata.category(sign) in ("Cc", "Co") for sign in beyond):
        return 0.0
    letters = [character for character in beyond if character not in _SIGNS]
    known = max(sum(map(alphabet.__contains__, letters)) for alphabet in _ALPHABET_SETS)
    # Greek or Cyrillic letters inside Latin words are a sure sign of the wrong code page.
    known -= len(_MIXED_SCRIPTS.findall(text))
    # A capital inside a word tells Cyrillic and Greek code pages apart.
    capitals = len(re.findall(r"(?<=[^\W\d_a-z])(?<![A-ZÀ-Þ])(?=[À-ÞΑ-ΩА-Я])\w", text))
    return (len(beyond) - len(letters) + known) / len(beyond) - (capitals > len(beyond) / 4)


def _limit_marks(text: str) -> str:
    marks = [character for character in set(text) if unicodedata.combining(character)]
    if not marks:
        return text
    mark = f"[{re.escape(''.join(marks))}]"
    return re.sub(f"({mark}{{{MARKS_ON_ONE_LETTER}}}){mark}+", r"\1", text)
