"""From passages to the sentences that answer: few, in order, none said twice."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chat.retrieve import Retrieved, Terms, words_of
from chat.types import Candidate, Evidence
from index.embedder import Embedder, Matrix

# Passages whose sentences are looked at, and sentences that are embedded: a question has 40 ms.
PASSAGES = 5
# A passage that scores less than this share of the best one is not read.
IN_REACH = 0.75
SENTENCES = 10
# A sentence's score: its words, its meaning, and the passage it stands in.
COVERAGE_WEIGHT = 0.35
SIMILARITY_WEIGHT = 0.35
PASSAGE_WEIGHT = 0.30
# A term that stands in the heading and not in the sentence counts this much.
CONTEXT_SHARE = 0.8
MOST_SENTENCES = 3
# Further sentences must come this near to the best one, those of another passage nearer ...
NEAR_BEST = 0.8
NEAR_BEST_ELSEWHERE = 0.9
# ... whose passage must come near too, so that an answer about Poland does not end with Portugal;
NEAR_BEST_PASSAGE = 0.85
# and they must not say what is said already (cosine of meaning; share of words).
SAME_MEANING = 0.92
SAME_WORDS = 0.8
_REMEMBERED_SENTENCES = 5_000

# A sentence that only points elsewhere ("See more on ...") answers nothing.
_POINTER = re.compile(
    r"(see|find out|read|click|learn|more information|available here|download|skip|back)\b"
    r".{0,100}$",
    re.IGNORECASE | re.DOTALL,
)
_POINTER_WORDS = 14
_POINTER_SHARE = 0.6
# A sentence that opens with one of these cannot be understood without the one before it.
_ANAPHOR = re.compile(
    r"(it|its|they|their|this|these|those|such|he|she|his|her|the former|the latter|moreover|"
    r"furthermore|in addition|however|therefore|thus|instead|nevertheless|in this context)\b",
    re.IGNORECASE,
)


_ITEM = re.compile(r"(?:[-–•*·▪◦]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s")


@dataclass(frozen=True, slots=True)
class _Sentence:
    candidate: Candidate
    order: int
    start: int
    end: int
    text: str
    terms: frozenset[str]
    coverage: float


class EvidenceSelector:
    """Chooses sentences; remembers the vectors of sentences it has seen.

    Attributes:
        embedder: Makes vectors of sentences.
    """

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self._vectors: OrderedDict[str, Matrix] = OrderedDict()

    def select(self, retrieved: Retrieved) -> list[Evidence]:
        """Return the sentences to quote.

        Args:
            retrieved: Passages, best first, with the question's terms and vector.

        Returns:
            At most MOST_SENTENCES, and the antecedents they need; the passage of the best one
            first, then by passage and by place in it.
        """
        sentences = _shortlist(retrieved)
        if not sentences:
            return []
        vectors = self._encode([_in_context(sentence) for sentence in sentences])
        similarities = np.clip(vectors @ retrieved.query_vector, 0.0, 1.0)
        scores = [
            _score(sentence, float(similarity))
            for sentence, similarity in zip(sentences, similarities, strict=True)
        ]
        chosen = _choose(sentences, vectors, scores)
        return _ordered(sentences, scores, chosen)

    def _encode(self, texts: Sequence[str]) -> Matrix:
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if missing:
            made = self.embedder.encode(missing, "passage")
            self._vectors.update(zip(missing, made, strict=True))
        vectors = np.stack([self._vectors[text] for text in texts])
        while len(self._vectors) > _REMEMBERED_SENTENCES:
            self._vectors.popitem(last=False)
        return vectors


def _shortlist(retrieved: Retrieved) -> list[_Sentence]:
    """Return the sentences worth embedding: of the best passages, the ones with the best words."""
    sentences: list[_Sentence] = []
    worth_reading = IN_REACH * retrieved.candidates[0].score if retrieved.candidates else 0.0
    for candidate in retrieved.candidates[:PASSAGES]:
        if candidate.score < worth_reading:
            break
        sentences += _sentences(candidate, retrieved.terms, len(sentences))
    likely = sorted(sentences, key=lambda s: -(s.coverage + s.candidate.score))[:SENTENCES]
    return sorted(likely, key=lambda sentence: sentence.order)


def _sentences(candidate: Candidate, terms: Terms, first: int) -> list[_Sentence]:
    passage, language = candidate.hit.passage, candidate.hit.document.metadata.language
    heading = terms.coverage(words_of(passage.context, language))
    sentences = []
    for number, (start, end) in enumerate(passage.sentences):
        text = passage.text[start - passage.start : end - passage.start]
        words = words_of(text, language)
        both = terms.coverage(words | words_of(passage.context, language))
        own = terms.coverage(words)
        # What only the heading says counts for less than what the sentence itself says.
        coverage = own + CONTEXT_SHARE * (both - own) if heading else own
        sentences.append(_Sentence(candidate, first + number, start, end, text, words, coverage))
    return sentences


def _in_context(sentence: _Sentence) -> str:
    context = sentence.candidate.hit.passage.context
    return f"{context}\n{sentence.text}" if context else sentence.text


def _score(sentence: _Sentence, similarity: float) -> float:
    score = (
        COVERAGE_WEIGHT * sentence.coverage
        + SIMILARITY_WEIGHT * similarity
        + PASSAGE_WEIGHT * sentence.candidate.score
    )
    short = len(sentence.text.split()) <= _POINTER_WORDS
    if short and _POINTER.match(sentence.text):
        score *= _POINTER_SHARE
    return score


def _choose(sentences: Sequence[_Sentence], vectors: Matrix, scores: Sequence[float]) -> list[int]:
    ranked = sorted(range(len(sentences)), key=lambda i: (-scores[i], sentences[i].order))
    best = ranked[0]
    chosen = [best]
    for i in ranked[1:]:
        if len(chosen) == MOST_SENTENCES or scores[i] < NEAR_BEST * scores[best]:
            break
        near = _is_near(sentences[i], scores[i], sentences[best], scores[best])
        if near and not any(_repeats(i, j, sentences, vectors) for j in chosen):
            chosen.append(i)
    return chosen


def _is_near(sentence: _Sentence, score: float, best: _Sentence, best_score: float) -> bool:
    if sentence.candidate is best.candidate:
        return True
    same_league = sentence.candidate.score >= NEAR_BEST_PASSAGE * best.candidate.score
    return same_league and score >= NEAR_BEST_ELSEWHERE * best_score


def _repeats(i: int, j: int, sentences: Sequence[_Sentence], vectors: Matrix) -> bool:
    if float(vectors[i] @ vectors[j]) > SAME_MEANING:
        return True
    shorter = min(len(sentences[i].terms), len(sentences[j].terms))
    shared = len(sentences[i].terms & sentences[j].terms)
    return shorter > 0 and shared / shorter > SAME_WORDS


def _ordered(
    sentences: Sequence[_Sentence], scores: Sequence[float], chosen: Sequence[int]
) -> list[Evidence]:
    """Return evidence with antecedents: the best one's passage first, then the others' in order."""
    first = sentences[chosen[0]].candidate.hit.passage.number
    spans: dict[tuple[int, int], Evidence] = {}
    for i in chosen:
        sentence = sentences[i]
        number = sentence.candidate.hit.passage.number
        for start, end in _complete(sentence):
            known = spans.get((number, start))
            if known is None or known.end < end:
                spans[number, start] = _evidence(sentence.candidate, start, end, scores[i])
    ranks = {sentences[i].candidate.hit.passage.number: sentences[i].order for i in chosen}
    return sorted(
        spans.values(),
        key=lambda e: (
            e.candidate.hit.passage.number != first,
            ranks[e.candidate.hit.passage.number],
            e.start,
        ),
    )


def _complete(sentence: _Sentence) -> list[tuple[int, int]]:
    """Return the spans that make a sentence understandable, each to be quoted by itself.

    A lead-in is quoted with the items that it announces, and an item with its lead-in and
    siblings, in one piece; "It …" brings the sentence before.
    """
    passage = sentence.candidate.hit.passage
    spans = passage.sentences
    texts = [passage.text[a - passage.start : b - passage.start] for a, b in spans]
    at = spans.index((sentence.start, sentence.end))
    first = at
    while first and _ITEM.match(texts[first]):
        first -= 1
    start, end = spans[at]
    if texts[first].endswith(":"):
        last = at
        while last + 1 < len(spans) and _ITEM.match(texts[last + 1]):
            last += 1
        start, end = spans[first][0], spans[last][1]
    else:
        first = at
    if first and _ANAPHOR.match(texts[first]):
        return [spans[first - 1], (start, end)]
    return [(start, end)]


def _evidence(candidate: Candidate, start: int, end: int, score: float) -> Evidence:
    passage = candidate.hit.passage
    quote = passage.text[start - passage.start : end - passage.start]
    return Evidence(candidate, start, end, quote, min(1.0, score))
