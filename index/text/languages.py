"""What is known about languages: who stems them, and which words carry no meaning."""

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
STOPWORD_LANGUAGES = frozenset(STEMMERS) - {"ar", "ro", "ta", "tr"}
# What English questions are made of besides their subject; tantivy's list has only the articles,
# prepositions and the like.
QUESTION_WORDS = frozenset(
    [
        "compare", "define", "describe", "explain", "hello", "hey", "hi", "know", "summarise",
        "summarize", "thank", "thanks", "want", "wanted", "wonder", "wondering",
        "about", "all", "also", "am", "any", "been", "being", "can", "could", "did", "do",
        "does", "doing", "done", "from", "give", "had", "has", "have", "he", "her", "here",
        "his", "how", "i", "its", "just", "like", "many", "may", "me", "might", "more", "most",
        "much", "must", "my", "our", "please", "s", "shall", "she", "should", "show", "so",
        "some", "t", "tell", "than", "them", "they", "those", "too", "under", "us", "very",
        "was", "we", "were", "what", "when", "where", "whether", "which", "while", "who",
        "whom", "whose", "why", "would", "you", "your",
    ]
)  # fmt: skip


def base(language: str) -> str:
    """Return the language of a tag without its region, in lower case.

    >>> base("en-GB")
    'en'
    """
    return language.lower().partition("-")[0]
