"""settings.toml: what may stand in it, and the one line for what may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.settings import ChatSettings
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
        '[embedder]\nmodel = "x/y"\nquery_prompt = "query: "\n[retrieval]\ndense_weight = 1\n'
    )
    settings = load_settings()
    assert settings.embedder == EmbedderSettings("x/y", "query: ", "")
    assert settings.retrieval == RetrievalSettings(dense_weight=1.0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("[retrieval", "cannot be read", id="not-toml"),
        pytest.param(
            "[model]\n", r"unknown table \[model\]; known are chat, embedder, ingest, r", id="table"
        ),
        pytest.param("[retrieval]\nk = 1\n", r"unknown key retrieval\.k; known are", id="key"),
        pytest.param("[sources]\nlargest_megabytes = 0\n", "is 0, expected `int` >= 1", id="size"),
        pytest.param("[sources]\ntimeout_seconds = inf\n", "<= 86400", id="for-ever"),
        pytest.param("[sources]\nallow_private = 1\n", "is 1, expected `bool`", id="not-a-bool"),
        pytest.param("retrieval = 3\n", r"\[retrieval\] must be a table", id="not-a-table"),
        pytest.param("[embedder]\nmodel = 3\n", r"embedder\.model is 3, expected `str`", id="type"),
        pytest.param("[ingest]\nworkers = -1\n", "is -1, expected `int` >= 0", id="workers"),
        pytest.param("[ingest]\nfile_seconds = 0\n", "> 0", id="no-time"),
        pytest.param("[ingest]\nfile_memory_mb = 9\n", "is 9, expected `int` >= 256", id="memory"),
        pytest.param("[reader]\ndepth = true\n", "expected `int`, got `bool`", id="bool"),
        pytest.param("[reader]\ndepth = 0\n", "is 0, expected `int` >= 1", id="zero"),
        pytest.param("[retrieval]\ndense_weight = -1\n", ">= 0.0", id="negative"),
        pytest.param("[retrieval]\ndense_weight = nan\n", ">= 0.0", id="not-a-number"),
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


def test_keys_of_earlier_releases_are_read_and_named_once(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (home / "settings.toml").write_text(
        "[retrieval]\nleast_coverage = 0.5\ncandidates = 7\n[sources]\ndelay_seconds = 3\n"
    )
    settings = load_settings()
    assert settings.table(ChatSettings).least_coverage == 0.5
    assert settings.retrieval == RetrievalSettings()
    load_settings()
    assert sorted(record.getMessage().partition("toml: ")[2] for record in caplog.records) == [
        "retrieval.candidates has no effect any more",
        "retrieval.least_coverage is now chat.least_coverage",
        "sources.delay_seconds has no effect any more",
    ]


def test_what_is_said_at_the_new_place_counts(home: Path) -> None:
    (home / "settings.toml").write_text(
        "[retrieval]\nleast_coverage = 0.5\n[chat]\nleast_coverage = 0.1\n"
    )
    assert load_settings().table(ChatSettings).least_coverage == 0.1


def test_a_key_that_has_moved_is_checked_at_its_new_place(home: Path) -> None:
    (home / "settings.toml").write_text("[retrieval]\nleast_coverage = 2\n")
    with pytest.raises(SettingsError, match=r"chat\.least_coverage is 2, expected"):
        load_settings()
