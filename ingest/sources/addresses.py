"""Web addresses: the one form in which an address is a document's id."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit

from ingest.errors import SourceRefused

_MOST_CHARS = 2_000
_SHOWN_CHARS = 100  # of what is refused: a server may redirect to anything
_DEFAULT_PORTS = {"http": 80, "https": 443}
# What RFC 3986 allows in a path and a query, and `%`: what is escaped already stays as it is.
_ALLOWED = "%/?:@!$&'()*+,;=-._~"


def normalise_address(text: str) -> str:
    """Return an address as it is stored: ASCII, without fragment and default port."""
    given = text.strip()
    shown = given if len(given) <= _SHOWN_CHARS else f"{given[:_SHOWN_CHARS]}…"
    if not given.isprintable():
        raise SourceRefused(f"{shown!r}: control characters in a web address; remove them")
    try:
        parts = urlsplit(given)
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError as error:  # UnicodeError is one
        raise SourceRefused(f"{shown}: not a web address ({error}); check it") from error
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise SourceRefused(f"{shown}: not a web address; write http://… or https://…")
    if "@" in parts.netloc:
        raise SourceRefused(
            "a web address with a user name or password in it would be stored and shown; "
            "leave them out, or save the page and give the file"
        )
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    path, query = quote(parts.path or "/", _ALLOWED), quote(parts.query, _ALLOWED)
    url = urlunsplit((parts.scheme, host, path, query, ""))
    if len(url) > _MOST_CHARS:
        raise SourceRefused(
            f"{url[:_SHOWN_CHARS]}…: a web address of {len(url):,} characters; shorten it"
        )
    return url


def _host(name: str) -> str:
    if ":" in name:
        return f"[{name}]"
    if name.isascii():
        if any(not (c.isalnum() or c in "-._") for c in name):
            raise ValueError(f"no host is called {name[:_SHOWN_CHARS]!r}")
        return name
    import idna  # its tables take a while, and few need them

    return idna.encode(name, uts46=True).decode()
