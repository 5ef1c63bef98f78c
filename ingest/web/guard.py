"""Which machines may be asked: a name is resolved, judged, and connected to at that very address.

A page may name, redirect to, or resolve to a machine of our own network. What was judged
is what is connected to, so a name that resolves to something else a moment later gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence

import httpcore2

from ingest.errors import SourceRefused
from ingest.web.deadline import Deadline, TimedStream

Resolve = Callable[[str, int], Sequence[str]]
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Of IPv6 all that was ever given out to anybody. Python calls what lies elsewhere global where it
# is not listed as something else: site-local networks, a network's own NAT64, IPv4 in disguise.
_GIVEN_OUT = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("2000::/3"), _NAT64)
# Called global by Python (the first and last by older releases), and yet where clouds answer about
# the machine that asks: Oracle's are among the protocol assignments, Azure's is an address of its
# own. The last is for examples in documents.
_NOBODYS = (
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("168.63.129.16/32"),
    ipaddress.ip_network("3fff::/20"),
)


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system resolves it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: str) -> bool:
    """Tell whether an address is public: not of this machine, its network or its cloud."""
    found = ipaddress.ip_address(address.partition("%")[0])
    return all(
        each.is_global
        and not each.is_multicast
        and any(each in network for network in _GIVEN_OUT)
        and not any(each in network for network in _NOBODYS)
        for each in (found, *_carried(found))
    )


def _carried(address: _Address) -> list[_Address]:
    if address.version == 4:
        return []
    teredo = address.teredo
    found: list[_Address | None] = [address.ipv4_mapped, address.sixtofour]
    if teredo:
        found.append(teredo[1])
    if address in _NAT64:
        found.append(ipaddress.IPv4Address(address.packed[-4:]))
    return [each for each in found if each is not None]


class GuardedBackend(httpcore2.NetworkBackend):
    """Connects to judged addresses only. TLS still checks the certificate against the name."""

    def __init__(
        self,
        allow_private: bool,
        deadline: Deadline,
        resolve: Resolve = resolve,
        inner: httpcore2.NetworkBackend | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._deadline = deadline
        self._resolve = resolve
        self._inner = inner or httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of a host that answers."""
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"{host} cannot be resolved") from error
        if not self._allow_private:
            self._judge(host, addresses)
        failed: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in addresses:
            self._deadline.check()  # a name may have any number of addresses that say nothing
            try:
                stream = self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
                return TimedStream(stream, self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed

    def _judge(self, host: str, addresses: Sequence[str]) -> None:
        private = [address for address in addresses if not is_public(address)]
        if private:
            at = "" if host == private[0] else f" ({private[0]})"
            raise SourceRefused(
                f"{host}{at} is a machine of a private network; if that is meant, write "
                "allow_private = true under [sources] in settings.toml"
            )
