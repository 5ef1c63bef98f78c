"""What the command lines of both sides share: exit codes, one line an error, JSON."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence

import click
import msgspec

from index.errors import PolicyChatError

_INTERRUPTED = 128 + signal.SIGINT
_BROKEN_PIPE = 128 + signal.SIGPIPE  # what a shell reports for a command that a closed pipe ended


def write_json(value: object) -> str:
    """Return structs, or lists and dictionaries with them, as one line of JSON."""
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)


def run_command(
    command: click.Command, program: str, arguments: Sequence[str], given: object = None
) -> int:
    """Run a click command, whose own result is its exit code, or None for 0.

    Args:
        command: What to run.
        program: What its usage says before the arguments.
        arguments: Without the program's name.
        given: What `click.pass_obj` hands to it.

    Returns:
        0 if all is well, 1 after a known error, 130 if interrupted, 141 if its output is closed.

    Raises:
        SystemExit: 2 after wrong usage, 0 after `--help`.
    """
    try:
        try:
            # Not `command.main`, which ends the process on a closed pipe.
            with command.make_context(program, list(arguments), obj=given) as context:
                return command.invoke(context) or 0
        except click.exceptions.Exit as ended:
            raise SystemExit(ended.exit_code) from ended
        except click.ClickException as error:
            error.show()
            raise SystemExit(error.exit_code) from error
        except PolicyChatError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return _INTERRUPTED
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more as it ends: that must not fail too.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())
        return _BROKEN_PIPE
