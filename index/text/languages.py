"""What is known about languages: which one is assumed, and who stems them."""

from __future__ import annotations

# Of a text of which nobody says in what language it is.
DEFAULT_LANGUAGE = "en"
# tantivy stems these; Polish, Czech, Greek and others are only folded.
STEMMERS = {
    "ar": "arabic", "da": "danish", "nl": "dutch", "en": "english", "fi": "finnish",
    "fr": "french", "de": "german", "hu": "hungarian", "it": "italian", "no": "norwegian",
    "nb": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "es": "spanish",
    "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip


def base(language: str) -> str:
    """Return the language of a tag without its region, in lower case.

    >>> base("en-GB")
    'en'
    """
    return language.lower().partition("-")[0]
