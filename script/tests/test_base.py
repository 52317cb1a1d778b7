import sys

import pytest
from machine import base


def test_stamp_holds_until_an_input_changes(tmp_path):
    path = tmp_path / "thing" / "stamp"
    base.Stamp(path, "lock 1", "recipe").write()

    assert base.Stamp(path, "lock 1", "recipe").holds()
    assert not base.Stamp(path, "lock 2", "recipe").holds()


def test_stamp_that_was_never_written_does_not_hold(tmp_path):
    assert not base.Stamp(tmp_path / "stamp", "lock").holds()


def test_run_returns_what_the_command_says():
    said = base.run([sys.executable, "-c", "print('æøå')"], doing="Saying")

    assert said == "æøå\n"


def test_run_stops_with_the_commands_last_words():
    failing = [sys.executable, "-c", "print('no such pin'); raise SystemExit(3)"]

    with pytest.raises(base.Stop, match=r"Installing failed \(exit code 3\)") as stopped:
        base.run(failing, doing="Installing")

    assert str(stopped.value).endswith("no such pin")


def test_installers_get_caches_of_their_own_where_home_cannot_hold_them(monkeypatch, tmp_path):
    monkeypatch.setattr(base, "VAR", tmp_path)
    monkeypatch.setenv("HOME", "/nonexistent")

    environment = base.commands_environment()

    assert environment["HOME"] == str(tmp_path / "cache" / "home")
    assert environment["PIP_CACHE_DIR"] == str(tmp_path / "cache" / "pip")
    assert (tmp_path / "cache" / "home").is_dir()


def test_installers_keep_a_home_that_works(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PIP_CACHE_DIR", raising=False)

    environment = base.commands_environment()

    assert environment["HOME"] == str(tmp_path)
    assert "PIP_CACHE_DIR" not in environment
