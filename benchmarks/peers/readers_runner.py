"""Other readers, run in their own environment: imports nothing of ours.

`python readers_runner.py READER < PATHS`: a line says that the reader is ready; then a path a line
in, a JSON line out with `text`, or with `error` where it fails or needs more than two minutes.
"""

from __future__ import annotations

import json
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path

_SECONDS = 120
Read = Callable[[str], str]


def pymupdf4llm() -> Read:
    """Return PyMuPDF's reader for language models."""
    import pymupdf4llm

    return lambda path: str(pymupdf4llm.to_markdown(path))


def markitdown() -> Read:
    """Return Microsoft's converter, without plugins."""
    from markitdown import MarkItDown

    converter = MarkItDown(enable_plugins=False)
    return lambda path: str(converter.convert(path).text_content)


def trafilatura() -> Read:
    """Return trafilatura as its documentation sets it up."""
    from trafilatura import extract

    return lambda path: str(extract(Path(path).read_bytes()) or "")


def kreuzberg() -> Read:
    """Return kreuzberg with its defaults."""
    from kreuzberg import extract_file_sync

    return lambda path: str(extract_file_sync(path).content)


READERS = {
    "pymupdf4llm": pymupdf4llm,
    "markitdown": markitdown,
    "trafilatura": trafilatura,
    "kreuzberg": kreuzberg,
}


def _stop(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"more than {_SECONDS} s")


def main(reader: str) -> None:
    """Read every file that is named on standard input."""
    logging.disable()
    answers, sys.stdout = sys.stdout, sys.stderr  # a reader may print what it likes
    read = READERS[reader]()
    signal.signal(signal.SIGALRM, _stop)
    print(json.dumps({"ready": reader}), file=answers, flush=True)
    for line in sys.stdin:
        path = line.rstrip("\n")
        signal.alarm(_SECONDS)
        try:
            told = {"path": path, "text": read(path)}
        except Exception as error:  # noqa: BLE001 - whatever a reader makes of a file is its result
            told = {"path": path, "error": f"{type(error).__name__}: {error}"[:200]}
        finally:
            signal.alarm(0)
        print(json.dumps(told), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
