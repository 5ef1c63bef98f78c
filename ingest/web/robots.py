"""robots.txt: what the owner of a host asks programs like this one to leave alone."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from protego import Protego

from ingest.errors import SourceRefused, SourceUnreadable
from ingest.web.response import Response

_MOST_CHARS = 500_000  # RFC 9309 asks for 500 KiB at least
_EVERYTHING = Protego.parse("")


class Robots:
    """The rules of every host that was asked, each fetched once (RFC 9309)."""

    def __init__(self, agent: str, get: Callable[[str], Response]) -> None:
        self._agent = agent
        self._get = get
        self._rules: dict[str, Protego | SourceUnreadable] = {}

    def check(self, url: str) -> None:
        """Say whether an address may be asked for."""
        origin = _origin(url)
        if origin not in self._rules:
            self._rules[origin] = self._fetch(origin)
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

    def _fetch(self, origin: str) -> Protego | SourceUnreadable:
        try:
            answer = self._get(f"{origin}/robots.txt")
        except SourceRefused:  # 4xx: no rules, so everything is allowed
            return _EVERYTHING
        except SourceUnreadable as error:  # 5xx, no answer: nothing is allowed for now
            return SourceUnreadable(f"robots.txt: {error}")
        return Protego.parse(answer.data.decode("utf-8", "replace")[:_MOST_CHARS])


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
