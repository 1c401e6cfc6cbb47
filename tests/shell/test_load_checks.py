"""Names of operations in [load] that mean none: an error of the target file, before any run."""

import json
from pathlib import Path

import pytest

from gates.cli import USAGE, main
from gates.shell.config import ConfigError, read_target

SERVICE = 'name = "shop"\n[service]\nstart = ["serve", "{port}"]\n'
EXPLICIT = """
[load]
rate = 20
objectives = { %s }
[[load.operations]]
name = "listBooks"
path = "/v1/books?limit=20"
[[load.operations]]
path = "/v1/orders"
[[load.operations]]
path = "/v1/orders"
"""
MADE_UP = """
[openapi]
%s
[load]
rate = 20
objectives = { %s }
"""
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "shop", "version": "1"},
    "servers": [{"url": "/v1"}],
    "paths": {"/books/{id}": {"get": {"operationId": "getBook", "responses": {}}}},
}


def problems(folder: Path, text: str) -> list[str]:
    (folder / "openapi.json").write_text(json.dumps(DOCUMENT))
    (folder / "gatescore.toml").write_text(SERVICE + text)
    try:
        read_target(folder / "gatescore.toml")
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("listBooks", True),
        ('"GET /v1/books"', True),  # its method and path, without the query
        ('"GET /v1/orders"', True),
        ('"GET /v1/orders (3)"', True),  # the second of its name
        ("listBook", False),
        ('"GET /v1/orders (2)"', False),
        ('"POST /v1/orders"', False),
    ],
)
def test_an_objective_means_an_operation_of_the_load(
    tmp_path: Path, name: str, known: bool
) -> None:
    assert bool(problems(tmp_path, EXPLICIT % f"{name} = {{ p95_ms = 5 }}")) is not known


def test_an_unknown_operation_is_told_with_place_choice_and_near_match(tmp_path: Path) -> None:
    """P2: file, key, what was found, what is allowed, what to do."""
    (text,) = problems(tmp_path, EXPLICIT % "listBook = { p95_ms = 5 }")
    assert f"{tmp_path}/gatescore.toml:7:16:" in text
    assert "load.objectives.listBook: names 'listBook', which load.operations does not have" in text
    assert "allowed: GET /v1/books, GET /v1/orders, GET /v1/orders (3), listBooks" in text
    assert "did you mean listBooks?" in text


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("getBook", True),
        ('"GET /books/{id}"', True),
        ('"GET /v1/books/{id}"', True),
        ("getBooks", False),
        ('"GET /v2/books/{id}"', False),
    ],
)
def test_a_committed_document_says_what_there_is(tmp_path: Path, name: str, known: bool) -> None:
    text = MADE_UP % ('file = "openapi.json"', f"{name} = {{ p95_ms = 5 }}")
    found = problems(tmp_path, text)
    assert bool(found) is not known
    assert known or "which the document does not have; allowed: GET /v1/books/{id}, getBook" in str(
        found
    )


def test_weights_are_read_beside_the_document_too(tmp_path: Path) -> None:
    text = MADE_UP % ('file = "openapi.json"', "") + "weights = { getBok = 2 }\n"
    (found,) = problems(tmp_path, text)
    assert "load.weights.getBok: names 'getBok', which the document does not have" in found
    assert "did you mean getBook?" in found


@pytest.mark.parametrize("document", ['path = "/openapi.json"', 'file = "broken.json"'])
def test_a_document_that_only_the_run_reads_is_left_to_it(tmp_path: Path, document: str) -> None:
    """Served, or unreadable: the gates say that."""
    (tmp_path / "broken.json").write_text("{")
    assert problems(tmp_path, MADE_UP % (document, "nothing = { p95_ms = 5 }")) == []


def test_an_objective_without_a_bound_is_told(tmp_path: Path) -> None:
    (text,) = problems(tmp_path, EXPLICIT % "listBooks = {}")
    assert "load.objectives.listBooks: has no bound; allowed: one or more of p50_ms" in text


def test_the_command_line_ends_with_2_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    problems(tmp_path, EXPLICIT % "listBook = { p95_ms = 5 }")
    monkeypatch.chdir(tmp_path)
    assert main(["run", str(tmp_path), "--gate", "load"]) == USAGE
    assert "did you mean listBooks?" in capsys.readouterr().err
    assert not (tmp_path / ".gatescore" / "runs").exists()
