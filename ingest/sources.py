"""What there is to index: roots, what part of them was asked for, and the files found there."""

from __future__ import annotations

import os
import re
import stat
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


def folders(known: Mapping[str, Path], settings: Settings) -> dict[str, Path]:
    """Return the folder of every root by its name, today's for those of the installation.

    Args:
        known: As the index knows them; the project may have been moved since.
        settings: Where the uploads are.

    Returns:
        Absolute folders, which need not exist.
    """
    return {**known, **{root.name: root.folder for root in home_roots(settings)}}


def resolve(paths: Sequence[str], known: Mapping[str, Path], settings: Settings) -> list[Scope]:
    """Return the scopes that paths on a command line mean.

    A path belongs to the deepest known root above it. A folder outside every root becomes a root
    of its own; a file outside every root makes its folder a root, of which only it is in scope.
    Roots inside a folder that is given are in scope with it.

    Args:
        paths: Files and folders; none means corpus/ and the uploads.
        known: Folder of each root that the index knows, by name.
        settings: Where the uploads are.

    Returns:
        One scope a path and one for each root inside it; they may overlap.

    Raises:
        SourceUnreadable: A path is a URL, is empty or does not exist.
    """
    roots = [Root(name, folder) for name, folder in folders(known, settings).items()]
    if not paths:
        return [Scope(root, "") for root in home_roots(settings) if _may_be_folder(root.folder)]
    scopes = []
    for text in paths:
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*://", text):
            raise SourceUnreadable(
                f"{text}: web addresses cannot be indexed by this release; save the page as text "
                "and give the file"
            )
        # os.path: keeps links, and leaves a `~name` that is nobody's as it is.
        path = Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100, PTH111
        _check_is_there(text, path)
        if not _is_utf8(str(path)):
            raise SourceUnreadable(f"{_shown(text)}: the path is not UTF-8; rename it")
        scope = _scope(path, roots)
        scopes.append(scope)
        if not scope.single:
            inside = [root for root in roots if path in root.folder.parents]
            scopes += [Scope(root, "") for root in inside if _may_be_folder(root.folder)]
        if scope.root not in roots:
            roots.append(scope.root)
    return scopes


def scan(scopes: Sequence[Scope], roots: Sequence[Root]) -> Scan:
    """Return the files in scope, each once, each under the deepest root that holds it.

    Hidden files and folders and sidecars are passed over in silence, links to folders and links
    that lead out of their root are failures.

    Args:
        scopes: Where to look.
        roots: All roots that there are; a folder that is a root is not looked at as part of
            another one.

    Returns:
        What was found, the files in order of id.
    """
    found = Scan()
    seen: set[str] = set()
    for scope in scopes:
        inner = {root.folder for root in roots if root.folder != scope.root.folder}
        for path in _walk(scope, inner, found):
            _look_at(scope, path, found, seen)
    found.candidates.sort(key=lambda candidate: candidate.id)
    return found


def _check_is_there(text: str, path: Path) -> None:
    reason = "no such file or folder; check the path"
    try:
        if text:
            path.lstat()
            return
    except PermissionError as error:
        reason = f"cannot be read ({error.strerror}); check its rights"
    except (OSError, ValueError):
        pass
    raise SourceUnreadable(f"{_shown(text) or '(empty)'}: {reason}")


def _may_be_folder(path: Path) -> bool:
    """Return False only where there is certainly no folder: a walk says what else is wrong."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def _scope(path: Path, roots: Sequence[Root]) -> Scope:
    holding = [root for root in roots if path == root.folder or root.folder in path.parents]
    single = not os.path.isdir(path)  # noqa: PTH112 - Path.is_dir may raise
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

    for folder, subfolders, files in os.walk(start, onerror=note):
        subfolders[:] = sorted(
            name
            for name in subfolders
            if not name.startswith(".") and Path(folder, name) not in inner_roots
        )
        for path in (Path(folder, name) for name in subfolders):
            if os.path.islink(path):  # noqa: PTH114 - Path.is_symlink may raise
                reason = "a link to a folder; give that folder itself to `python -m ingest`"
                found.failures.append(_refused(scope.root, path, reason))
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
        status = file.stat()
        reason = _objection(root, file, status.st_mode)
    except OSError as error:
        found.failures.append(_failure(root, file, error))
        return
    if reason:
        found.failures.append(_refused(root, file, reason))
        return
    found.candidates.append(
        Candidate(root, path, file, status.st_size, status.st_mtime_ns, scope.single)
    )


def _inside(file: Path, folder: Path) -> bool:
    return folder.resolve() in file.resolve(strict=True).parents


def _objection(root: Root, file: Path, mode: int) -> str:
    if not _is_utf8(str(file)):
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
    return failure(root.name, _shown(path.relative_to(root.folder).as_posix()), reason)


def _is_utf8(path: str) -> bool:
    return _shown(path) == path


def _shown(path: str) -> str:
    """Return a path that can be stored and printed, whatever the bytes of its name."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
