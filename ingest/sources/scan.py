"""The files that there are: what a look at the disk gives, before anything is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.types import Failure, Metadata
from ingest.report import make_failure
from ingest.sources import patterns
from ingest.sources.lists import SourceList
from ingest.sources.metadata import is_sidecar
from ingest.sources.names import is_displayable, make_displayable
from ingest.sources.patterns import Patterns
from ingest.sources.roots import Root, Scope, SourceFile


@dataclass(slots=True)
class Scan:
    """What a look at the disk gave."""

    candidates: list[SourceFile] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


class Selection:
    """Which files are wanted, and what a list of sources says about them."""

    def __init__(self, listed: SourceList) -> None:
        self._listed = listed
        self._of_folders: dict[tuple[Path, Path], tuple[Patterns, ...]] = {}

    def objection(self, root: Root, path: Path, is_folder: bool = False) -> str:
        """Return why a file or folder below a root is left out, "" if it is not."""
        given = self._of_folder(root.folder, path.parent)
        if (entry := self._listed.entry_of(path)) and path != entry.path:
            given = (*given, entry.patterns)
        return next((reason for one in given if (reason := one.objection(path, is_folder))), "")

    def _of_folder(self, root: Path, folder: Path) -> tuple[Patterns, ...]:
        """Return what counts in a folder, the root's first; above the root nothing counts."""
        if folder != root and root not in folder.parents:
            return ()
        if (root, folder) not in self._of_folders:
            own = patterns.load(folder)
            above = self._of_folder(root, folder.parent)
            self._of_folders[root, folder] = (*above, own) if own else above
        return self._of_folders[root, folder]

    def given(self, file: Path) -> Metadata:
        """Return what the list says about a file."""
        entry = self._listed.entry_of(file)
        return entry.metadata if entry else Metadata()


def scan(scopes: Sequence[Scope], roots: Sequence[Root], selection: Selection) -> Scan:
    """Return the files in scope, each once, each under the deepest root that holds it.

    Hidden files and folders, lock files of office programs, sidecars and what patterns leave out
    are passed over in silence; links to folders and links that lead out of their root are failures.
    A file that was named by itself is wanted whatever the patterns say.
    """
    found = Scan()
    seen: set[str] = set()
    for scope in sorted(scopes, key=lambda scope: not scope.single):  # what was named comes first
        inner = {root.folder for root in roots if root.folder != scope.root.folder}
        for path in _walk(scope, inner, selection, found):
            _look_at(scope, path, selection, found, seen)
    found.candidates.sort(key=lambda candidate: candidate.id)
    # Scopes may overlap: a folder that cannot be looked into is in trouble once.
    found.failures = list({failure.id: failure for failure in found.failures}.values())
    return found


def is_passed_over(name: str) -> bool:
    """Tell whether a file or folder of this name is no document: hidden, or a lock file."""
    return name.startswith((".", "~$"))


def _walk(
    scope: Scope, inner_roots: set[Path], selection: Selection, found: Scan
) -> Iterator[Path]:
    start = scope.root.folder / scope.under
    if scope.single:
        yield start
        return

    def note(error: OSError) -> None:
        path = Path(error.filename or start)
        found.failures.append(_failure(scope.root, path, error))

    def wanted(path: Path, is_folder: bool) -> bool:
        if is_passed_over(path.name):
            return False
        return not selection.objection(scope.root, path, is_folder)

    for folder, subfolders, files in os.walk(start, onerror=note):
        paths = [Path(folder, name) for name in sorted(subfolders)]
        paths = [path for path in paths if path not in inner_roots and wanted(path, True)]
        subfolders[:] = [path.name for path in paths]
        for path in paths:
            if os.path.islink(path):  # noqa: PTH114 - Path.is_symlink may raise
                reason = "a link to a folder; give that folder itself to `python -m ingest`"
                found.failures.append(_refused(scope.root, path, reason))
        for path in (Path(folder, name) for name in sorted(files)):
            if not is_sidecar(path) and wanted(path, False):
                yield path


def _look_at(scope: Scope, file: Path, selection: Selection, found: Scan, seen: set[str]) -> None:
    root = scope.root
    path = file.relative_to(root.folder).as_posix()
    if f"{root.name}/{path}" in seen:
        return
    seen.add(f"{root.name}/{path}")
    try:
        status = file.stat()
        reason = _objection(root, file, status.st_mode)
    except OSError as error:
        found.failures.append(_failure(root, file, error))
        return
    if reason:
        found.failures.append(_refused(root, file, reason))
        return
    found.candidates.append(
        SourceFile(
            root, path, file, status.st_size, status.st_mtime_ns, scope.single,
            selection.given(file),
        )
    )  # fmt: skip


def _inside(file: Path, folder: Path) -> bool:
    return folder.resolve() in file.resolve(strict=True).parents


def _objection(root: Root, file: Path, mode: int) -> str:
    if not is_displayable(os.fsencode(file).decode("utf-8", "replace")):
        return "its name holds control characters; rename it"
    if not is_displayable(str(file)):
        return "its name is not UTF-8; rename it"
    if not stat.S_ISREG(mode):
        return "not a regular file; leave it out"
    if file.is_symlink() and not _inside(file, root.folder):
        return "a link that leads out of its folder; copy the file here"
    return ""


def _failure(root: Root, path: Path, error: OSError) -> Failure:
    reason = f"cannot be read ({error.strerror}); check that it is there and its rights"
    return _refused(root, path, reason)


def _refused(root: Root, path: Path, reason: str) -> Failure:
    return make_failure(
        root.name, make_displayable(path.relative_to(root.folder).as_posix()), reason
    )
