"""Settings: every problem is named, nothing starts without the secret."""

import sys
from pathlib import Path

import pytest

from bookstore import __main__ as program
from bookstore import settings

SECRET = "s" * settings.SECRET_CHARACTERS


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKSTORE_JWT_SECRET", SECRET)
    monkeypatch.delenv("BOOKSTORE_DATABASE", raising=False)
    chosen = settings.load()
    assert (chosen.host, chosen.port, chosen.log_level) == ("127.0.0.1", 8000, "INFO")
    assert chosen.database == Path("bookstore.db")
    assert SECRET not in repr(chosen)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BOOKSTORE_JWT_SECRET", SECRET[:-1]),
        ("BOOKSTORE_LOG_LEVEL", "loud"),
        ("BOOKSTORE_PORT", "0"),
        ("BOOKSTORE_PORT", "65536"),
        ("BOOKSTORE_PORT", "http"),
    ],
)
def test_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv("BOOKSTORE_JWT_SECRET", SECRET)
    monkeypatch.setenv(variable, value)
    with pytest.raises(settings.SettingsError, match=variable):
        settings.load()


def test_program_serves_where_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    served: dict[str, object] = {}
    monkeypatch.setenv("BOOKSTORE_JWT_SECRET", SECRET)
    monkeypatch.setenv("BOOKSTORE_DATABASE", str(tmp_path / "x.db"))
    monkeypatch.setattr(sys, "argv", ["bookstore", "--port", "8123"])
    monkeypatch.setattr("uvicorn.run", lambda _app, **options: served.update(options))
    monkeypatch.setattr("bookstore.logs.configure", lambda _level: None)
    assert program.main() == 0
    assert (served["host"], served["port"]) == ("127.0.0.1", 8123)
