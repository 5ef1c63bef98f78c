"""What was asked for: roots, scopes within them, web addresses."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from index.settings import Settings
from index.types import UNKNOWN, Metadata, is_address, source_id
from ingest.errors import SourceUnreadable
from ingest.sources.names import is_displayable, make_displayable

CORPUS_ROOT = "corpus"
UPLOADS_ROOT = "uploads"
WEB_ROOT = "web"


@dataclass(frozen=True, slots=True)
class Root:
    """A folder whose files are documents; a document's id starts with the root's name."""

    name: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a root that a run is about."""

    root: Root
    under: str
    single: bool = False

    def holds(self, path: str) -> bool:
        """Tell whether a path within the root is in this scope."""
        return holds(self.under, path)


# The root of all web addresses. Its folder is none: no absolute path is below it.
WEB = Root(WEB_ROOT, Path("web:"))


@dataclass(frozen=True, slots=True)
class Address:
    """A web address that was asked for."""

    url: str
    given: Metadata = UNKNOWN
    named: bool = False


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that may become a document, as its stat shows it.

    Attributes:
        root: The root it belongs to.
        path: Within the root, with `/`; or a web address.
        file: Where its bytes are.
        size_bytes: Their number.
        modified_ns: The file's mtime; of a web page when these bytes were first seen.
        single: Whether it was named by itself.
        given: What a list of sources says about it.
        ending: File name ending of its kind, such as `.html`; "" if the path's own counts.
        charset: The encoding that a web server named for its bytes, "" if none did.
    """

    root: Root
    path: str
    file: Path
    size_bytes: int
    modified_ns: int
    single: bool = False
    given: Metadata = UNKNOWN
    ending: str = ""
    charset: str = ""

    @property
    def id(self) -> str:
        """See `index.types.source_id`."""
        return source_id(self.root.name, self.path)

    @property
    def name(self) -> str:
        """The name whose ending chooses the parser."""
        return f"page{self.ending}" if self.ending else self.path


def holds(under: str, path: str) -> bool:
    """Tell whether a path is one named by `under` or below it; "" names all, an address itself."""
    if is_address(under):
        return path == under
    return not under or path == under or path.startswith(f"{under}/")


def make_home_roots(settings: Settings) -> list[Root]:
    """Return the two roots that every installation has: the project's corpus/, and uploads."""
    return [Root(CORPUS_ROOT, settings.corpus), Root(UPLOADS_ROOT, settings.uploads)]


def locate_roots(known: Mapping[str, Path], settings: Settings) -> dict[str, Path]:
    """Return the folder of every root by its name, today's for those of the installation."""
    return {**known, **{root.name: root.folder for root in make_home_roots(settings)}}


def resolve(
    paths: Sequence[str],
    known: Mapping[str, Path],
    settings: Settings,
    listed: Iterable[Path] = (),
) -> list[Scope]:
    """Return the scopes that paths mean.

    A path belongs to the deepest known root above it. A folder outside every root becomes a root
    of its own; a file outside every root makes its folder a root, of which only it is in scope.
    Roots inside a folder that is given are in scope with it.
    """
    roots = [Root(name, folder) for name, folder in locate_roots(known, settings).items()]
    scopes = []
    for text in paths:
        # os.path: keeps links, and leaves a `~name` of no user as it is.
        path = Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100, PTH111
        _check_is_there(text, path)
        if not is_displayable(str(path)):
            raise SourceUnreadable(
                f"{make_displayable(text)}: a path that no line can show; rename it"
            )
        scopes += _scopes(path, roots)
    return scopes + [scope for path in listed for scope in _scopes(path, roots)]


def make_home_scopes(settings: Settings) -> list[Scope]:
    """Return what is in scope where nothing is named: corpus/ and the uploads."""
    return [Scope(root, "") for root in make_home_roots(settings) if may_be_folder(root.folder)]


def make_title(path: str) -> str:
    """Return a title for a document that shows none: its name.

    >>> title_of("a/wind-energy_2030.txt"), title_of("https://example.org/wind%20energy?p=1")
    ('Wind energy 2030', 'Wind energy')
    """
    if is_address(path):
        parts = urlsplit(path)
        path = unquote(parts.path).rstrip("/")
        if not path:
            return parts.netloc
    stem = PurePosixPath(path).stem
    return re.sub(r"[-_\s]+", " ", stem).strip().capitalize() or path


def _scopes(path: Path, roots: list[Root]) -> list[Scope]:
    """Return a path's scope and those of the roots inside it; a new root joins the roots."""
    scope = _scope(path, roots)
    scopes = [scope]
    if not scope.single:
        inside = [root for root in roots if path in root.folder.parents]
        scopes += [Scope(root, "") for root in inside if may_be_folder(root.folder)]
    if scope.root not in roots:
        roots.append(scope.root)
    return scopes


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
    raise SourceUnreadable(f"{make_displayable(text) or '(empty)'}: {reason}")


def may_be_folder(path: Path) -> bool:
    """Return False only where there is certainly no folder: a walk says what else is wrong."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def _scope(path: Path, roots: Sequence[Root]) -> Scope:
    holding = [root for root in roots if path == root.folder or root.folder in path.parents]
    single = os.path.lexists(path) and not os.path.isdir(path)  # noqa: PTH112 - Path raises
    if holding:
        root = max(holding, key=lambda root: len(root.folder.parts))
        under = path.relative_to(root.folder).as_posix()
        return Scope(root, "" if under == "." else under, single)
    folder = path.parent if single else path
    taken = {root.name for root in roots} | {WEB_ROOT}
    stem = re.sub(r"[\x00-\x1f/\\]+", "-", folder.name) or "files"
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return Scope(Root(name, folder), path.name if single else "", single)
