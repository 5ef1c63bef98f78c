"""`python -m benchmarks.table DIR`: the results in a folder as Markdown tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_RETRIEVAL = ("ndcg@10", "recall@10", "mrr@10")
_ANSWERS = (
    "verbatim quote_overlap@1 quote_overlap@3 answer_in_sentence@1 answer_in_quote@1 "
    "answer_in_quote@3 auroc refused_answerable refused_unanswerable"
).split()
_BOXES = ("files", "read", "crashed", "pages", "quotes", "matched", "pages_per_s")
_TIMES = ("p50_ms", "p95_ms")
Result = dict[str, object]


def make_tables(folder: Path) -> str:
    """Return the tables; each value has its 95 % interval, `–` stands where nothing is eligible."""
    parts = [
        "# Results\n",
        "Written by `python -m benchmarks.table`; what the numbers mean is in `../README.md`. "
        "Brackets hold bootstrap 95 % intervals.\n",
    ]
    for title, kind, names in (
        ("Retrieval", "retrieval", (*_RETRIEVAL, *_TIMES)),
        ("Answers", "answers", (*_ANSWERS, *_TIMES)),
    ):
        results = _load(folder, kind)
        if results:
            rows = [[name, *_format_cells(result, names)] for name, result in results.items()]
            parts += [f"## {title}\n", _format_table(["set", "questions", *names], rows)]
            if kind == "answers":
                parts.append(_tabulate_supports(results))
            parts.append(_list_machines(results))
    for name, result in _load(folder, "speed").items():
        parts += [f"## Speed: {name}\n", _tabulate_speed(result), _list_machines({name: result})]
        parts.append(f"![{name}]({name}.speed.png)\n")
    for name, result in _load(folder, "ablate").items():
        parts += [
            f"## Ablations: {name}\n",
            _tabulate_ablations(result),
            _list_machines({name: result}),
        ]
    if boxes := _load(folder, "boxes"):
        rows = [[name, *(_show(result[key]) for key in _BOXES)] for name, result in boxes.items()]
        parts += ["## Boxes\n", _format_table(["set", *_BOXES], rows), _list_machines(boxes)]
    for name, result in _load(folder, "peers").items():
        parts += [
            f"## Beside peers: {name}\n",
            _tabulate_peers(result),
            _list_machines({name: result}),
        ]
    return "\n".join(parts)


def _load(folder: Path, kind: str) -> dict[str, Result]:
    suffix = f".{kind}.json"
    return {
        path.name.removesuffix(suffix): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob(f"*{suffix}"))
    }


def _format_cells(result: Result, names: Sequence[str]) -> list[str]:
    intervals = result.get("intervals")
    known = intervals if isinstance(intervals, dict) else {}
    return [_show(result["queries"]), *(_show(result.get(n), known.get(n)) for n in names)]


def _show(value: object, interval: object = None) -> str:
    if value is None:
        return "–"
    text = f"{value:.3f}" if isinstance(value, float) and value <= 1 else f"{value:g}"
    if isinstance(interval, list | tuple) and interval[0] != interval[1]:
        text += f" [{interval[0]:.3f}, {interval[1]:.3f}]"
    return text


def _tabulate_peers(result: Result) -> str:
    tools = result["tools"]
    assert isinstance(tools, dict)
    names = ("ndcg@10", "p50_ms", "passages_per_s")
    rows = [
        [tool, _show(n["ndcg@10"], n["interval"]), _show(n["p50_ms"]), _show(n[names[2]])]
        for tool, n in tools.items()
    ]
    return _format_table(["tool", *names], rows)


def _tabulate_speed(result: Result) -> str:
    sizes = result["sizes"]
    assert isinstance(sizes, list)
    names = ("passages_per_s", "pages_per_s", "one_change_s", "peak_mb")
    header = ["passages", "documents", "embedder", *names, "idle p50 / p95 ms", "while indexing"]
    rows = [
        [f"{size['passages']:,}", f"{size['documents']:,}", size["embedder"].split("@")[0]]
        + [_show(size[name]) for name in names]
        + [f"{size[k]['p50_ms']} / {size[k]['p95_ms']}" for k in ("idle", "while_ingesting")]
        for size in sizes
    ]
    stages = [
        [f"{size['passages']:,}", *(f"{rate:,.0f}" for rate in size["stages"].values())]
        for size in sizes
    ]
    by_stage = _format_table(["passages/s by stage", *sizes[0]["stages"]], stages)
    return f"{_format_table(header, rows)}\n{by_stage}"


def _tabulate_supports(results: Mapping[str, Result]) -> str:
    """Return how often a question called so has an answer, where a set has both kinds."""
    rows = []
    for name, result in results.items():
        counts = result.get("by_support")
        if result.get("auroc") is not None and isinstance(counts, dict):
            shares = [
                f"{c['answerable']} of {c['questions']}" if c["questions"] else "–"
                for c in (counts[support] for support in ("strong", "fair", "weak"))
            ]
            rows.append([name, *shares])
    header = ["have an answer, of those called", "strong", "fair", "weak"]
    return _format_table(header, rows) if rows else ""


def _tabulate_ablations(result: Result) -> str:
    rows = []
    for kind in ("orders", "indexes"):
        variants = result[kind]
        assert isinstance(variants, dict)
        if len(variants) > 1:
            for name, n in variants.items():
                values = [_show(n["first_half"]), _show(n["second_half"])]
                rows.append([name, *values, _show(n["difference"], n["interval"])])
    return _format_table(["variant", "first half", "second half", "difference there"], rows)


def _list_machines(results: Mapping[str, Result]) -> str:
    lines = []
    for result in results.values():
        machine = result["machine"]
        assert isinstance(machine, dict)
        number = "bfloat16" if machine["bfloat16"] else "float32"
        lines.append(
            f"- `{result['command']}`: {machine['cpu']}, {machine['cores']} cores, {number}, "
            f"load {machine['load_1_min']}, {machine['commit']}, {machine['date']}"
            + (f". {result['note']}" if "note" in result else "")
        )
    return "\n".join(lines) + "\n"


def _format_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    print(make_tables(Path(sys.argv[1])))
