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
    """What is left out below a folder."""

    folder: Path
    origin: str
    ignore: GitIgnoreSpec
    include: GitIgnoreSpec | None = None

    def objection(self, path: Path, is_folder: bool = False) -> str:
        """Return why a file or folder is left out, "" if it is not."""
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
    """Return patterns that were written as in a .gitignore file."""
    for number, line in enumerate(lines, start=1):
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError as error:
            raise SourceListRefused(
                f"{origin}: pattern {number} is {line!r}, which no .gitignore could hold; mend it"
            ) from error
    return GitIgnoreSpec.from_lines(lines)


def load(folder: Path) -> Patterns | None:
    """Return what the `.policyignore` of a folder says."""
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
