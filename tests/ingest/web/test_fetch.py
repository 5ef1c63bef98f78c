"""Asking web servers, against a real one: what is followed, what is refused, what is waited for."""

from __future__ import annotations

import functools
import gzip
import shutil
import ssl
import subprocess
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpcore2
import pytest

from index.types import Fetch
from ingest.errors import SourceError, SourceRefused, SourceUnreadable
from ingest.settings import SourcesSettings
from ingest.sources.addresses import normalise_address
from ingest.web.deadline import Cut, Deadline
from ingest.web.fetch import AGENT, Fetcher
from ingest.web.guard import GuardedBackend, is_public
from ingest.web.response import Response
from tests.web_site import Page, Site

hasty_fetcher = functools.partial(Fetcher, delay_seconds=0)
PRIVATE = SourcesSettings(allow_private=True, timeout_seconds=5)
TEXT = "The ministry set aside 40 million euro."


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def fetcher(waits: list[float]) -> Iterator[Fetcher]:
    with hasty_fetcher(PRIVATE, sleep=waits.append, longest_seconds=2) as fetcher:
        yield fetcher


def fetched(url: str, etag: str = "", last_modified: str = "", final_url: str = "") -> Fetch:
    return Fetch(url, final_url or url, "0" * 64, 1, 1, ".txt", etag, last_modified, "", "")


# Addresses


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(" HTTPS://Example.ORG ", "https://example.org/", id="case"),
        pytest.param("http://example.org:80/a#b", "http://example.org/a", id="port-and-fragment"),
        pytest.param("https://example.org:8443/a", "https://example.org:8443/a", id="other-port"),
        pytest.param(
            "https://example.org/a b?q=<x>", "https://example.org/a%20b?q=%3Cx%3E", id="x"
        ),
        pytest.param("https://example.org/a%20b", "https://example.org/a%20b", id="escaped"),
        pytest.param("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4", id="idn"),
        pytest.param("http://[::1]:8080/", "http://[::1]:8080/", id="ipv6"),
        pytest.param(
            'https://example.org/"onload="x', "https://example.org/%22onload=%22x", id="markup"
        ),
    ],
)
def test_an_address_has_one_form(given: str, expected: str) -> None:
    assert normalise_address(given) == expected
    assert normalise_address(expected) == expected


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param("ftp://example.org/a", "not a web address", id="ftp"),
        pytest.param("file:///etc/passwd", "not a web address", id="file"),
        pytest.param("example.org", "not a web address", id="no-scheme"),
        pytest.param("https://", "not a web address", id="no-host"),
        pytest.param("https://u:p@example.org/", "user name or password", id="password"),
        pytest.param("https://example.org:99999/", "Port out of range", id="port"),
        pytest.param("https://[::1/", "not a web address", id="bracket"),
        pytest.param("https://ex\x00ample.org/", "control characters", id="control"),
        pytest.param("https://example.org/\x1b[31m", "control characters", id="terminal"),
        pytest.param("https://ex<b>ample.org/", "no host is called", id="markup"),
        pytest.param("https://example.org/" + "a" * 2_000, "shorten it", id="long"),
        pytest.param("https://<" + "a" * 2_000, "no host is called", id="long-host"),
        pytest.param("mailto:" + "a" * 2_000, "not a web address", id="long-nonsense"),
        pytest.param("\0" * 2_000, "control characters", id="long-and-unprintable"),
    ],
)
def test_what_is_no_address(given: str, reason: str) -> None:
    with pytest.raises(SourceRefused, match=reason) as caught:
        normalise_address(given)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600


# Which machines are asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::",
        "64:ff9b::7f00:1", "2001:0:0:0:0:0:80ff:fffe", "64:ff9b:1::7f00:1", "::7f00:1",
        "::ffff:0:7f00:1", "fec0::2", "5f00::1", "4000::1", "3fff::1",
    ],
)  # fmt: skip
def test_these_are_nobody_elses_to_ask(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::808:808"])
def test_these_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"])
def test_this_machine_is_not_asked(site: Site, host: str) -> None:
    site.text("/a", TEXT)
    with (
        hasty_fetcher(SourcesSettings()) as fetcher,
        pytest.raises(SourceRefused, match="a machine of a private network; if that is meant"),
    ):
        fetcher.fetch(f"http://{host}:{site.port}/a")
    assert site.asked == []


def test_a_name_that_resolves_to_a_private_address(site: Site) -> None:
    """Even as one of several: which is connected to would be chance."""
    with (
        hasty_fetcher(
            SourcesSettings(), resolve=lambda host, port: ["8.8.8.8", "10.0.0.7"]
        ) as fetcher,
        pytest.raises(SourceRefused, match=r"policy\.example \(10\.0\.0\.7\) is a machine of a pr"),
    ):
        fetcher.fetch("http://policy.example/a")


def test_what_was_judged_is_what_is_connected_to(site: Site) -> None:
    """A name that resolves to something else the second time is not resolved a second time."""
    site.text("/a", TEXT)
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with hasty_fetcher(PRIVATE, resolve=rebinding) as fetcher:
        answer = fetcher.fetch(f"http://policy.example:{site.port}/a")
    assert answer.data == TEXT.encode()
    assert site.asked[-1][1]["host"] == f"policy.example:{site.port}"
    # No name of this kind exists: only our answer can have been connected to, once a connection.
    assert set(asked) == {"policy.example"}
    assert len(asked) == len(site.asked)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate")
def test_the_certificate_is_checked_against_the_name(tmp_path: Path, site: Site) -> None:
    certificate = tmp_path / "certificate.pem"
    made = subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-subj", "/CN=policy.example",
            "-addext", "subjectAltName=DNS:policy.example",
            "-keyout", str(certificate), "-out", str(tmp_path / "public.pem"),
        ],
        capture_output=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "public.pem", certificate)
    site.use_tls(server)
    site.text("/a", TEXT)
    trusted = ssl.create_default_context(cafile=str(tmp_path / "public.pem"))
    with hasty_fetcher(
        PRIVATE,
        resolve=lambda host, port: ["127.0.0.1"],
        ssl_context=trusted,
        sleep=lambda seconds: None,
    ) as fetcher:
        answer = fetcher.fetch(f"https://policy.example:{site.port}/a")
        assert answer.data == TEXT.encode()
        with pytest.raises(SourceUnreadable, match="certificate"):
            fetcher.fetch(f"https://other.example:{site.port}/a")


# What is asked, and how


def test_a_page(site: Site, fetcher: Fetcher) -> None:
    site.text("/a.txt", TEXT, "Text/Plain; charset=utf-8", ETag='"1"', Last_Modified="yesterday")
    answer = fetcher.fetch(site.url("/a.txt"))
    assert answer == Response(
        200, site.url("/a.txt"), TEXT.encode(), "text/plain", "utf-8", '"1"', "yesterday"
    )
    (_, headers) = site.asked[-1]
    assert headers["user-agent"] == AGENT
    assert AGENT.startswith("policy-chat/")
    assert "cookie" not in headers
    assert [path for path, _ in site.asked] == ["/robots.txt", "/a.txt"]


def test_unchanged_content_is_not_sent_again(site: Site, fetcher: Fetcher) -> None:
    def conditional(request: BaseHTTPRequestHandler) -> Page:
        fresh = request.headers["If-None-Match"] == '"1"'
        return Page(status=304) if fresh else Page(TEXT.encode())

    site.pages["/a"] = conditional
    url = site.url("/a")
    assert fetcher.fetch(url, fetched(url, '"1"', "yesterday")).status == 304
    assert site.asked[-1][1]["if-modified-since"] == "yesterday"
    assert fetcher.fetch(url, fetched(url, '"0"')).status == 200
    assert fetcher.fetch(url).status == 200
    # The mark is of what came from another address, to which this one led once.
    assert fetcher.fetch(url, fetched(url, '"1"', final_url=site.url("/b"))).status == 200


def test_304_that_nobody_asked_for(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = Page(status=304)
    with pytest.raises(SourceRefused, match="nothing was there before"):
        fetcher.fetch(site.url("/a"))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(site: Site, fetcher: Fetcher, status: int) -> None:
    site.redirect("/a", "b/../c", status)
    site.redirect("/b/../c", site.url("/d#part"), status)
    site.text("/d", TEXT)
    site.redirect("/c", "/d", status)
    answer = fetcher.fetch(site.url("/a"))
    assert (answer.url, answer.data) == (site.url("/d"), TEXT.encode())


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        pytest.param("/a", "more than 10 redirects", id="loop"),
        pytest.param("file:///etc/passwd", "not a web address", id="file"),
        pytest.param("ftp://example.org/x", "not a web address", id="ftp"),
        pytest.param("https://u:p@example.org/", "password", id="password"),
    ],
)
def test_redirects_that_are_not_followed(
    site: Site, fetcher: Fetcher, target: str, reason: str
) -> None:
    site.redirect("/a", target)
    with pytest.raises(SourceRefused, match=reason):
        fetcher.fetch(site.url("/a"))


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("http://[x", id="bracket"),
        pytest.param("http://exa mple.org:port/", id="host-and-port"),
        pytest.param("//[::1", id="without-scheme"),
    ],
)
def test_a_redirect_to_nonsense_is_one_line(site: Site, fetcher: Fetcher, target: str) -> None:
    site.redirect("/a", target)
    with pytest.raises(SourceRefused, match="not a web address") as caught:
        fetcher.fetch(site.url("/a"))
    assert "\n" not in str(caught.value)


def test_a_redirect_in_letters_beyond_ascii(site: Site, fetcher: Fetcher) -> None:
    """Servers write UTF-8 there, which no standard allows and every browser follows."""
    site.redirect("/a", "/f\u00f6rderung".encode().decode("latin-1"))
    site.redirect("/b", "/caf\xe9")  # Latin-1: no UTF-8, so it is what it says
    site.text("/f%C3%B6rderung", TEXT)
    site.text("/caf%C3%A9", TEXT)
    assert fetcher.fetch(site.url("/a")).url == site.url("/f%C3%B6rderung")
    assert fetcher.fetch(site.url("/b")).url == site.url("/caf%C3%A9")


def test_marks_beyond_ascii_are_sent_back_as_they_came(site: Site, fetcher: Fetcher) -> None:
    site.text("/a", TEXT, ETag='"\xe9"', Last_Modified="Märch")
    answer = fetcher.fetch(site.url("/a"))
    fetcher.fetch(site.url("/a"), fetched(site.url("/a"), answer.etag, answer.last_modified))
    headers = site.asked[-1][1]
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('"\xe9"', "Märch")


def test_a_name_with_many_silent_addresses() -> None:
    """Each would be waited for as long as one is; the deadline is for all of them."""
    asked = 0

    class Silent(httpcore2.SyncBackend):
        def connect_tcp(self, *arguments: object) -> httpcore2.NetworkStream:  # type: ignore[override]
            nonlocal asked
            asked += 1
            deadline.at = 0.0  # the time is up while the first is waited for
            raise httpcore2.ConnectTimeout

    deadline = Deadline()
    addresses = ["8.8.8.8", "8.8.4.4"]
    backend = GuardedBackend(False, deadline, lambda host, port: addresses, Silent())
    with pytest.raises(Cut, match="too slowly"):
        backend.connect_tcp("policy.example", 80, 1.0)
    assert asked == 1


def test_every_hop_is_judged(site: Site) -> None:
    """Judging and connecting are one step, so a host that was resolved has been judged."""
    site.redirect("/a", f"http://second.example:{site.port}/b")
    site.text("/b", TEXT)
    hosts: list[str] = []

    def noting(host: str, port: int) -> list[str]:
        hosts.append(host)
        return ["127.0.0.1"]

    with hasty_fetcher(PRIVATE, resolve=noting) as fetcher:
        answer = fetcher.fetch(f"http://first.example:{site.port}/a")
    assert answer.url == f"http://second.example:{site.port}/b"
    assert list(dict.fromkeys(hosts)) == ["first.example", "second.example"]
    strict = GuardedBackend(allow_private=False, deadline=Deadline(), resolve=noting)
    with pytest.raises(SourceRefused, match=r"second\.example \(127\.0\.0\.1\) is a machine of"):
        strict.connect_tcp("second.example", site.port)


def test_a_public_page_that_leads_to_a_private_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way, as with the settings that everybody has; only the wire is another one."""
    site.redirect("/a", f"http://second.example:{site.port}/b")
    site.text("/b", TEXT)
    connect = httpcore2.SyncBackend.connect_tcp
    connected: list[str] = []

    def to_this_machine(
        backend: httpcore2.SyncBackend, host: str, port: int, timeout: float, *_: object
    ) -> httpcore2.NetworkStream:
        connected.append(host)
        return connect(backend, "127.0.0.1", port, timeout)

    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", to_this_machine)
    addresses = {"first.example": ["8.8.8.8"], "second.example": ["10.0.0.7"]}
    with (
        hasty_fetcher(SourcesSettings(), resolve=lambda host, port: addresses[host]) as fetcher,
        pytest.raises(SourceRefused, match=r"second\.example \(10\.0\.0\.7\) is a machine of"),
    ):
        fetcher.fetch(f"http://first.example:{site.port}/a")
    assert set(connected) == {"8.8.8.8"}
    assert site.paths() == ["/a"]


@pytest.mark.parametrize("status", [404, 410])
def test_gone(site: Site, fetcher: Fetcher, status: int) -> None:
    site.pages["/a"] = Page(b"<h1>gone</h1>", status)
    assert fetcher.fetch(site.url("/a")) == Response(status, site.url("/a"))


@pytest.mark.parametrize("status", [204, 206, 300, 400, 401, 403, 451, 499])
def test_other_answers_are_refused_once(
    site: Site, fetcher: Fetcher, status: int, waits: list[float]
) -> None:
    site.pages["/a"] = Page(b"", status)
    with pytest.raises(SourceRefused, match=f"the server says {status}"):
        fetcher.fetch(site.url("/a"))
    assert (site.paths(), waits) == (["/a"], [])


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again_with_growing_pauses(
    site: Site, fetcher: Fetcher, status: int, waits: list[float]
) -> None:
    site.pages["/a"] = Page(b"", status)
    with pytest.raises(
        SourceUnreadable, match=f"says {status} .*; it is tried again with the next"
    ):
        fetcher.fetch(site.url("/a"))
    assert site.paths() == ["/a"] * 3
    assert len(waits) == 2
    assert 0 < waits[0] < waits[1]


def test_a_server_that_recovers(site: Site, fetcher: Fetcher, waits: list[float]) -> None:
    answers = iter([Page(b"", 503, {"Retry-After": "7"}), Page(TEXT.encode())])
    site.pages["/a"] = lambda request: next(answers)
    assert fetcher.fetch(site.url("/a")).data == TEXT.encode()
    assert waits == [7.0]


def test_nobody_listens(fetcher: Fetcher, waits: list[float]) -> None:
    with Site() as closed:
        url = closed.url("/a")
    with pytest.raises(SourceUnreadable, match="the connection failed"):
        fetcher.fetch(url)
    assert len(waits) == 2


def test_a_name_that_does_not_exist(waits: list[float]) -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    with (
        hasty_fetcher(PRIVATE, resolve=nowhere, sleep=waits.append) as fetcher,
        pytest.raises(SourceUnreadable, match=r"policy\.example cannot be resolved"),
    ):
        fetcher.fetch("http://policy.example/")


def test_one_host_is_not_hammered(site: Site) -> None:
    site.text("/a", TEXT)
    waits: list[float] = []
    with Fetcher(PRIVATE, sleep=waits.append, delay_seconds=60) as fetcher:
        fetcher.fetch(site.url("/a"))
        fetcher.fetch(site.url("/a"))
        fetcher.fetch(f"http://localhost:{site.port}/a")
    # Between robots.txt and the page, before the page again, and so for the other host.
    assert waits == [30.0, 30.0, 30.0]


# robots.txt


def robots(site: Site, text: str) -> None:
    site.text("/robots.txt", text)
    for path in ("/a", "/private/a", "/a?print=1"):
        site.text(path, TEXT)


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        pytest.param("User-agent: *\nDisallow: /private/", {"/a", "/a?print=1"}, id="folder"),
        pytest.param("User-agent: *\nDisallow: /", set[str](), id="everything"),
        pytest.param("User-agent: *\nDisallow: /*?print=", {"/a", "/private/a"}, id="wildcard"),
        pytest.param("User-agent: policy-chat\nDisallow: /a\n\nUser-agent: *\nAllow: /",
                     {"/private/a"}, id="by-name"),
        pytest.param("User-agent: other\nDisallow: /", {"/a", "/private/a", "/a?print=1"}, id="o"),
        pytest.param("<html>not rules</html>", {"/a", "/private/a", "/a?print=1"}, id="nonsense"),
    ],
)  # fmt: skip
def test_robots_txt_is_kept_to(site: Site, fetcher: Fetcher, rules: str, allowed: set[str]) -> None:
    robots(site, rules)
    for path in ("/a", "/private/a", "/a?print=1"):
        if path in allowed:
            assert fetcher.fetch(site.url(path)).status == 200
        else:
            with pytest.raises(SourceRefused, match=r"robots\.txt asks programs not to read it"):
                fetcher.fetch(site.url(path))
    assert set(site.paths()) == allowed
    assert [path for path, _ in site.asked].count("/robots.txt") == 1


def test_a_redirect_into_what_robots_txt_forbids(site: Site, fetcher: Fetcher) -> None:
    robots(site, "User-agent: *\nDisallow: /private/")
    site.redirect("/b", "/private/a")
    with pytest.raises(SourceRefused, match=r"robots\.txt"):
        fetcher.fetch(site.url("/b"))
    assert site.paths() == ["/b"]


def test_robots_txt_that_cannot_be_had(site: Site, fetcher: Fetcher) -> None:
    site.text("/a", TEXT)
    site.pages["/robots.txt"] = Page(b"", 503)
    for _ in range(2):
        with pytest.raises(SourceUnreadable, match=r"robots\.txt: the server says 503"):
            fetcher.fetch(site.url("/a"))
    assert site.paths() == []
    assert len(site.asked) == 3  # not asked for again for the second page


def test_the_pause_that_robots_txt_asks_for(site: Site) -> None:
    robots(site, "User-agent: *\nCrawl-delay: 20")
    waits: list[float] = []
    with hasty_fetcher(PRIVATE, sleep=waits.append) as fetcher:
        fetcher.fetch(site.url("/a"))
    assert len(waits) == 1
    assert 10 < waits[0] <= 20


# Bodies


def test_compressed_bodies(site: Site, fetcher: Fetcher) -> None:
    two = gzip.compress(TEXT.encode()) + gzip.compress(b" And more.")
    for path, body, encoding in [
        ("/gzip", gzip.compress(TEXT.encode()), "gzip"),
        ("/members", two, "gzip"),
        ("/zlib", zlib.compress(TEXT.encode()), "deflate"),
    ]:
        site.pages[path] = Page(body, headers={"Content-Encoding": encoding})
    assert fetcher.fetch(site.url("/gzip")).data == TEXT.encode()
    assert fetcher.fetch(site.url("/members")).data == f"{TEXT} And more.".encode()
    assert fetcher.fetch(site.url("/zlib")).data == TEXT.encode()


def test_a_compression_that_was_not_asked_for(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = Page(b"x", headers={"Content-Encoding": "br"})
    with pytest.raises(SourceRefused, match="compresses in a way that was not asked for"):
        fetcher.fetch(site.url("/a"))


SMALL = SourcesSettings(allow_private=True, largest_megabytes=1)


def endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    try:
        while True:
            request.wfile.write(b"a" * 65_536)
    except OSError:
        pass  # the reader has had enough


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Page(b"a" * 1_000_001), id="honest"),
        pytest.param(Page(b"", headers={"Content-Length": "9" * 18}), id="announced"),
        pytest.param(endless, id="endless"),
        pytest.param(
            Page(gzip.compress(bytes(300_000_000)), headers={"Content-Encoding": "gzip"}), id="bomb"
        ),
    ],
)
def test_large_bodies(
    site: Site, answer: Page | Callable[[BaseHTTPRequestHandler], None], waits: list[float]
) -> None:
    site.pages["/a"] = answer
    with (
        hasty_fetcher(SMALL, sleep=waits.append) as fetcher,
        pytest.raises(SourceRefused, match="more than 1 MB; allow more with largest_megabytes"),
    ):
        fetcher.fetch(site.url("/a"))
    assert waits == []


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(Page(b"short", headers={"Content-Length": "500"}), id="length-is-a-lie"),
        pytest.param(
            Page(gzip.compress(TEXT.encode())[:-9], headers={"Content-Encoding": "gzip"}), id="torn"
        ),
        pytest.param(Page(b"plain", headers={"Content-Encoding": "gzip"}), id="not-compressed"),
    ],
)
def test_bodies_that_end_early(site: Site, fetcher: Fetcher, page: Page) -> None:
    site.pages["/a"] = page
    with pytest.raises(SourceUnreadable, match="the connection failed"):
        fetcher.fetch(site.url("/a"))


def dripping(site: Site, what: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answers a byte at a time, often enough to be no timeout, and never comes to an end."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(what)
        try:
            while not site.closing.wait(0.02):
                request.wfile.write(b"a")
                request.wfile.flush()
        except OSError:
            pass

    return answer


@pytest.mark.parametrize(
    "beginning",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", id="body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Header: ", id="headers"),
    ],
)
def test_an_answer_that_drips(site: Site, waits: list[float], beginning: bytes) -> None:
    site.pages["/a"] = dripping(site, beginning)
    with (
        hasty_fetcher(PRIVATE, sleep=waits.append, longest_seconds=0.2) as fetcher,
        pytest.raises(SourceUnreadable, match="comes too slowly"),
    ):
        fetcher.fetch(site.url("/a"))


def test_a_server_that_says_nothing(site: Site, waits: list[float]) -> None:
    def silent(request: BaseHTTPRequestHandler) -> None:
        site.closing.wait(10)

    site.pages["/a"] = silent
    short = SourcesSettings(allow_private=True, timeout_seconds=0.1)
    with (
        hasty_fetcher(short, sleep=waits.append) as fetcher,
        pytest.raises(SourceError, match=r"no answer within 0\.1 s"),
    ):
        fetcher.fetch(site.url("/a"))
    assert len(waits) == 2


@pytest.mark.parametrize(
    ("header", "kind", "charset"),
    [
        ("text/html; charset=ISO-8859-2", "text/html", "iso-8859-2"),
        ('text/csv; header=present;Charset = "utf-8"', "text/csv", "utf-8"),
        ("text/plain; x-charset=utf-8", "text/plain", ""),
        ("text/plain; charset=", "text/plain", ""),
        ("Text/HTML", "text/html", ""),
    ],
)
def test_what_a_server_says_of_the_kind(
    site: Site, fetcher: Fetcher, header: str, kind: str, charset: str
) -> None:
    site.text("/a", TEXT, header)
    answer = fetcher.fetch(site.url("/a"))
    assert (answer.content_type, answer.charset) == (kind, charset)
