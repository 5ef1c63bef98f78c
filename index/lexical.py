"""The BM25 side of the index: the only file that imports tantivy.

Text is analysed here and handed over as tokens, so that one field holds every language stemmed by
its own rules, and so that questions, passages and sentences are compared by the same terms.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy

from index.errors import IndexDamaged
from index.files import Stamp, read_stamp, write_failed, write_stamp

REMEDY = "run `python -m ingest`, which rebuilds it from the catalog"
_WRITER_HEAP_BYTES = 50_000_000
# tantivy stems these; Polish, Czech, Greek and others are only folded.
_STEMMERS = {
    "ar": "arabic", "da": "danish", "nl": "dutch", "en": "english", "fi": "finnish",
    "fr": "french", "de": "german", "hu": "hungarian", "it": "italian", "no": "norwegian",
    "nb": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "es": "spanish",
    "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
_STOPWORD_LANGUAGES = frozenset(_STEMMERS) - {"ar", "ro", "ta", "tr"}
# What English questions are made of besides their subject; tantivy's list has only the articles,
# prepositions and the like.
_QUESTION_WORDS = frozenset(
    [
        "about", "all", "also", "am", "any", "been", "being", "can", "could", "did", "do",
        "does", "doing", "done", "from", "give", "had", "has", "have", "he", "her", "here",
        "his", "how", "i", "its", "just", "like", "many", "may", "me", "might", "more", "most",
        "much", "must", "my", "our", "please", "s", "shall", "she", "should", "show", "so",
        "some", "t", "tell", "than", "them", "they", "those", "too", "under", "us", "very",
        "was", "we", "were", "what", "when", "where", "whether", "which", "while", "who",
        "whom", "whose", "why", "would", "you", "your",
    ]
)  # fmt: skip
_WORDS = r"[0-9]+(?:[.,][0-9]+)*|\w+"
_GROUPED_NUMBER = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")


@dataclass(frozen=True, slots=True)
class Term:
    """A word as it is indexed: lower case, accents folded, stemmed; and where it stands.

    Attributes:
        text: The indexed form; `1,500` and `1.500` become `1500`.
        start: Half-open character offsets of the word in the analysed text.
        end: See start.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What is indexed of a passage: its number, its version and its words."""

    number: int
    version: str
    text: str
    language: str


def analyse(text: str, language: str = "en") -> list[Term]:
    """Return the terms of a text in order.

    Args:
        text: Any text.
        language: ISO 639-1; one without a stemmer is lower-cased and folded only.
    """
    tokens = _analyser(language).pre_tokenize(text).tokens
    return [Term(_ungrouped(t.text), t.char_offset_from, t.char_offset_to) for t in tokens]


def content_terms(text: str, language: str = "en") -> list[Term]:
    """Return the terms that carry meaning: stop words and question words left out.

    A text of nothing else keeps them all.
    """
    terms = analyse(text, language)
    kept = [t for t in terms if not _is_stopword(text[t.start : t.end].lower(), language)]
    return kept or terms


class Words:
    """An inverted index of passages, opened for reading or, under the write lock, for writing.

    Attributes:
        generation: The catalog's generation it was opened at.
    """

    def __init__(self, directory: Path, index: tantivy.Index, generation: int) -> None:
        self.generation = generation
        self._directory = directory
        self._index = index
        self._writer: tantivy.IndexWriter | None = None
        index.reload()
        self._searcher = index.searcher()

    @classmethod
    def load(cls, directory: Path) -> Words:
        """Return the stored index.

        Raises:
            IndexDamaged: Missing, torn or not tantivy's.
        """
        stamp = read_stamp(directory, REMEDY)
        try:
            return cls(directory, tantivy.Index(_schema(), str(directory)), stamp.generation)
        except (ValueError, OSError) as error:
            raise IndexDamaged(f"{directory}: {error}; {REMEDY}") from error

    @classmethod
    def create(cls, directory: Path) -> Words:
        """Return an empty index in place of whatever the folder holds.

        Raises:
            IndexWriteFailed: Disk full, no rights.
        """
        try:
            directory.mkdir(parents=True, exist_ok=True)
            for path in directory.iterdir():
                path.unlink()
            return cls(directory, tantivy.Index(_schema(), str(directory)), 0)
        except (ValueError, OSError) as error:
            raise write_failed(directory, error) from error

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def add(self, entries: Iterable[Entry]) -> None:
        """Stage passages; `commit` makes them findable."""
        writer = self._open_writer()
        for entry in entries:
            document = tantivy.Document()
            document.add_unsigned("number", entry.number)
            document.add_text("version", entry.version)
            document.add_pre_tokenized_text("words", _tokens(entry.text, entry.language))
            writer.add_document(document)

    def remove(self, numbers: Iterable[int]) -> None:
        """Stage removals; numbers that are not there are passed over."""
        # By query: delete_documents_by_term takes the number for a signed one and finds nothing.
        query = tantivy.Query.term_set_query(self._index.schema, "number", list(numbers))
        self._open_writer().delete_documents_by_query(query)

    def commit(self, generation: int) -> None:
        """Make what was staged durable, then write the stamp.

        Raises:
            IndexWriteFailed: Disk full, no rights.
        """
        try:
            self._open_writer().commit()
            self._index.reload()
        except (ValueError, OSError) as error:
            raise write_failed(self._directory, error) from error
        # tantivy's own files are not in the stamp: its merges replace them at any time.
        write_stamp(self._directory, Stamp(generation, {}))
        self.generation = generation
        self._searcher = self._index.searcher()

    def close(self) -> None:
        """Give tantivy's writer back; staged changes that were not committed are dropped."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def search(
        self, terms: Sequence[str], k: int, versions: Sequence[str] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k passages with the best BM25 score.

        Args:
            terms: Analysed terms; each counts once.
            k: Results wanted.
            versions: Search only passages of these versions, all if None.

        Returns:
            (number, score) best first; ties broken by number.

        Source: BM25 with k1 = 1.2, b = 0.75 (tantivy's).
        """
        wanted = list(dict.fromkeys(terms))
        if not wanted or k < 1:
            return []
        schema = self._index.schema
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "words", t)) for t in wanted]
        )
        if versions is not None:
            among = tantivy.Query.term_set_query(schema, "version", list(versions))
            query = tantivy.Query.boolean_query(
                [
                    (tantivy.Occur.Must, query),
                    (tantivy.Occur.Must, tantivy.Query.const_score_query(among, 0.0)),
                ]
            )
        hits = self._searcher.search(query, k, count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        pairs = [
            (int(n), float(s)) for n, (s, _) in zip(numbers, hits, strict=True) if n is not None
        ]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))

    def rarity(self, term: str) -> float:
        """Return a term's inverse document frequency over the passages, > 0.

        Source: ln(1 + (N - n + 0.5) / (n + 0.5)), as in BM25.
        """
        total = self._searcher.num_docs
        found = min(self._searcher.doc_freq("words", term), total)
        return math.log(1 + (total - found + 0.5) / (found + 0.5))

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            try:
                self._writer = self._index.writer(_WRITER_HEAP_BYTES, 1)
            except (ValueError, OSError) as error:
                raise write_failed(self._directory, error) from error
        return self._writer


@functools.cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", stored=False, indexed=True, fast=True)
    builder.add_text_field("version", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="position")
    return builder.build()


@functools.cache
def _analyser(language: str) -> tantivy.TextAnalyzer:
    builder = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(_WORDS))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
    )
    if language in _STEMMERS:
        builder = builder.filter(tantivy.Filter.stemmer(_STEMMERS[language]))
    return builder.build()


@functools.cache
def _stopword_filter(language: str) -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
        .filter(tantivy.Filter.stopword(_STEMMERS[language]))
        .build()
    )


@functools.lru_cache(maxsize=50_000)
def _is_stopword(word: str, language: str) -> bool:
    if language == "en" and word in _QUESTION_WORDS:
        return True
    return language in _STOPWORD_LANGUAGES and not _stopword_filter(language).analyze(word)


def _tokens(text: str, language: str) -> tantivy.PreTokenizedString:
    tokens = [
        tantivy.Token(term.text, position, term.start, term.end)
        for position, term in enumerate(analyse(text, language))
    ]
    return tantivy.PreTokenizedString(text, tokens)


def _ungrouped(token: str) -> str:
    return re.sub("[.,]", "", token) if _GROUPED_NUMBER.fullmatch(token) else token
