"""A cache and a pool in a target file: what cannot be is said."""

from pathlib import Path

import pytest

from gates.shell.config import ConfigError, read_target

SERVICE = """
name = "shop"
[service]
start = ["serve", "{port}"]
migrate_down = ["migrate", "down", "{state}"]
"""


def troubles(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    file = tmp_path / "gatescore.toml"
    file.write_text(SERVICE + text)
    try:
        read_target(file)
    except ConfigError as error:
        return [(problem.key, problem.message) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    "text",
    [
        '[cache]\nredis = "redis://127.0.0.1:6379/0"',
        '[cache]\nredis = "redis://:${PASSWORD}@127.0.0.1:6379"',
        '[cache]\nhits_metric = "hits"\nmisses_metric = "misses"',
        "[database]\npool = [1, 1]",
    ],
)
def test_a_good_file_has_no_troubles(tmp_path: Path, text: str) -> None:
    assert troubles(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("[cache]", "cache", "does not say where hits are counted"),
        ('[cache]\nhits_metric = "h"', "cache.misses_metric", "is missing"),
        ('[cache]\nmisses_metric = "m"', "cache.hits_metric", "is missing"),
        ('[cache]\nredis = "localhost:6379"', "cache.redis", "allowed: redis://HOST:PORT/DB"),
        ('[cache]\nredis = "redis://10.0.0.1"', "cache.redis", "10.0.0.1 is not this machine"),
        ("[database]\npool = [0, 5]", "database.pool", "found [0, 5]"),
        ("[database]\npool = [6, 5]", "database.pool", "found [6, 5]"),
    ],
)
def test_what_cannot_be_is_said(tmp_path: Path, text: str, key: str, message: str) -> None:
    ((found, words),) = troubles(tmp_path, text)
    assert found == key
    assert message in words


def test_a_placeholder_that_the_way_back_has_not_got_is_said(tmp_path: Path) -> None:
    file = tmp_path / "gatescore.toml"
    file.write_text(SERVICE.replace('"{state}"', '"{stat}"'))
    with pytest.raises(ConfigError, match="service.migrate_down"):
        read_target(file)
