"""Reports of other tools as those wrote them: exactly the findings that another reader counted."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from gates.core.npm_audit import NpmAnswer, NpmAudited
from gates.core.tool import ToolOutput
from gates.tools import bandit, hadolint, npm_audit
from gates.tools.formats import eslint_json, places, sarif, scope, secret_reports

FOREIGN = Path(__file__).parents[3] / "shared" / "data" / "scans"
EXPECTED = FOREIGN / "expected.json"
CASES = json.loads(EXPECTED.read_text()) if EXPECTED.is_file() else []
FILES = ("Dockerfile", "a.py")


def output(stdout: bytes, code: int) -> ToolOutput:
    given = msgspec.json.encode(scope.Scope(tree="/tree", files=FILES))
    return ToolOutput(exit_code=code, stdout=stdout, files={scope.NAME: given})


def of_bandit(data: bytes) -> int:
    found = bool(json.loads(data)["results"])
    return len(bandit.parse((output(data, int(found)),)).findings)


def of_hadolint(data: bytes) -> int:
    return len(hadolint.parse((output(data, 1),)).findings)


def of_sarif(data: bytes) -> int:
    """All that the tools found: what was suppressed there is counted apart by us."""
    tree = places.Tree(roots=("/tree",), files=frozenset(FILES))
    found = sarif.read(data, tree, tool="x", what="the log")
    return found.total + found.suppressed


def of_secrets(kind: str) -> Callable[[bytes], int]:
    tree = places.Tree(roots=("/tree",), files=frozenset(FILES))
    reader = secret_reports.READERS[kind]
    return lambda data: reader(data, tree, tool="x", what="the report").total


def of_eslint(data: bytes) -> int:
    return len(eslint_json.problems(eslint_json.read(data, what="the report")))


def of_npm_audit(data: bytes) -> int:
    report = json.loads(data)
    found = report.get("vulnerabilities") or report.get("advisories")
    item = NpmAudited(
        file="package-lock.json",
        exit_code=int(bool(found)),
        stdout=data.decode(),
        stderr_tail="",
    )
    answer = NpmAnswer(audits=(item,), version="10.8.2", today="2026-01-01")
    given = ToolOutput(exit_code=0, stdout=msgspec.json.encode(answer))
    return len(npm_audit.parse((given,)).findings)


READERS: dict[str, Callable[[bytes], int]] = {
    "bandit": of_bandit,
    "detect_secrets": of_secrets("detect-secrets"),
    "eslint": of_eslint,
    "gitleaks": of_secrets("gitleaks"),
    "hadolint": of_hadolint,
    "npm_audit": of_npm_audit,
    "npm_audit_7_plus": of_npm_audit,
    "sarif": of_sarif,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_the_findings_are_exactly_the_expected_ones(case):
    data = (FOREIGN / case["file"]).read_bytes()
    assert READERS[case["tool"]](data) == case["expected"]
