"""`python -m benchmarks.replace --out FILE.json`: an index replaced under a process that asks.

One process asks, with one `Answerer` from beginning to end. Another one deletes the index and makes
it anew from other texts under the same names, puts an older copy back and goes on from there,
embeds everything with another model, and changes documents, at random moments. Passage numbers and
generations are the same again and again, with other texts behind them.

Every text holds a word of its own. An answer is wrong if it quotes what its moment does not hold,
or if what it finds first for such a word does not hold it. A refusal in one line is no answer.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.report import results as report
from chat.answer import Answerer
from chat.types import Answer, Question
from index.base import Catalog, ask_at_one_moment
from index.embedding.base import Matrix, TextKind
from index.embedding.hashing import HashingEmbedder
from index.errors import PolicyChatError
from index.local import LocalIndex
from index.settings import PROJECT_ROOT, Settings
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan

_SEED = 20_240_101
_FILES = 12
_STATES = 6
_PAUSE_SECONDS = 0.03
_WORD = re.compile(r"q\d+x\d+x\d+z")
_TOPICS = ("cluster", "harbour", "forest", "energy", "school", "railway")
ACTIONS = ("remake", "restore", "reembed", "change")


class OtherEmbedder:
    """The hashing embedder with its dimensions turned round: another model."""

    def __init__(self) -> None:
        self._inner = HashingEmbedder()

    @property
    def fingerprint(self) -> str:
        """Names it."""
        return f"{self._inner.fingerprint}-turned"

    def encode(self, texts: Sequence[str], kind: TextKind) -> Matrix:
        """Return float32, shape (len(texts), dimensions), unit L2 norm."""
        return np.ascontiguousarray(self._inner.encode(texts, kind)[:, ::-1])


def write_texts(folder: Path, state: int) -> None:
    """Write the documents of a state: the same names in each, another word of its own in each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(_FILES):
        topic = _TOPICS[(number + state) % len(_TOPICS)]
        paragraphs = [
            f"The {name_word(number, part, state)} {topic} programme pays {part + 2} agencies."
            for part in range(3)
        ]
        (folder / f"{number:02d}.md").write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")


def name_word(number: int, part: int, state: int) -> str:
    """Return the word that one paragraph of one state has alone."""
    return f"q{number}x{part}x{state}z"


def disturb(home: Path, seed: int) -> None:
    """Replace and change the index until this process is ended; says what it does, a line each."""
    generator = random.Random(seed)
    kept = home / "kept"
    embedders = (HashingEmbedder(), OtherEmbedder())
    while True:
        action = generator.choice(ACTIONS)
        print(action, flush=True)
        state = generator.randrange(_STATES)
        with contextlib.suppress(OSError):  # a file that the other process has just opened
            if action == "remake":
                shutil.rmtree(home / "index", ignore_errors=True)
                ingest(home, state)
            elif action == "restore" and kept.exists():
                shutil.rmtree(home / "index", ignore_errors=True)
                shutil.copytree(kept, home / "index")
                ingest(home, state)
            elif action == "reembed":
                for embedder in (embedders[1], embedders[0]):
                    with LocalIndex(Settings(home), embedder).writer(reembed=True):
                        pass
                    time.sleep(generator.uniform(0, 0.05))
            else:
                shutil.rmtree(kept, ignore_errors=True)
                shutil.copytree(home / "index", kept)
                ingest(home, state)
        time.sleep(generator.uniform(0, 0.1))


def ingest(home: Path, state: int) -> None:
    """Bring the index in step with the texts of a state."""
    write_texts(home / "texts", state)
    index = LocalIndex(Settings(home), HashingEmbedder())
    apply_plan(index, make_plan(index, [str(home / "texts")]))


class Asker:
    """Asks for random words, and looks at what it is told."""

    def __init__(self, home: Path, seed: int) -> None:
        self._answerer = Answerer(LocalIndex(Settings(home), HashingEmbedder()))
        self._generator = random.Random(seed)
        self.found: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.moments: set[str] = set()

    def ask(self) -> None:
        """Ask for the word of one paragraph, by search and then for an answer."""
        time.sleep(self._generator.uniform(0, _PAUSE_SECONDS))
        try:
            word = ask_at_one_moment(self._answerer.index, self._search)
            answer = self._answerer.answer(Question(f"What does the {word} programme pay?"))
        except PolicyChatError as error:
            self.refused[type(error).__name__] += 1
            if "\n" in str(error):
                self.wrong.append(f"a refusal of several lines: {error}")
            return
        self.found[answer.status] += 1
        self._check(answer, word)

    def _search(self, catalog: Catalog) -> str:
        """Search for a word that stands in one paragraph of this moment, and return it."""
        passages = {
            passage.id: passage
            for document in catalog.documents()
            for passage in catalog.passages_of(document.version)
        }
        self.moments.add(catalog.moment.key)
        # Time for another state to come between the reading and the search.
        time.sleep(self._generator.uniform(0, _PAUSE_SECONDS))
        texts = [passage.text for passage in passages.values()]
        word = str(_WORD.findall(self._generator.choice(texts or ["q0x0x0z"]))[0])
        hits = self._answerer.index.search(word, 3, catalog=catalog).hits
        for hit in hits:
            if passages.get(hit.passage.id) != hit.passage:
                self.wrong.append(f"{word}: {hit.passage.text!r} was not shown then")
        # Numbers that stand for other texts show in both rankings: what was found by the word must
        # hold it, and what is nearer in meaning must be nearer by the vectors of the catalog.
        for hit in hits:
            if hit.lexical_rank is not None and word not in hit.passage.text:
                self.wrong.append(f"{word}: {hit.passage.text!r} was found by this word")
        near = sorted((hit.dense_rank, hit.similarity) for hit in hits if hit.dense_rank)
        if any(one[1] < other[1] - 1e-5 for one, other in pairwise(near)):
            self.wrong.append(f"{word}: ranked by vectors of other texts: {near}")
        return word

    def _check(self, answer: Answer, word: str) -> None:
        if answer.citations and word in answer.unmatched:
            return  # another programme, and it is said that this one stands nowhere
        for citation in answer.citations[:1]:
            if word not in citation.quote:
                self.wrong.append(f"{word}: {citation.quote!r} was quoted first")


def run(out: Path, answers: int) -> dict[str, object]:
    """Ask until there are so many answers, and write what came of it."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        result = attack(Path(folder), answers)
    result |= {
        "command": f"python -m benchmarks.replace --answers {answers} --out {out.name}",
        "machine": report.describe_machine(),
    }
    report.write(out, result)
    return result


def attack(home: Path, answers: int) -> dict[str, object]:
    """Return what an asking process was told while another one replaced its index."""
    ingest(home, 0)
    asker = Asker(home, _SEED)
    command = [sys.executable, "-m", "benchmarks.replace", "--disturb", str(home)]
    log = home / "actions.txt"
    with (
        log.open("w", encoding="utf-8") as said,
        subprocess.Popen(command, cwd=PROJECT_ROOT, stdout=said) as other,
    ):
        try:
            while not log.stat().st_size and other.poll() is None:
                time.sleep(_PAUSE_SECONDS)  # it is still starting, and nothing is replaced yet
            while asker.found.total() < answers and other.poll() is None:
                asker.ask()
        finally:
            other.kill()
    done = Counter(log.read_text(encoding="utf-8").split())
    return {
        "answers": asker.found.total(),
        "wrong": len(asker.wrong),
        "examples": asker.wrong[:5],
        "by_status": dict(asker.found),
        "refused": dict(asker.refused),
        "states_seen": len(asker.moments),
        "actions": {action: done[action] for action in ACTIONS},
    }


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.replace", description="Replace an index under a process that asks."
    )
    parser.add_argument("--out", type=Path, help="JSON file to write")
    parser.add_argument("--answers", type=int, default=2_000)
    parser.add_argument("--disturb", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.disturb:
        disturb(options.disturb, _SEED)
    elif options.out is None:
        parser.error("--out is missing")
    else:
        report.run_or_exit(lambda: run(options.out, options.answers))


if __name__ == "__main__":
    main()
