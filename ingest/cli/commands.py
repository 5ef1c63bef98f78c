"""The commands of `python -m ingest` and `policy-ingest`."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import chain

import click

from index.base import Index
from index.command_line import run_command, write_json
from ingest.cli import objects, options
from ingest.cli.text import (
    ProgressBar,
    format_diff,
    format_plan,
    format_pruned,
    format_removed,
    format_report,
    format_status,
    format_versions,
    shorten,
    show_asked,
)
from ingest.cli.watch import watch
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan
from ingest.planning.web import fetch_all
from ingest.run import open_index
from ingest.upkeep.duplicates import list_near_duplicates
from ingest.upkeep.health import check_health
from ingest.upkeep.look import look_at_samples
from ingest.upkeep.notes import list_differing, list_left_out
from ingest.upkeep.removal import remove_document, restore_document
from ingest.upkeep.versions import diff_versions, list_versions, parse_age
from ingest.upkeep.versions import prune_versions as prune_texts

OpenIndex = Callable[[], Index]
_PROGRAM = "python -m ingest"
_HELP = """Index documents and keep the index in step with them.

\b
python -m ingest [PATH ...]     files, folders, web addresses; without one: corpus/, the uploads
                                and the web addresses that were given before
python -m ingest watch          keep doing so while things change
python -m ingest status         what is indexed, and what was refused
python -m ingest doctor         check the index; exit code 1 if anything is wrong
python -m ingest remove DOC     take one document out
python -m ingest restore DOC    undo that
python -m ingest versions DOC   the texts that a document has had
python -m ingest diff DOC       what changed between two of them
python -m ingest prune --older-than 90d   forget old ones
"""
_EPILOG = (
    "A folder that is called like a command (watch, status, doctor, remove DOC, restore DOC, "
    "versions DOC, diff DOC, prune): write ./status. DOC is an id, a path in its root, or a file "
    "name."
)


@click.command(help=_HELP, epilog=_EPILOG)
@options.sources
@click.option("--dry-run", is_flag=True, help="print the plan, change nothing")
@click.option("--prune", is_flag=True, help="remove vanished files, inside the paths given only")
@click.option("--reembed", is_flag=True, help="replace the vectors of another embedder")
@options.as_json
@click.pass_obj
def update(
    open_index: OpenIndex,
    paths: tuple[str, ...],
    listed: str | None,
    dry_run: bool,
    prune: bool,
    reembed: bool,
    as_json: bool,
) -> int:
    """Plan, fetch and apply; progress goes to standard error."""
    index = open_index()
    source_list = options.find_list(listed, paths, index.settings)
    if not dry_run and (line := index.bring_up_to_date()):
        print(line, file=sys.stderr)
    plan = make_plan(index, paths, prune, source_list)
    if dry_run:
        print(write_json(objects.plan_object(plan)) if as_json else format_plan(plan))
        return 0
    with fetch_all(index, plan, show_asked) as plan:
        if not as_json:
            print(plan.summary(), file=sys.stderr)
        with ProgressBar(plan) as bar:
            report = apply_plan(index, plan, bar.show, reembed)
    if as_json:
        print(write_json(objects.report_object(report, plan)))
    else:
        print(format_report(report, index.manifest()))
    for trouble in report.failures:
        print(f"error: {trouble.id}: {trouble.reason}", file=sys.stderr)
    return 1 if report.failures else 0


@click.command(help="List what is indexed, and what was refused with the reason.")
@click.option("--removed", is_flag=True, help="list what was removed and can be restored instead")
@options.as_json
@click.pass_obj
def status(open_index: OpenIndex, removed: bool, as_json: bool) -> None:
    """Print documents, failures and totals."""
    with open_index().snapshot() as catalog:
        if removed:
            gone = catalog.list_removed()
            print(write_json(objects.removed_object(gone)) if as_json else format_removed(gone))
            return
        held = catalog.manifest(), catalog.documents(), catalog.failures()
    print(write_json(objects.status_object(*held)) if as_json else format_status(*held))


@click.command(help="Check the index; each problem comes with the command that solves it.")
@click.option("--look", is_flag=True, help="read quotations of PDFs from the pictures of pages")
@options.as_json
@click.pass_obj
def doctor(open_index: OpenIndex, look: bool, as_json: bool) -> int:
    """Print problems, and what is worth knowing beside them; 1 if there is a problem."""
    index = open_index()
    problems = check_health(index)
    sections = [
        list_differing(index),
        list_left_out(index),
        [str(pair) for pair in list_near_duplicates(index)],
    ]
    looked = look_at_samples(index) if look else None
    if as_json:
        found = {"look": looked.as_object()} if looked else {}
        print(write_json({"problems": problems, "notes": list(chain(*sections))} | found))
    else:
        notes = chain(*map(shorten, sections), looked.write_lines() if looked else [])
        print("\n".join([*(problems or ["nothing is wrong"]), *notes]))
    return 1 if problems else 0


@click.command(help="Take one document, or web address, out so that it stays out.")
@options.document
@click.option("--forget", is_flag=True, help="forget its texts, too, at once: no way back")
@options.as_json
@click.pass_obj
def remove(open_index: OpenIndex, document: str, forget: bool, as_json: bool) -> None:
    """Remove and say what, and whether there is a way back."""
    removed = remove_document(open_index(), document, forget)
    if as_json:
        print(write_json({"removed": removed} | ({"forgotten": True} if forget else {})))
    elif forget:
        print(f"removed {removed} and forgot its texts; citations of them do not open any more")
    else:
        print(f"removed {removed}")
        undo = f"`python -m ingest restore {shlex.quote(removed)}`"
        print(f"its texts are kept for old citations; {undo} brings it back", file=sys.stderr)


@click.command(help="Undo the removal of a document, until it is pruned.")
@options.document
@options.as_json
@click.pass_obj
def restore(open_index: OpenIndex, document: str, as_json: bool) -> None:
    """Restore and say what."""
    restored = restore_document(open_index(), document)
    print(write_json({"restored": restored}) if as_json else f"restored {restored}")


@click.command(help="List the texts that a document has had, the newest first.")
@options.document
@options.as_json
@click.pass_obj
def versions(open_index: OpenIndex, document: str, as_json: bool) -> None:
    """Print versions with their times."""
    known = list_versions(open_index(), document)
    if as_json:
        print(write_json(objects.versions_object(known)))
    else:
        print(format_versions(known))


@click.command(help="Show what changed between two versions of a document, by sentence.")
@options.document
@click.option("--from", "old", metavar="VERSION", help="or how it begins (the one before)")
@click.option("--to", "new", metavar="VERSION", help="or how it begins (the newest)")
@options.as_json
@click.pass_obj
def diff(
    open_index: OpenIndex, document: str, old: str | None, new: str | None, as_json: bool
) -> None:
    """Print a unified diff of sentences."""
    lines = diff_versions(open_index(), document, old, new)
    print(write_json({"diff": lines}) if as_json else format_diff(lines))


class _Age(click.ParamType[timedelta]):
    name = "AGE"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        try:
            return parse_age(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command(help="Forget texts that no document has shown for long; citations of them too.")
@click.option(
    "--older-than", type=_Age(), required=True, metavar="AGE",
    help="how long ago they were shown last: 90d, 12w, 6m or 2y",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="only say what would go")
@options.as_json
@click.pass_obj
def prune(open_index: OpenIndex, older_than: timedelta, dry_run: bool, as_json: bool) -> None:
    """Prune and say what that means for citations."""
    pruned = prune_texts(open_index(), older_than, dry_run)
    if as_json:
        print(write_json(objects.pruned_object(pruned, dry_run)))
    else:
        print(format_pruned(pruned, dry_run))


_COMMANDS = {
    command.name: command
    for command in (watch, status, doctor, remove, restore, versions, diff, prune)
}


def main(arguments: Sequence[str] | None = None, open_index: OpenIndex = open_index) -> int:
    """Run one command: see `run_command`.

    Args:
        arguments: Without the program's name; those of this process if None.
        open_index: Called once the arguments are known to be right.

    Returns:
        The exit code.
    """
    if arguments is None:
        arguments = sys.argv[1:]
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    command = _COMMANDS.get(arguments[0]) if arguments else None
    if command is None:
        code = run_command(update, _PROGRAM, arguments, open_index)
    else:
        code = run_command(command, f"{_PROGRAM} {command.name}", arguments[1:], open_index)
    if code == 128 + signal.SIGINT:
        print("stopped; what was committed stands, run it again to go on", file=sys.stderr)
    return code
