"""`policy-chat app`: the app, from any folder, with the options that keep it on this machine."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from index.settings import PROJECT_ROOT, in_checkout

# Streamlit reads `.streamlit/config.toml` in the folder it is started in only. A wheel has it here.
_OPTIONS = Path(__file__).with_name("streamlit.toml")


def streamlit_command(port: int | None, more: tuple[str, ...] = ()) -> list[str]:
    """Return the command that starts the app: options as flags, whatever the folder.

    Args:
        port: Where to listen; None for Streamlit's own, 8501.
        more: Further options of Streamlit's, which count over ours.

    Returns:
        Program and arguments.
    """
    options = PROJECT_ROOT / ".streamlit" / "config.toml" if in_checkout() else _OPTIONS
    flags = list(_flags(tomllib.loads(options.read_text(encoding="utf-8"))))
    flags += [f"--server.port={port}"] if port else []
    page = str(PROJECT_ROOT / "streamlit_app.py")  # beside the packages, installed or not
    return [sys.executable, "-m", "streamlit", "run", page, *flags, *more]


def _flags(table: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flags(value, f"{prefix}{name}.")
        else:
            yield f"--{prefix}{name}={str(value).lower() if isinstance(value, bool) else value}"


@click.command(
    help="Open the app in the browser; further options are Streamlit's, such as --server.headless.",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.option("--port", type=click.IntRange(1, 65_535), help="where to listen (8501)")
@click.argument("more", nargs=-1, type=click.UNPROCESSED, metavar="")
def app(port: int | None, more: tuple[str, ...]) -> None:
    """Become Streamlit: Ctrl-C ends it as it would by itself."""
    command = streamlit_command(port, more)
    os.execv(command[0], command)
