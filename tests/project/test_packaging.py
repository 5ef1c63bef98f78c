"""What a stranger gets from a clone: pins, a wheel, nothing hidden, nothing tied to one machine."""

from __future__ import annotations

import re
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PACKAGES = ("ingest", "index", "chat")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DEPENDENCIES = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
# Put together here, so that this file does not name them either.
REGISTRY_HOSTS = [
    ".".join(labels)
    for labels in (
        ("pypi", "org"),
        ("pypi", "python", "org"),
        ("pythonhosted", "org"),
        ("download", "pytorch", "org"),
        ("registry", "npmjs", "org"),
        ("deb", "debian", "org"),
        ("archive", "ubuntu", "com"),
    )
]

needs_git = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")


def git(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, input=stdin, capture_output=True, text=True, check=False
    )


def tracked_files() -> list[str]:
    listed = git("ls-files", "-z")
    assert listed.returncode == 0, listed.stderr
    # A file deleted in the work tree is still in the index.
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def pins() -> dict[str, Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


@pytest.mark.parametrize("dependency", DEPENDENCIES)
def test_every_dependency_is_pinned(dependency: str) -> None:
    assert canonicalize_name(Requirement(dependency).name) in pins()


def test_pins_are_exact_and_without_local_suffix() -> None:
    """`torch==2.13.0+cpu` exists in one index only; `torch==2.13.0` is met by every build of it."""
    for pin in pins().values():
        (specifier,) = pin.specifier
        assert specifier.operator == "==", pin
        assert Version(specifier.version).local is None, pin
        assert pin.marker is None, pin


def test_pins_hold_no_cuda_package() -> None:
    assert not [name for name in pins() if re.match(r"nvidia-|cuda-|triton$", name)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Names of the files in the wheel, less its metadata."""
    directory = tmp_path_factory.mktemp("wheel")
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(directory), versions=["standard"])
    with zipfile.ZipFile(path) as archive:
        return [name for name in archive.namelist() if ".dist-info/" not in name]


def test_wheel_holds_the_three_packages_the_app_and_nothing_else(wheel: list[str]) -> None:
    assert {name.split("/")[0] for name in wheel} == {*PACKAGES, "streamlit_app.py"}


@needs_git
def test_wheel_holds_every_tracked_file_of_the_packages(wheel: list[str]) -> None:
    expected = {name for name in tracked_files() if name.split("/")[0] in PACKAGES}
    assert expected
    assert expected <= set(wheel)


@needs_git
@pytest.mark.parametrize("folder", [*PACKAGES, "corpus"])
def test_git_hides_nothing_in(folder: str) -> None:
    """A line `index/` in .gitignore, meant for an index on disk, would drop the package."""
    names = [folder, f"{folder}/new.py", f"{folder}/new.pdf", f"{folder}/deeper/new.toml"]
    ignored = git("check-ignore", "--no-index", "--stdin", stdin="\n".join(names))
    assert ignored.returncode == 1, f"ignored:\n{ignored.stdout}{ignored.stderr}"


@needs_git
def test_state_and_environment_are_not_for_committing() -> None:
    names = ["var/catalog.sqlite", ".venv/bin/python", "index/__pycache__/types.cpython-311.pyc"]
    ignored = git("check-ignore", "--no-index", "--stdin", stdin="\n".join(names))
    assert ignored.stdout.split() == names


@needs_git
def test_no_tracked_file_names_a_package_registry() -> None:
    """Where packages come from is up to whoever installs: pip's own variables, not this tree."""
    pattern = re.compile("|".join(map(re.escape, REGISTRY_HOSTS)).encode())
    named = [name for name in tracked_files() if pattern.search((ROOT / name).read_bytes())]
    assert not named
