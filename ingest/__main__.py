"""`python -m ingest`: keep the index in step with its sources."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import NoReturn

from tqdm import tqdm

from index.embedding.transformer import SentenceTransformerEmbedder
from index.errors import PolicyChatError
from index.local import LocalIndex
from index.settings import load_settings
from index.types import Document, Failure
from ingest.cli.arguments import add_source_arguments, listed_file
from ingest.cli.version_commands import list_versions, prune_versions, show_diff
from ingest.cli.watch import watch
from ingest.pipeline import apply
from ingest.planning.plan import ORDER, Plan, make_plan
from ingest.planning.web import checked
from ingest.report import Progress, Report
from ingest.upkeep.duplicates import all_near_duplicates
from ingest.upkeep.health import check
from ingest.upkeep.removal import remove

_COMMANDS = "watch, status, doctor, remove DOC, versions DOC, diff DOC, prune"
_VERSION_COMMANDS = {"versions": list_versions, "diff": show_diff, "prune": prune_versions}
_MOST_NOTES = 20
_DESCRIPTION = """LocalIndex documents and keep the index in step with them.

  python -m ingest [PATH ...]     files, folders, web addresses; without one: corpus/, the uploads
                                  and the web addresses that were given before
  python -m ingest watch          keep doing so while things change
  python -m ingest status         what is indexed, and what was refused
  python -m ingest doctor         check the index; exit code 1 if anything is wrong
  python -m ingest remove DOC     take one document out
  python -m ingest versions DOC   the texts that a document has had
  python -m ingest diff DOC       what changed between two of them
  python -m ingest prune --older-than 90d   forget old ones
"""


def open_index() -> LocalIndex:
    """Return the index of this process's settings; the model is not loaded yet.

    Returns:
        A reader; its `writer` makes the folder.

    Raises:
        SettingsError: settings.toml cannot be used.
    """
    settings = load_settings()
    return LocalIndex(settings, SentenceTransformerEmbedder(settings.embedder))


def main(arguments: Sequence[str], index: Callable[[], LocalIndex] = open_index) -> int:
    """Run one command.

    Args:
        arguments: Without the program's name.
        index: Opens the index once the arguments are known to be right.

    Returns:
        The exit code: 0 if all is well, 1 after a known error, 130 if stopped, 141 if nobody
        reads what it prints.
    """
    try:
        code = _run(arguments, index)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever read has gone (`| head`). Python flushes once more at its end, to nowhere then.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())
        return 128 + signal.SIGPIPE


def _run(arguments: Sequence[str], index: Callable[[], LocalIndex]) -> int:
    try:
        if arguments and arguments[0] == "watch":
            return watch(arguments[1:], index)
        if arguments and arguments[0] in ("status", "doctor", "remove"):
            return _command(arguments[0], arguments[1:], index)
        if arguments and arguments[0] in _VERSION_COMMANDS:
            return _VERSION_COMMANDS[arguments[0]](arguments[1:], index)
        return _ingest(arguments, index)
    except PolicyChatError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; what was committed stands, run it again to go on", file=sys.stderr)
        return 130


def _ingest(arguments: Sequence[str], open_index: Callable[[], LocalIndex]) -> int:
    parser = argparse.ArgumentParser(
        "python -m ingest",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"A folder that is called like a command ({_COMMANDS}): write ./status",
    )
    add_source_arguments(parser)
    parser.add_argument("--dry-run", action="store_true", help="print the plan, change nothing")
    parser.add_argument(
        "--prune", action="store_true", help="remove vanished files, inside the paths given only"
    )
    parser.add_argument(
        "--reembed", action="store_true", help="replace the vectors of another embedder"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    index = open_index()
    listed = listed_file(parser, options, index.settings)
    if not options.dry_run:
        index.bring_up_to_date()
    plan = make_plan(index, options.paths, options.prune, listed)
    if options.dry_run:
        print(_plan_json(plan) if options.json else _plan_text(plan))
        return 0
    with checked(index, plan, _asked) as plan:
        if not options.json:
            print(plan.summary(), file=sys.stderr)
        with _bar(plan) as bar:
            report = apply(index, plan, _teller(bar), options.reembed)
    print(_report_json(report, plan) if options.json else _report_text(report, index))
    for trouble in report.failures:
        print(f"error: {trouble.id}: {trouble.reason}", file=sys.stderr)
    return 1 if report.failures else 0


def _command(name: str, arguments: Sequence[str], open_index: Callable[[], LocalIndex]) -> int:
    parser = argparse.ArgumentParser(f"python -m ingest {name}")
    if name == "remove":
        parser.add_argument("document", metavar="DOC", help="id, path in its root, or file name")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    index = open_index()
    if name == "remove":
        removed = remove(index, options.document)
        print(json.dumps({"removed": removed}) if options.json else f"removed {removed}")
        return 0
    if name == "status":
        _status(index, options.json)
        return 0
    problems = check(index)
    notes = [str(pair) for pair in all_near_duplicates(index)]
    if options.json:
        print(json.dumps({"problems": problems, "notes": notes}, ensure_ascii=False))
    else:
        print("\n".join([_list(problems), *_shortened(notes)]))
    return 1 if problems else 0


def _status(index: LocalIndex, as_json: bool) -> None:
    manifest, documents, failures = index.manifest(), index.documents(), index.failures()
    if as_json:
        values = {
            "documents": [_document_json(document) for document in documents],
            "failures": [_failure_json(failure) for failure in failures],
            "passages": manifest.passages,
            "embedder": manifest.fingerprint or None,
            "generation": manifest.generation,
        }
        print(json.dumps(values, ensure_ascii=False))
        return
    for document in documents:
        print(f"{document.passages:6,} passages  {document.id}  “{document.title}”")
    for failure in failures:
        print(f"       refused   {failure.id}: {failure.reason}")
    embedder = manifest.fingerprint or "none yet"
    print(f"{manifest.documents:,} documents, {manifest.passages:,} passages, embedder {embedder}")


def _bar(plan: Plan) -> tqdm[NoReturn]:
    todo = plan.of("add", "change")
    return tqdm(
        total=sum(max(1, s.candidate.size_bytes) for s in todo if s.candidate),
        unit="B",
        unit_scale=True,
        disable=not todo or not sys.stderr.isatty(),
        bar_format="{percentage:3.0f}%|{bar}| {desc}[{elapsed}<{remaining}]",
    )


def _asked(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"asking web servers: {done} of {total}\033[K", end="\r", file=sys.stderr, flush=True)


def _teller(bar: tqdm[NoReturn]) -> Callable[[Progress], None]:
    def tell(progress: Progress) -> None:
        bar.set_description_str(f"{progress.told()} ", refresh=False)
        bar.update(progress.source_bytes - bar.n)

    return tell


def _plan_text(plan: Plan) -> str:
    labels = {"add": "new", "change": "changed", "remove": "removed", "move": "moved"}
    steps = sorted(plan.of(*ORDER[:7]), key=lambda step: (ORDER.index(step.action), step.id))
    lines = [f"{labels.get(s.action, s.action):8} {s.id} ({s.reason})" for s in steps]
    return "\n".join([plan.summary(), *lines])


def _plan_json(plan: Plan) -> str:
    steps = [
        {"action": s.action, "document": s.id, "reason": s.reason}
        | ({"moved_from": s.moved_from} if s.moved_from else {})
        for s in plan.steps
    ]
    return json.dumps({"plan": steps, "summary": plan.summary()}, ensure_ascii=False)


def _report_text(report: Report, index: LocalIndex) -> str:
    manifest = index.manifest()
    holds = f"the index holds {manifest.documents:,} documents, {manifest.passages:,} passages"
    return "\n".join([f"{report.summary()}; {holds}", *_shortened(report.notes())])


def _shortened(notes: Sequence[str]) -> list[str]:
    more = [f"and {len(notes) - _MOST_NOTES:,} more such notes; --json lists them"]
    return [*notes[:_MOST_NOTES], *more * (len(notes) > _MOST_NOTES)]


def _report_json(report: Report, plan: Plan) -> str:
    values = {
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "missing": report.missing,
        "moved": [{"from": before, "to": now} for before, now in report.moved],
        "unchanged": report.unchanged,
        "refused_before": report.refused,
        "failures": [_failure_json(failure) for failure in report.failures],
        "incomplete": [{"id": document, "note": note} for document, note in report.incomplete],
        "near_duplicates": [asdict(pair) for pair in report.near_duplicates],
        "passages": report.passages,
        "pages": report.pages,
        "seconds": round(report.seconds, 3),
        "stage_seconds": {name: round(s, 3) for name, s in report.stage_seconds.items()},
        "summary": plan.summary(),
    }
    return json.dumps(values, ensure_ascii=False)


def _document_json(document: Document) -> dict[str, object]:
    return {
        "document": document.source.path,
        "id": document.id,
        "title": document.title,
        "version": document.version,
        "passages": document.passages,
        "size_bytes": document.source.size_bytes,
        "indexed_at": document.indexed_at,
        "reader": document.source.reader,
    }


def _failure_json(failure: Failure) -> dict[str, object]:
    return {"id": failure.id, "reason": failure.reason, "seen_at": failure.seen_at}


def _list(problems: Sequence[str]) -> str:
    return "\n".join(problems) if problems else "nothing is wrong"


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main(sys.argv[1:]))
