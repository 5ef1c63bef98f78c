"""Which files of a folder are left out: patterns as in .gitignore."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from ingest.errors import SourceListRefused, SourceUnreadable
from ingest.sources.opening import read_whole

IGNORE_FILE = ".policyignore"


@dataclass(frozen=True, slots=True)
class Patterns:
    """What is left out below a folder.

    Attributes:
        folder: What the patterns are relative to.
        origin: Where they are written, for reasons.
        ignore: What is left out.
        include: What is not left out; None is everything.
    """

    folder: Path
    origin: str
    ignore: GitIgnoreSpec
    include: GitIgnoreSpec | None = None

    def objection(self, path: Path, is_folder: bool = False) -> str:
        """Return why a file or folder is left out, "" if it is not.

        Args:
            path: Below the folder.
            is_folder: A folder is left out as a whole only if nothing in it can be wanted again, by
                a pattern with `!` or by `include`.

        Returns:
            The reason in plain words.
        """
        relative = path.relative_to(self.folder).as_posix()
        if is_folder:
            wanted_again = any(pattern.include is False for pattern in self.ignore.patterns)
            relative = "" if wanted_again else f"{relative}/"
        if relative and self.ignore.match_file(relative):
            return f"ignored ({self.origin})"
        if self.include is not None and not is_folder and not self.include.match_file(relative):
            return f"not included ({self.origin})"
        return ""


def parse(lines: Sequence[str], origin: str) -> GitIgnoreSpec:
    """Return patterns that were written as in a .gitignore file.

    Args:
        lines: A pattern each, or a comment.
        origin: Where they are written, for the message.

    Returns:
        The patterns, the last that fits decides.

    Raises:
        SourceListRefused: A line is not a pattern.
    """
    for number, line in enumerate(lines, start=1):
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError as error:
            raise SourceListRefused(
                f"{origin}: pattern {number} is {line!r}, which no .gitignore could hold; mend it"
            ) from error
    return GitIgnoreSpec.from_lines(lines)


def load(folder: Path) -> Patterns | None:
    """Return what the `.policyignore` of a folder says.

    Args:
        folder: A root, or a folder in it.

    Returns:
        None where there is no such file.

    Raises:
        SourceListRefused: It is there and cannot be used: what it hides must not be indexed.
    """
    file = folder / IGNORE_FILE
    try:
        text = read_whole(file).decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except SourceUnreadable as error:
        if not _is_listed(file):  # a folder that nobody may look into: the scan says so
            return None
        raise SourceListRefused(f"{file}: {error}") from error
    except UnicodeDecodeError as error:
        raise SourceListRefused(f"{file}: not UTF-8; save it as UTF-8") from error
    return Patterns(folder, IGNORE_FILE, parse(text.splitlines(), str(file)))


def _is_listed(file: Path) -> bool:
    try:
        file.lstat()
    except OSError:
        return False
    return True
