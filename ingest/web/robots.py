"""robots.txt: what the owner of a host asks programs like this one to leave alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from protego import Protego

from ingest.errors import SourceRefused, SourceUnreadable

if TYPE_CHECKING:
    from ingest.web.fetch import Answer

_MOST_CHARS = 500_000  # RFC 9309 asks for 500 KiB at least
_EVERYTHING = Protego.parse("")


class Robots:
    """The rules of every host that was asked, each fetched once.

    Args:
        agent: Our name, as servers see it.
        get: Asks for an address without looking at rules.

    Source: RFC 9309. A robots.txt that is not there (4xx) allows everything; one that cannot be had
    for the moment (5xx, no answer) allows nothing.
    """

    def __init__(self, agent: str, get: Callable[[str], Answer]) -> None:
        self._agent = agent
        self._get = get
        self._rules: dict[str, Protego | SourceUnreadable] = {}

    def check(self, url: str) -> None:
        """Say whether an address may be asked for.

        Args:
            url: The address.

        Raises:
            SourceRefused: The rules forbid it.
            SourceUnreadable: The rules cannot be had for the moment.
        """
        origin = _origin(url)
        if origin not in self._rules:
            self._rules[origin] = self._fetched(origin)
        rules = self._rules[origin]
        if isinstance(rules, SourceUnreadable):
            raise rules
        if not rules.can_fetch(url, self._agent):
            raise SourceRefused(
                "the site's robots.txt asks programs not to read it; save the page in a browser "
                "and give the file"
            )

    def delay(self, url: str) -> float:
        """Return the seconds between two requests that a host asks for, 0 if it asks for none."""
        rules = self._rules.get(_origin(url))
        return (rules.crawl_delay(self._agent) or 0.0) if isinstance(rules, Protego) else 0.0

    def _fetched(self, origin: str) -> Protego | SourceUnreadable:
        try:
            answer = self._get(f"{origin}/robots.txt")
        except SourceRefused:
            return _EVERYTHING
        except SourceUnreadable as error:
            return SourceUnreadable(f"robots.txt: {error}")
        return Protego.parse(answer.data.decode("utf-8", "replace")[:_MOST_CHARS])


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
