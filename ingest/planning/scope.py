"""What a run is about: scopes, web addresses, and the list of sources in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.settings import Settings
from index.types import Metadata, is_address, source_id
from ingest.planning.compare import Known
from ingest.report import BY_HAND
from ingest.sources import lists as source_list
from ingest.sources.addresses import normalise_address
from ingest.sources.lists import SourceList
from ingest.sources.roots import (
    WEB_ROOT,
    Address,
    Root,
    Scope,
    locate_roots,
    make_home_scopes,
    resolve,
)


@dataclass(frozen=True, slots=True)
class RunScope:
    """What a run is about."""

    scopes: Sequence[Scope]
    addresses: Sequence[Address]
    roots: Mapping[str, Root]
    rules: SourceList
    entries: frozenset[tuple[str, str]] | None

    def in_scope(self, root: str, path: str) -> bool:
        """Tell whether a path of a root is in any of the scopes."""
        return any(scope.root.name == root and scope.holds(path) for scope in self.scopes)


def find_run_scope(
    settings: Settings,
    known: Known,
    paths: Sequence[str],
    listed: Path | None,
    at_home: bool = False,
) -> RunScope:
    """Return what was asked for."""
    rules = _rules(settings, listed)
    scopes: list[Scope] = []
    addresses: list[Address] = []
    entries: frozenset[tuple[str, str]] | None = None
    if listed:
        scopes = resolve((), known.roots, settings, rules.entries)
        addresses = [Address(url, given) for url, given in rules.addresses.items()]
        entries = frozenset((scope.root.name, scope.under) for scope in scopes)
        entries |= {(WEB_ROOT, url) for url in rules.addresses}
    elif paths:
        scopes = resolve([p for p in paths if not is_address(p)], known.roots, settings)
        urls = dict.fromkeys(normalise_address(path) for path in paths if is_address(path))
        addresses = [Address(url, _given(rules, url), named=True) for url in urls]
    if at_home or not (listed or paths):
        scopes += make_home_scopes(settings)
        rest = [url for url in list_given_by_hand(known) if not (listed and url in rules.addresses)]
        addresses += [Address(url, _given(rules, url)) for url in rest]
    roots = {name: Root(name, path) for name, path in locate_roots(known.roots, settings).items()}
    roots |= {scope.root.name: scope.root for scope in scopes}
    return RunScope(scopes, addresses, roots, rules, entries)


def find_named(
    settings: Settings, roots: Mapping[str, Path], paths: Sequence[str]
) -> list[str] | None:
    """Return the ids of the documents that paths name one by one, None where one is a folder.

    So a run about one file does not ask for all the others.
    """
    scopes = resolve([p for p in paths if not is_address(p)], roots, settings)
    if not paths or not all(scope.single for scope in scopes):
        return None
    files = [source_id(scope.root.name, scope.under) for scope in scopes]
    return files + [normalise_address(path) for path in paths if is_address(path)]


def list_given_by_hand(known: Known) -> list[str]:
    """Return the web addresses that are indexed, or were to be, and that no list names."""
    listed = {path for entries in known.listed.values() for _, path in entries}
    indexed = {d.id for d in known.documents.values() if d.source.root == WEB_ROOT}
    failed = {
        failure.id
        for failure in known.failures.values()
        if failure.root == WEB_ROOT and failure.reader != BY_HAND
    }
    return sorted((indexed | failed) - listed)


def _rules(settings: Settings, listed: Path | None) -> SourceList:
    if listed is None and not settings.source_list.is_file():
        return SourceList()
    return source_list.load(listed or settings.source_list)


def _given(rules: SourceList, url: str) -> Metadata:
    return rules.addresses.get(url, Metadata())
