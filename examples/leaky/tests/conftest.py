"""Passwords of the three seeded accounts: those of the environment, or random ones.

What a test shows of gatescore/requirements.toml goes into the report of the run.
"""

import os
import secrets
from pathlib import Path

import pytest

from bookstore.settings import Settings

NAMES = ("demo", "guest", "admin")


def variable(name: str) -> str:
    """The environment variable with the password of a seeded account."""
    return f"BOOKSTORE_{name.upper()}_PASSWORD"


def _random() -> str:
    return f"Aa1-{secrets.token_urlsafe(12)}"


PASSWORDS = {name: os.environ.get(variable(name)) or _random() for name in NAMES}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell the report which requirements a test shows."""
    for item in items:
        for mark in item.iter_markers("requirement"):
            item.user_properties += [("requirement", id) for id in mark.args]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty folder."""
    return Settings(database=tmp_path / "bookstore.db", jwt_secret=secrets.token_urlsafe(48))
