"""The committed OpenAPI document is the served one, and says everything a reader needs."""

import json
from pathlib import Path

import pytest

from bookstore import export_openapi
from bookstore.document import Body, Operation

COMMITTED = Path(__file__).parents[2] / "openapi.json"
DOCUMENT = json.loads(export_openapi.render())
OPERATIONS = [
    pytest.param(operation, id=f"{method} {path}")
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]


def test_committed_is_current() -> None:
    assert export_openapi.main(["--check", str(COMMITTED)]) == 0


def test_check_notices_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "openapi.json"
    assert export_openapi.main([str(copy)]) == 0
    copy.write_text(copy.read_text().replace("Bookstore", "Library"))
    assert export_openapi.main(["--check", str(copy)]) == 1
    assert "out of date" in capsys.readouterr().err


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operation_is_complete(operation: Operation) -> None:
    assert {"summary", "description"} <= operation.keys()
    assert "security" in operation
    assert any(status >= "400" for status in operation["responses"])
    bodies = [*operation["responses"].values(), operation.get("requestBody", Body())]
    for body in bodies:
        assert all("example" in media for media in body.get("content", {}).values())
