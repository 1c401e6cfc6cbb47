"""The result file of a fake tool: as a tool's own, or with what a test wants in it."""

import json
from pathlib import Path


def write(errors: int = 0, **more: object) -> None:
    result = {
        "tool": "fake",
        "examined": 1,
        "examined_unit": "files",
        "measurements": {"fake.errors": {"value": errors}},
    }
    Path("result.json").write_text(json.dumps(result | more), encoding="utf-8")
