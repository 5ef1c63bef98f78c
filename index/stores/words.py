"""The BM25 side of the index: passages in an inverted index of tantivy."""

from __future__ import annotations

import contextlib
import functools
import math
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tantivy

from index.base import PassageNumbers
from index.disk.files import STAMP, Stamp, read_stamp, translate_write_errors, write_stamp
from index.errors import IndexDamaged
from index.stores import segments
from index.stores.base import Condition, PassageTerms
from index.text.analysis import RULES
from index.types import Moment

REMEDY = "run `python -m ingest`, which rebuilds it from the catalog"
_WRITER_HEAP_BYTES = 50_000_000
_ERRORS = (ValueError, OSError)  # what tantivy raises


class TantivyWords:
    """A `WordStore` of tantivy, opened for reading or, under the write lock, for writing.

    It is rebuilt in a folder of its own, beside the one before, and the stamp says which holds:
    readers have one to open at any time. Without a directory it is in memory only.
    """

    def __init__(self, directory: Path | None, folder: str, stamp: Stamp | None) -> None:
        self.stamp = stamp
        self._directory = directory
        self._folder = folder
        path = None if directory is None else str(directory / folder)
        self._index = tantivy.Index(_schema(), path)
        # Without this a thread looks for commits twice a second; `_searcher` would not see them.
        self._index.config_reader("Manual", 1)
        self._writer: tantivy.IndexWriter | None = None
        self._index.reload()
        self._searcher = self._index.searcher()

    @classmethod
    def load(cls, directory: Path, exact: bool = False) -> TantivyWords:
        """Return the stored index at its last commit; raises `IndexDamaged`.

        `exact` refuses one that was filled by other rules, or holds a commit whose stamp was not
        written: what a writer that was killed leaves. A reader may see the same while one works.
        """
        stamp = read_stamp(directory, REMEDY)
        if exact and stamp.rules != RULES:  # who only asks goes on with the words as they are
            raise IndexDamaged(f"{directory}: words by other rules than today's; {REMEDY}")
        mark = segments.check_files(directory / stamp.folder, REMEDY)
        if exact and mark != stamp.mark:
            raise IndexDamaged(f"{directory}: commit {mark}, expected {stamp.mark}; {REMEDY}")
        with _translate_read_errors(directory):
            return cls(directory, stamp.folder, stamp)

    @classmethod
    def create(cls, directory: Path) -> TantivyWords:
        """Return an empty index, which takes the place of what there is when it is committed."""
        with translate_write_errors(directory, _ERRORS):
            directory.mkdir(parents=True, exist_ok=True)
            taken = [int(path.name) for path in directory.iterdir() if path.name.isdecimal()]
            folder = str(max(taken, default=0) + 1)
            (directory / folder).mkdir()
            return cls(directory, folder, None)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    @property
    def moment(self) -> Moment | None:
        """The state of the index that it holds; None until it is stored."""
        return self.stamp.moment if self.stamp else None

    def check(self) -> PassageNumbers:
        """Return the numbers of all passages it holds, ascending; checksums were compared."""
        found = self._find(tantivy.Query.all_query(), max(1, len(self)))
        return np.array(sorted(number for number, _ in found), dtype=np.int64)

    def add(self, numbers: PassageNumbers, terms: Sequence[PassageTerms], generation: int) -> None:
        """Stage passages that are not there yet; `commit` makes them findable."""
        del generation  # what is held is what is live
        for number, passage in zip(numbers.tolist(), terms, strict=True):
            document = tantivy.Document()
            document.add_unsigned("number", number)
            document.add_text("version", passage.version)
            document.add_pre_tokenized_text("words", _make_tokens(passage.terms))
            with self._translate_write_errors():
                self._open_writer().add_document(document)

    def remove(self, numbers: PassageNumbers, generation: int) -> None:
        """Stage removals; numbers that are not there are passed over."""
        del generation
        # By query: delete_documents_by_term takes the number for a signed one and finds nothing.
        query = tantivy.Query.term_set_query(self._index.schema, "number", numbers.tolist())
        with self._translate_write_errors():
            self._open_writer().delete_documents_by_query(query)

    def commit(self, moment: Moment, previous: str) -> None:
        """Make what was staged durable, then write the stamp; see `WordStore.commit`."""
        mark = self.publish()
        if self._directory is None:
            raise ValueError("these words are held in memory only")
        # tantivy's own files are not in the stamp: its merges replace them at any time.
        stamp = Stamp(moment, previous, {}, mark, self._folder, RULES)
        write_stamp(self._directory, stamp)
        self._remove_others()
        self.stamp = stamp

    def publish(self) -> int:
        """Make what was staged findable by `load`, here and in memory; return tantivy's mark."""
        with self._translate_write_errors():
            mark = int(self._open_writer().commit())
            self._index.reload()
        self._searcher = self._index.searcher()
        return mark

    def close(self) -> None:
        """Give tantivy's writer back; staged changes that were not committed are dropped."""
        writer, self._writer = self._writer, None
        if writer is not None:
            # After a full disk this fails once more; the commit has reported it.
            with contextlib.suppress(*_ERRORS):
                writer.wait_merging_threads()

    def search(
        self, terms: Sequence[str], k: int, condition: Condition | None, generation: int
    ) -> list[tuple[int, float]]:
        """Return the k passages with the best BM25 score; see `WordStore.search`."""
        del generation
        wanted = list(dict.fromkeys(terms))
        k = min(k, len(self))  # tantivy makes room for k, and ends the process if it cannot
        if not wanted or k < 1:
            return []
        schema = self._index.schema
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "words", t)) for t in wanted]
        )
        if condition is not None:
            among = tantivy.Query.term_set_query(schema, "version", list(condition.versions))
            unscored = tantivy.Query.const_score_query(among, 0.0)
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), (tantivy.Occur.Must, unscored)]
            )
        return sorted(self._find(query, k), key=lambda pair: (-pair[1], pair[0]))

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        """Return the inverse document frequency of analysed terms; see `WordStore.rarity`."""
        return {term: self._compute_rarity(term) for term in terms}

    def _compute_rarity(self, term: str) -> float:
        query = tantivy.Query.term_query(self._index.schema, "words", term)
        with _translate_read_errors(self._directory):
            # Not doc_freq: until segments are merged it counts what was removed.
            found = self._searcher.search(query, 1, count=True).count  # type: ignore[attr-defined]
        return math.log(1 + (len(self) - found + 0.5) / (found + 0.5))

    def _find(self, query: tantivy.Query, k: int) -> list[tuple[int, float]]:
        with _translate_read_errors(self._directory):
            hits = self._searcher.search(query, k, count=False).hits
            numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        pairs = zip(numbers, hits, strict=True)
        return [(int(n), float(score)) for n, (score, _) in pairs if n is not None]

    def _remove_others(self) -> None:
        if self._directory is None:
            return
        with translate_write_errors(self._directory):
            for path in self._directory.iterdir():
                if path.is_dir() and path.name != self._folder:
                    shutil.rmtree(path, ignore_errors=True)
                elif path.is_file() and path.name != STAMP and self._folder:
                    path.unlink(missing_ok=True)

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(_WRITER_HEAP_BYTES, 1)
        return self._writer

    def _translate_write_errors(self) -> contextlib.AbstractContextManager[None]:
        return translate_write_errors(self._directory or Path("words in memory"), _ERRORS)


@contextlib.contextmanager
def _translate_read_errors(directory: Path | None) -> Iterator[None]:
    try:
        yield
    except _ERRORS as error:
        raise IndexDamaged(
            f"{directory or 'words in memory'}: {' '.join(str(error).split())}; {REMEDY}"
        ) from error


@functools.cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", stored=False, indexed=True, fast=True)
    builder.add_text_field("version", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="position")
    return builder.build()


def _make_tokens(terms: Sequence[str]) -> tantivy.PreTokenizedString:
    # Analysed by us: so one field holds every language stemmed by its own rules, and questions,
    # passages and sentences are compared by the same terms. Where they stand is not stored.
    tokens = [tantivy.Token(term, position, 0, 0) for position, term in enumerate(terms)]
    return tantivy.PreTokenizedString("", tokens)
