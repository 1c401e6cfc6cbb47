"""Everything the environment may say, read once and checked at once."""

import os
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

SECRET_CHARACTERS = 32
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
PORTS = range(1, 65_536)


class SettingsError(Exception):
    """A variable is missing or has a value that cannot be used; the text names each."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How this process runs. `.env.example` explains each variable."""

    database: Path
    jwt_secret: str = field(repr=False)
    log_level: str = "INFO"
    host: str = "127.0.0.1"
    port: int = 8000
    access_lifetime: timedelta = timedelta(minutes=15)
    refresh_lifetime: timedelta = timedelta(days=7)
    list_limit: int = 500
    telemetry: bool = False


def load() -> Settings:
    """The settings of this environment, or SettingsError with every problem found."""
    secret = os.environ.get("BOOKSTORE_JWT_SECRET", "")
    level = os.environ.get("BOOKSTORE_LOG_LEVEL", "INFO")
    port = os.environ.get("BOOKSTORE_PORT", "8000")
    problems = [*_secret_problems(secret), *_level_problems(level), *_port_problems(port)]
    if problems:
        raise SettingsError("; ".join(problems))
    return Settings(
        database=database_path(),
        jwt_secret=secret,
        log_level=level,
        host=os.environ.get("BOOKSTORE_HOST", "127.0.0.1"),
        port=int(port),
        telemetry=bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")),
    )


def database_path() -> Path:
    """Where the SQLite file is; all that migrations and the seed need to know."""
    return Path(os.environ.get("BOOKSTORE_DATABASE", "bookstore.db"))


def _secret_problems(secret: str) -> list[str]:
    if len(secret) >= SECRET_CHARACTERS:
        return []
    return [f"BOOKSTORE_JWT_SECRET must be set, with at least {SECRET_CHARACTERS} characters"]


def _level_problems(level: str) -> list[str]:
    if level in LEVELS:
        return []
    return [f"BOOKSTORE_LOG_LEVEL is {level!r}, allowed: {', '.join(LEVELS)}"]


def _port_problems(port: str) -> list[str]:
    if port.isascii() and port.isdigit() and int(port) in PORTS:
        return []
    return [f"BOOKSTORE_PORT is {port!r}, allowed: 1 to 65535"]
