"""What there is to index: roots, what part of them was asked for, and the files found there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import SourceUnreadable
from index.settings import CORPUS, Settings
from index.types import Failure
from ingest.metadata import is_sidecar
from ingest.report import failure

CORPUS_ROOT = "corpus"
UPLOADS_ROOT = "uploads"


@dataclass(frozen=True, slots=True)
class Root:
    """A folder whose files are documents; a document's id starts with the root's name."""

    name: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a root that a run is about.

    Attributes:
        root: The root.
        under: Path within it, with `/`; "" is all of it.
        single: Whether `under` is one file that was named by itself.
    """

    root: Root
    under: str
    single: bool = False

    def holds(self, path: str) -> bool:
        """Tell whether a path within the root is in this scope."""
        return not self.under or path == self.under or path.startswith(f"{self.under}/")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may become a document, as its stat shows it."""

    root: Root
    path: str
    file: Path
    size_bytes: int
    modified_ns: int
    single: bool = False

    @property
    def id(self) -> str:
        """`root/relative/path`."""
        return f"{self.root.name}/{self.path}"


@dataclass(slots=True)
class Scan:
    """What a look at the disk gave.

    Attributes:
        candidates: Files, by id.
        failures: Files and folders that could not be looked at.
    """

    candidates: list[Candidate] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def home_roots(settings: Settings) -> list[Root]:
    """Return the two roots that every installation has: the project's corpus/, and uploads."""
    return [Root(CORPUS_ROOT, CORPUS), Root(UPLOADS_ROOT, settings.uploads)]


def resolve(paths: Sequence[str], known: Mapping[str, Path], settings: Settings) -> list[Scope]:
    """Return the scopes that paths on a command line mean.

    A path belongs to the deepest known root above it. A folder outside every root becomes a root
    of its own; a file outside every root makes its folder a root, of which only it is in scope.

    Args:
        paths: Files and folders; none means corpus/ and the uploads.
        known: Folder of each root that the index knows, by name.
        settings: Where the uploads are.

    Raises:
        SourceUnreadable: A path is a URL or does not exist.
    """
    roots = home_roots(settings)
    roots += [Root(n, folder) for n, folder in known.items() if n not in {r.name for r in roots}]
    if not paths:
        return [Scope(root, "") for root in roots[:2] if root.folder.is_dir()]
    scopes = []
    for text in paths:
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*://", text):
            raise SourceUnreadable(
                f"{text}: web addresses cannot be indexed by this release; save the page as text "
                "and give the file"
            )
        path = Path(os.path.abspath(Path(text).expanduser()))  # noqa: PTH100 (keeps links)
        if not os.path.lexists(path):
            raise SourceUnreadable(f"{text}: no such file or folder; check the path")
        scope = _scope(path, roots)
        scopes.append(scope)
        if scope.root not in roots:
            roots.append(scope.root)
    return scopes


def scan(scopes: Sequence[Scope], roots: Sequence[Root]) -> Scan:
    """Return the files in scope, each once, each under the deepest root that holds it.

    Hidden files and folders, sidecars, and links that lead out of their root are passed over.
    """
    found = Scan()
    seen: set[str] = set()
    for scope in scopes:
        inner = {root.folder for root in roots if root.folder != scope.root.folder}
        for path in _walk(scope, inner, found):
            _look_at(scope, path, found, seen)
    found.candidates.sort(key=lambda candidate: candidate.id)
    return found


def _scope(path: Path, roots: Sequence[Root]) -> Scope:
    holding = [root for root in roots if path == root.folder or root.folder in path.parents]
    single = not path.is_dir()
    if holding:
        root = max(holding, key=lambda root: len(root.folder.parts))
        under = path.relative_to(root.folder).as_posix()
        return Scope(root, "" if under == "." else under, single)
    folder = path.parent if single else path
    taken = {root.name for root in roots}
    stem = re.sub(r"[\x00-\x1f/\\]+", "-", folder.name) or "files"
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return Scope(Root(name, folder), path.name if single else "", single)


def _walk(scope: Scope, inner_roots: set[Path], found: Scan) -> Iterator[Path]:
    start = scope.root.folder / scope.under
    if scope.single:
        yield start
        return

    def note(error: OSError) -> None:
        path = Path(error.filename or start)
        found.failures.append(_failure(scope.root, path, error))

    for folder, folders, files in os.walk(start, onerror=note):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and Path(folder, name) not in inner_roots
        )
        for name in sorted(files):
            if not name.startswith(".") and not is_sidecar(Path(name)):
                yield Path(folder, name)


def _look_at(scope: Scope, file: Path, found: Scan, seen: set[str]) -> None:
    root = scope.root
    path = file.relative_to(root.folder).as_posix()
    if f"{root.name}/{path}" in seen:
        return
    seen.add(f"{root.name}/{path}")
    try:
        if file.is_symlink() and not _inside(file, root.folder):
            found.failures.append(
                failure(root.name, path, "a link that leads out of its folder; copy the file here")
            )
            return
        status = file.stat()
    except OSError as error:
        found.failures.append(_failure(root, file, error))
        return
    if not file.is_file():
        found.failures.append(failure(root.name, path, "not a regular file; leave it out"))
        return
    found.candidates.append(
        Candidate(root, path, file, status.st_size, status.st_mtime_ns, scope.single)
    )


def _inside(file: Path, folder: Path) -> bool:
    return folder.resolve() in file.resolve(strict=True).parents


def _failure(root: Root, path: Path, error: OSError) -> Failure:
    relative = path.relative_to(root.folder).as_posix()
    reason = f"cannot be read ({error.strerror}); check that it is there and its rights"
    return failure(root.name, relative, reason)
