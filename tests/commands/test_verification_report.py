"""The claims of a target from the command line: judged, reported, and judged again."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.faults.cli import Place

LOG = """\
# Log
- #FILE_CREATED: src/orders.py (2 lines)
- #FILE_CREATED: src/gone.py
- #SUGGEST_TESTING: more of it
- #FILE_MODIFIED: README.md
"""
TARGET = """\
name = "shop"
[code]
paths = ["src"]
[claims]
[absent]
"""
OTHERS = ("tests", "service", "openapi", "load", "dependencies", "requirements", "risks")


def shop(place: Place) -> Path:
    folder = place.path / "shop"
    (folder / "src").mkdir(parents=True)
    (folder / ".orchestration").mkdir()
    (folder / "README.md").write_text("# Shop\n")
    reasons = "".join(f'{part} = "none"\n' for part in OTHERS)
    (folder / "gatescore.toml").write_text(TARGET + reasons)
    committed(folder)
    (folder / "src" / "orders.py").write_text("ONE = 1\nTWO = 2\n")
    (folder / ".orchestration" / "implementation-log.md").write_text(LOG)
    return folder


def committed(folder: Path) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=n@example.com")
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-qm", "one")):
        subprocess.run(("git", *who, *arguments), cwd=folder, check=True, capture_output=True)


def gate(card: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in card["gates"] if one["id"] == "claims")


def test_p32_a_run_and_its_judgement_say_the_same_of_the_log(place: Place) -> None:
    ran = place.run("run", shop(place), "--base", "HEAD", "--gate", "claims")
    found = gate(json.loads(ran.scorecard))
    assert ran.code == 1
    assert {one["rule"].removeprefix("claims.") for one in found["findings"]} == {
        *("file-missing", "not-in-diff", "suggestion")
    }
    report = (place.output / "verification-report.md").read_text("utf-8")
    assert "## Claims that do not hold (2)" in report
    assert "`2 lines, created`" in report
    assert "## Suggestions (1)" in report
    other = place.path / "again"
    again = place.run("judge", place.output, "--output", other)
    assert again.code == ran.code
    assert (other / "verification-report.md").read_text("utf-8") == report


def test_a_target_without_a_log_says_why(place: Place) -> None:
    folder = shop(place)
    file = folder / "gatescore.toml"
    file.write_text(file.read_text().replace("[claims]\n", ""))
    refused = place.run("run", folder, "--gate", "claims")
    assert refused.code == 2
    assert "[absent] claims" in refused.stderr
    file.write_text(file.read_text() + 'claims = "nobody keeps one"\n')
    ran = place.run("run", folder, "--gate", "claims")
    assert gate(json.loads(ran.scorecard))["status"] == "SKIPPED"


def test_a_log_that_is_named_and_not_there_is_no_pass(place: Place) -> None:
    folder = shop(place)
    (folder / ".orchestration" / "implementation-log.md").unlink()
    ran = place.run("run", folder, "--gate", "claims")
    found = gate(json.loads(ran.scorecard))
    assert (ran.code, found["status"]) == (3, "ERROR")
    assert "there is no implementation log" in found["detail"]
