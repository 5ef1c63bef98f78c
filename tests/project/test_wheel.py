"""The wheel, installed where nothing of the checkout is, works from any folder."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.library import essay

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the installed commands: ours from the wheel, all else as developers have it."""
    folder = tmp_path_factory.mktemp("wheel")
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True)
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    # The path alone: the line by which a checkout is installed there is not followed.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return python.parent


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A user's own, with a home of its own and none of our variables."""
    home = tmp_path_factory.mktemp("user")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("POLICY_CHAT", "PYTHON"))}
    return kept | {"HOME": str(home), "XDG_DATA_HOME": str(home / "data")}


def run(
    commands: Path, environment: Mapping[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(commands / arguments[0]), *arguments[1:]],
        cwd="/", env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_what_is_imported_is_the_wheel(commands: Path, environment: Mapping[str, str]) -> None:
    done = run(commands, environment, "python", "-c", "import chat; print(chat.__file__)")
    assert str(commands.parent) in done.stdout


def test_a_first_question_says_how_to_index_a_folder(
    commands: Path, environment: Mapping[str, str]
) -> None:
    for arguments in (["policy-chat"], ["policy-chat", "Who decides?"]):
        done = run(commands, environment, *arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 1
        assert "policy-ingest FOLDER" in done.stderr


def test_nothing_named_is_nothing_to_index(commands: Path, environment: Mapping[str, str]) -> None:
    """The five pages belong to their publishers and are not in the wheel."""
    done = run(commands, environment, "policy-ingest", "--dry-run", "--json")
    assert (done.returncode, json.loads(done.stdout)["plan"]) == (0, [])


def test_a_folder_is_indexed_and_asked_from_anywhere(
    commands: Path, environment: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "0.md").write_text(essay(0, 2))
    done = run(commands, environment, "policy-ingest", str(tmp_path / "policies"))
    assert done.returncode == 0, done.stderr
    assert (Path(environment["XDG_DATA_HOME"]) / "policy-chat" / "index").is_dir()
    question = "How many weeks does agency 1 take to publish its reasons?"
    asked = run(commands, environment, "policy-chat", "--json", question)
    (module,) = [run(commands, environment, "python", "-m", "chat", "--json", question)]
    answers = [json.loads(done.stdout) for done in (asked, module)]
    assert answers[0]["citations"]
    for answer in answers:
        del answer["milliseconds"]
    assert answers[0] == answers[1]


@pytest.fixture(scope="module")
def app(commands: Path, environment: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """The app as `policy-chat app` starts it: its process and its port."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = int(free.getsockname()[1])
    arguments = [
        str(commands / "policy-chat"),
        "app",
        "--port",
        str(port),
        "--server.headless=true",
    ]
    with subprocess.Popen(
        arguments, cwd="/", env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + START_SECONDS
        while not is_healthy(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield process.pid, port
        process.kill()


def is_healthy(port: int) -> bool:
    connection = HTTPConnection("localhost", port, timeout=2)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's table of sockets")
def test_the_app_listens_on_this_machine_only(app: tuple[int, int]) -> None:
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    listening = "0A"
    addresses = {row[1] for row in rows if row[3] == listening}
    own = {address for address in addresses if address.endswith(f":{app[1]:04X}")}
    loopback = {f"0100007F:{app[1]:04X}", f"{'0' * 24}01000000:{app[1]:04X}"}
    assert own
    assert own <= loopback


def test_the_app_reports_its_use_to_nobody(
    commands: Path, environment: Mapping[str, str], app: tuple[int, int]
) -> None:
    """Streamlit says of each option what it is and where that was said."""
    told = Path(f"/proc/{app[0]}/cmdline").read_bytes().decode().split("\0")
    flags = [flag for flag in told if flag.startswith("--")]
    show = run(commands, environment, "python", "-m", "streamlit", "config", "show", *flags)
    assert "\ngatherUsageStats = false" in show.stdout
    assert '\naddress = "localhost"' in show.stdout
