"""`python -m benchmarks.peers`: the same passages and weights, searched by others' tools.

The peers get our passages with their contexts, so that what differs is how they are searched, and
each runs in a process of its own, one after the other, on the same machine as we do.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import measures
from benchmarks.report import results as report
from benchmarks.retrieval import WARM, rank_documents
from benchmarks.sets.corpus_index import CorpusIndex, open_corpus
from benchmarks.sets.data import Query, load
from benchmarks.sets.options import Options, choose_questions, parse_options
from chat.answer import make_answerer
from chat.question import followup
from chat.types import Question
from index.errors import PolicyChatError
from index.settings import PROJECT_ROOT

ENVIRONMENT = PROJECT_ROOT / "build" / "peers"
RUNNER = Path(__file__).parent / "runner.py"
PEERS = ("langchain-faiss", "llama-index-faiss", "txtai-dense", "txtai-hybrid")


class PeerFailed(PolicyChatError):
    """A peer could not be run."""


def run(options: Options) -> dict[str, object]:
    """Measure the product and its peers and write one result."""
    if unknown := set(options.peer) - set(PEERS):
        raise PeerFailed(f"no peer {unknown.pop()!r}; there are {', '.join(PEERS)}")
    questions = load(options.data)
    # Only what can be scored: each tool is asked everything.
    pairs = choose_questions(questions, options)
    chosen = [(query, asks) for query, asks in pairs if query.id in questions.qrels]
    qrels = {query.id: questions.qrels[query.id] for query, _ in chosen}
    with open_corpus(questions, options.cache) as corpus, tempfile.TemporaryDirectory() as folder:
        found = {"policy-chat": _measure_ours(corpus, chosen)}
        texts = {query.id: followup.resolve(q.text, q.history) for query, q in chosen}
        _hand_over(Path(folder), corpus, texts)
        for peer in options.peer or PEERS:
            found[peer] = measure_peer(peer, Path(folder))
        passages, rate = corpus.built.passages, corpus.built.passages_per_s
    tools = {}
    for name, (rankings, milliseconds, passages_per_s) in found.items():
        values = list(measures.score_rankings(rankings, qrels)["ndcg@10"].values())
        tools[name] = {
            "ndcg@10": measures.mean(values),
            "interval": measures.mean_interval(values),
            "p50_ms": measures.percentile(milliseconds, 50),
            "passages_per_s": rate if name == "policy-chat" else passages_per_s,
        }
    result: dict[str, object] = {
        "data": questions.name,
        "tools": tools,
        "queries": len(qrels),
        "passages": passages,
        "peer_versions": _read_versions(),
        **report.describe_run("peers", options),
    }
    report.write(options.out, result)
    for name, numbers in tools.items():
        print(name, numbers)
    return result


_Measured = tuple[dict[str, list[str]], list[float], float | None]


def _measure_ours(corpus: CorpusIndex, chosen: Sequence[tuple[Query, Question]]) -> _Measured:
    rankings: dict[str, list[str]] = {}
    milliseconds = []
    answerer = make_answerer(corpus.index)
    for number, (query, question) in enumerate([*chosen[:WARM], *chosen]):
        began = time.perf_counter()
        retrieved = answerer.retrieve(question)
        if number >= WARM:
            milliseconds.append((time.perf_counter() - began) * 1000)
        rankings[query.id] = rank_documents(corpus, retrieved.candidates)
    return rankings, milliseconds, None


def _hand_over(folder: Path, corpus: CorpusIndex, questions: dict[str, str]) -> None:
    with (
        corpus.index.snapshot() as catalog,
        (folder / "passages.jsonl").open("w", encoding="utf-8") as file,
    ):
        for record, version in corpus.version_of.items():
            for passage in catalog.passages_of(version):
                file.write(json.dumps({"record": record, "text": passage.embedded}) + "\n")
    lines = [json.dumps({"id": name, "text": text}) for name, text in questions.items()]
    (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")


def measure_peer(peer: str, folder: Path) -> _Measured:
    """Return what a peer finds in the passages and questions of a folder."""
    out = folder / f"{peer}.json"
    given = [folder / "passages.jsonl", folder / "questions.jsonl", out]
    done = subprocess.run(
        [_find_python(), RUNNER, peer, *given], capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise PeerFailed(f"{peer}: {lines[-1]}; `make bench-peers` installs what it needs")
    result = json.loads(out.read_text(encoding="utf-8"))
    return result["rankings"], result["milliseconds"], result["passages_per_s"]


def _find_python() -> Path:
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        raise PeerFailed(f"{python}: not there; `make bench-peers` makes the peers' environment")
    return python


def _read_versions() -> dict[str, str]:
    names = ("langchain-community", "llama-index-core", "txtai", "sentence-transformers", "torch")
    program = (
        "import importlib.metadata as m, json;"
        f"print(json.dumps({{n: m.version(n) for n in {names!r}}}))"
    )
    command = [str(_find_python()), "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    versions: dict[str, str] = json.loads(done.stdout)
    return versions


if __name__ == "__main__":
    report.run_or_exit(lambda: run(parse_options("Measure the product beside its peers.")))
