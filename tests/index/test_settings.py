"""settings.toml: what may stand in it, and the one line for what may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import SettingsError
from index.settings import CORPUS, PROJECT_ROOT, EmbedderSettings, RetrievalSettings, load_settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POLICY_CHAT_HOME", str(tmp_path))
    return tmp_path


def test_without_a_file_the_defaults_hold(home: Path) -> None:
    settings = load_settings()
    assert settings.home == home
    assert settings.embedder == EmbedderSettings()
    assert settings.retrieval == RetrievalSettings()
    assert list(home.iterdir()) == []


def test_paths_resolve_from_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("POLICY_CHAT_HOME")
    monkeypatch.chdir(tmp_path)
    assert load_settings().home == PROJECT_ROOT / "var"
    assert (PROJECT_ROOT / "pyproject.toml").is_file()
    assert PROJECT_ROOT / "corpus" == CORPUS


def test_what_is_written_is_read(home: Path) -> None:
    (home / "settings.toml").write_text(
        '[embedder]\nmodel = "x/y"\nquery_prompt = "query: "\n'
        "[retrieval]\ndense_weight = 1\ncandidates = 7\n"
    )
    settings = load_settings()
    assert settings.embedder == EmbedderSettings("x/y", "query: ", "")
    assert settings.retrieval == RetrievalSettings(dense_weight=1.0, candidates=7)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("[retrieval", "cannot be read", id="not-toml"),
        pytest.param(
            "[model]\n", r"unknown table \[model\]; known are embedder, ingest, r", id="table"
        ),
        pytest.param("[retrieval]\nk = 1\n", r"unknown key retrieval\.k; known are", id="key"),
        pytest.param("[sources]\nlargest_megabytes = 0\n", "at least 1", id="no-size"),
        pytest.param("[sources]\ndelay_seconds = -1\n", "not be negative", id="delay"),
        pytest.param("[sources]\ntimeout_seconds = inf\n", "must be finite", id="for-ever"),
        pytest.param("[sources]\nallow_private = 1\n", "must be a bool, not 1", id="not-a-bool"),
        pytest.param("retrieval = 3\n", r"\[retrieval\] must be a table", id="not-a-table"),
        pytest.param("[embedder]\nmodel = 3\n", r"model must be a str, not 3", id="type"),
        pytest.param("[ingest]\nworkers = -1\n", "from 0 to 64", id="workers"),
        pytest.param("[ingest]\nfile_seconds = 0\n", "more than 0", id="no-time"),
        pytest.param("[ingest]\nfile_memory_mb = 9\n", "at least 256", id="no-memory"),
        pytest.param("[retrieval]\ncandidates = true\n", "must be a int, not True", id="bool"),
        pytest.param("[retrieval]\ncandidates = 0\n", "at least 1", id="zero"),
        pytest.param("[retrieval]\ndense_weight = -1\n", "not be negative", id="negative"),
        pytest.param("[retrieval]\ndense_weight = nan\n", "must be finite", id="not-a-number"),
        pytest.param("[retrieval]\nlexical_weight = inf\n", "must be finite", id="infinite"),
        pytest.param(
            "[retrieval]\ndense_weight = 0\nlexical_weight = 0\n", "not both be 0", id="no-weight"
        ),
    ],
)
def test_what_cannot_be_used_is_named(home: Path, text: str, reason: str) -> None:
    (home / "settings.toml").write_text(text)
    with pytest.raises(SettingsError, match=reason) as caught:
        load_settings()
    assert str(caught.value).startswith(str(home / "settings.toml"))
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(home: Path) -> None:
    (home / "settings.toml").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings()
    (home / "settings.toml").rmdir()
    (home / "settings.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings()
