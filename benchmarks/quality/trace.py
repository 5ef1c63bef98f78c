"""What was considered for each question, for tuning: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.sets.corpus_index import CorpusIndex
from benchmarks.sets.data import Query, QuestionSet
from chat.retrieval.retrieve import Retrieved
from chat.types import Candidate, Evidence

CANDIDATES = 20
Place = tuple[str, int, int]


class Trace:
    """Writes a line for each question."""

    def __init__(self, path: Path, questions: QuestionSet, corpus: CorpusIndex) -> None:
        self._path = path
        self._questions = questions
        self._corpus = corpus
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")

    def write(
        self,
        query: Query,
        retrieved: Retrieved,
        gold: Sequence[Place] = (),
        evidence: Sequence[Evidence] = (),
        outcome: Mapping[str, object] | None = None,
    ) -> None:
        """Add a question: its first candidates, and the sentences chosen without the threshold."""
        line = {
            "query": query.id,
            "text": query.text,
            "searched_for": retrieved.question,
            "context": retrieved.context,
            "answerable": self._questions.is_answerable(query),
            "terms": {
                word.text: weight
                for word, weight in zip(retrieved.terms.words, retrieved.terms.weights, strict=True)
            },
            "candidates": [
                self._candidate(query, candidate, gold)
                for candidate in retrieved.candidates[:CANDIDATES]
            ],
            "evidence": [
                {
                    "passage": piece.candidate.hit.passage.id,
                    "start": piece.start,
                    "end": piece.end,
                    "score": piece.score,
                    "gold": overlaps(
                        piece.candidate.hit.passage.version, piece.start, piece.end, gold
                    ),
                    "quote": piece.quote,
                }
                for piece in evidence
            ],
            **(outcome or {}),
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _candidate(
        self, query: Query, candidate: Candidate, gold: Sequence[Place]
    ) -> dict[str, object]:
        hit = candidate.hit
        grades = self._questions.qrels.get(query.id, {})
        records = [self._corpus.record_of[name] for name in (hit.document.id, *hit.also_in)]
        return {
            "passage": hit.passage.id,
            "document": records[0],
            "relevant": max(grades.get(record, 0) for record in records),
            "gold": overlaps(hit.passage.version, hit.passage.start, hit.passage.end, gold),
            "similarity": hit.similarity,
            "coverage": candidate.coverage,
            "dense_rank": hit.dense_rank,
            "lexical_rank": hit.lexical_rank,
            "fused": hit.score,
            "score": candidate.score,
            "characters": len(hit.passage.text),
        }


def overlaps(version: str, start: int, end: int, gold: Sequence[Place]) -> bool:
    """Tell whether a stretch of a version shares a character with an answer span."""
    return any(version == of and start < last and first < end for of, first, last in gold)
