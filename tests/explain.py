"""`python -m tests.explain` writes docs/explain.md: ten questions on the five pages, explained."""

from __future__ import annotations

import tempfile
from pathlib import Path

from chat.answer import Answerer, make_answerer
from chat.cli.text import format_answer, format_explanation
from chat.types import Question, Turn
from index.embedding.transformer import SentenceTransformerEmbedder
from index.local import LocalIndex
from index.settings import CORPUS, EmbedderSettings, Settings
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan

PAGE = Path(__file__).parents[1] / "docs" / "explain.md"
NORWAY = "What is the cluster policy of Norway?"
# What each shows, the question, and the questions before it. Of these a computer that rounds
# otherwise (bfloat16, float32) changes no word, only the last digit of some scores.
QUESTIONS = [
    ("A date", "When was Cluster House founded?", ()),
    ("A name", "Who co-finances Polish cluster policy?", ()),
    ("A number", "How many initiatives exist in Kosovo?", ()),
    ("Sources that differ", "What share of EU employment do clusters account for?", ()),
    ("A definition", "What are Euroclusters?", ()),
    ("A broad question", NORWAY, ()),
    ("A follow-up", "And the Netherlands?", (NORWAY,)),
    ("A list", "What are the tasks of the European Cluster Alliance?", ()),
    ("A name that no page has", "What is the cluster policy of Croatia?", ()),
    ("Something near that no page says", "Who is the head of PARP?", ()),
]
INTRODUCTION = """\
# How an answer was found

`python -m chat --explain "question"` prints the answer and then, step by step, what was looked at,
what was kept, what was left out and why. The app shows the same under each answer; `--json` has it
as a key of its own ([json.md](json.md)). A step that had nothing to do is left out. What the steps
are in the code is in [ARCHITECTURE.md](../ARCHITECTURE.md#the-way-of-a-question).

| step | what it does |
|---|---|
| Complete | completes a follow-up question from the conversation |
| Search | finds passages of the documents, by meaning and by words |
| Read | has a small model on this machine read the first of them beside the question |
| Rerank | scores the passages once more, if `settings.toml` names a model for it |
| Choose | chooses what could be quoted: whole sentences, up to three quotations |
| Judge | decides whether that is an answer; if not, the answer is "not found" |
| Compare | looks for other documents that give another figure |
| Frame | gives lists whole or with their lead-in, rows of tables with their heads |
| Write | puts the quotations together |
| Verify | compares each of them with the stored text of its document |

Below are ten questions on the five pages of `corpus/`, as they are printed. This page is written by
`make explain`, and a test compares it with what the program prints.
"""


def write_page(answerer: Answerer) -> str:
    """Return the page as the answerer explains the questions today."""
    return "\n".join([INTRODUCTION, *(_write_section(answerer, *one) for one in QUESTIONS)])


def _write_section(answerer: Answerer, title: str, question: str, before: tuple[str, ...]) -> str:
    history = [
        turn
        for asked in before
        for turn in (
            Turn("user", asked),
            Turn("assistant", answerer.answer(Question(asked)).text or ""),
        )
    ]
    reply = answerer.reply(Question(question, tuple(history)))
    after = f"Asked after “{before[-1]}”:\n\n" if before else ""
    printed = f"{format_answer(reply.answer)}\n\n{format_explanation(reply.explain())}"
    return f"## {title}: {question}\n\n{after}```text\n{printed}\n```\n"


def main() -> None:
    """Index the five pages in a folder that is thrown away, ask, and write the page."""
    with tempfile.TemporaryDirectory() as home:
        index = LocalIndex(Settings(Path(home)), SentenceTransformerEmbedder(EmbedderSettings()))
        apply_plan(index, make_plan(index, [str(CORPUS)]))
        PAGE.write_text(write_page(make_answerer(index)), encoding="utf-8")


if __name__ == "__main__":
    main()
