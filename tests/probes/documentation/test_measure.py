"""The whole probe, as a process, on a good target and on each way to spoil it."""

import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gates.core.model import Reason, ToolReport
from gates.core.target import Code, Node, OpenApi, Service, Target
from gates.core.tool import Options, ParseError
from gates.tools import documentation
from tests.probes.started import started

WORDS = "This text says enough about the matter to be more than a stub. " * 3
CONTRACT = """# Contract
## Base URL and version
`/v1`, version 1.
## Authentication
Send a token always.
## Errors
`GET /books` answers 404.
## Real-time events
There are no events.
## Limits
There are no limits.
"""
FILES = {
    "README.md": f"# Shop\n{WORDS}\n## Set up\n```\nmake run\n```\n",
    "CHANGELOG.md": "# Changelog\n## Unreleased\n## 1.0.0 - 2026-01-01\n- First release of it.\n",
    "docs/decisions/0001-sqlite.md": f"# SQLite\nStatus: accepted\nDate: 2026-01-01\n{WORDS}\n",
    "docs/decisions/template.md": "TODO",
    "docs/runbook.md": f"# Runbook\n{WORDS}\n    make deploy\n\n```\nmake deploy\n```\n",
    "docs/architecture.md": f"# Architecture\n{WORDS}",
    "docs/troubleshooting.md": f"# Troubleshooting\n{WORDS}",
    "docs/known-issues.md": f"# Known issues\n{WORDS}",
    "docs/next-steps.md": f"# Next steps\n{WORDS}",
    "docs/integration-contract.md": CONTRACT,
    ".env.example": "SHOP_PORT=8000\n",
    "shop.http": "GET http://localhost:8000/books\n",
    "src/shop.py": "import os\nPORT = os.environ['SHOP_PORT']\n",
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "security": [],
    "paths": {
        "/books": {
            "get": {
                "summary": "Books",
                "description": "All books.",
                "responses": {"200": {}, "404": {}},
            }
        }
    },
}
TARGET = Target(
    name="shop",
    code=Code(paths=("src",)),
    service=Service(start=("x",)),
    openapi=OpenApi(file="openapi.json"),
)
PERCENT, MISSING, VIOLATIONS, ENV, LINKS, REQUESTS, SEED = documentation.METRICS
FINE: dict[str, float | None] = {
    **{PERCENT: 100, MISSING: 0, VIOLATIONS: 0, ENV: 0},
    **{LINKS: 0, REQUESTS: 0, SEED: None},  # nobody has started the service here
}


def judged(
    folder: Path,
    changes: dict[str, str | None] | None = None,
    target: Target = TARGET,
    document: dict[str, Any] | None = DOCUMENT,
    **settings: object,
) -> ToolReport:
    tree, output = folder / "tree", folder / "output"
    for name, content in (FILES | (changes or {})).items():
        if content is not None:
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(content)
    output.mkdir(exist_ok=True)
    bundled = ""
    if document is not None:
        bundled = str(output / "bundled.json")
        Path(bundled).write_text(json.dumps(document))
    options = Options(
        tree=str(tree),
        output=str(output),
        python=sys.executable,
        files=tuple(p.relative_to(tree).as_posix() for p in sorted(tree.rglob("*.*"))),
        document=bundled,
        settings=settings,
    )
    (invocation,) = documentation.commands(target, options)
    return documentation.parse((started(invocation, output),))


def values(report: ToolReport) -> dict[str, float | None]:
    return {name: measured.value for name, measured in report.measurements.items()}


def test_what_a_target_has_not_got_is_no_finding(tmp_path: Path) -> None:
    """`[absent] "documentation.contract" = "…"` skips the criterion: its finding was noise."""
    changes: dict[str, str | None] = {"docs/integration-contract.md": None}
    report = judged(tmp_path, changes, absent=[VIOLATIONS])
    assert report.findings == ()
    assert values(report) == FINE | {VIOLATIONS: None}
    assert [f.rule for f in judged(tmp_path, changes).findings] == ["contract-missing"]


def test_a_documented_target_has_nothing_to_mend(tmp_path: Path) -> None:
    report = judged(tmp_path)
    assert report.findings == ()
    assert values(report) == FINE
    # 8 documents, the contract, the variables, 1 operation, 10 files with links, 1 collection
    assert report.examined == 22
    assert set(report.measurements) == set(documentation.METRICS)


@pytest.mark.parametrize(
    ("changes", "metric", "rule", "path"),
    [
        ({"README.md": None}, MISSING, "document-missing", "README.md"),
        (
            {"README.md": f"# Shop\n{WORDS}\n## Set up\nAsk.\n"},
            MISSING,
            "document-setup",
            "README.md",
        ),
        (
            {"README.md": f"# Shop\n{WORDS}\n```\nmake\n```\n"},
            MISSING,
            "document-setup",
            "README.md",
        ),
        ({"CHANGELOG.md": "# Changelog\nFirst.\n"}, MISSING, "document-stub", "CHANGELOG.md"),
        (
            {"docs/decisions/0001-sqlite.md": None},
            MISSING,
            "document-missing",
            "docs/decisions/*.md",
        ),
        (
            {"docs/decisions/0002.md": f"# B\nStatus: accepted\n{WORDS}"},
            MISSING,
            "record-date",
            "docs/decisions/0002.md",
        ),
        (
            {"docs/decisions/0002.md": f"# B\n2026-01-01\n{WORDS}"},
            MISSING,
            "record-status",
            "docs/decisions/0002.md",
        ),
        (
            {"docs/runbook.md": f"# Runbook\n{WORDS}"},
            MISSING,
            "document-command",
            "docs/runbook.md",
        ),
        (
            {"docs/next-steps.md": "# Next steps\nfew words\n"},
            MISSING,
            "document-stub",
            "docs/next-steps.md",
        ),
        (
            {"docs/known-issues.md": f"# Known issues\n{WORDS}\n## Later\nTBD\n"},
            MISSING,
            "document-stub",
            "docs/known-issues.md",
        ),
        (
            {"docs/architecture.md": f"# Architecture\n{WORDS}\n## Storage\n"},
            MISSING,
            "document-stub",
            "docs/architecture.md",
        ),
        (
            {"docs/integration-contract.md": None},
            VIOLATIONS,
            "contract-missing",
            "docs/integration-contract.md",
        ),
        (
            {"docs/integration-contract.md": f"{CONTRACT}\nPUT /books\n"},
            VIOLATIONS,
            "contract-route",
            "docs/integration-contract.md",
        ),
        (
            {"docs/runbook.md": f"# Runbook\n{WORDS}\n```\n# TODO: how\n```\n"},
            MISSING,
            "document-command",
            "docs/runbook.md",
        ),
        (
            {"docs/architecture.md": f"# Architecture\n{WORDS}\n[a](nowhere.md)\n"},
            LINKS,
            "link-dead",
            "docs/architecture.md",
        ),
        ({"shop.http": "PUT /books\n"}, REQUESTS, "collection-route", "shop.http"),
        ({"shop.http": None}, REQUESTS, "collection-missing", ""),
        ({".env.example": None}, ENV, "env-undocumented", "src/shop.py"),
        ({".env.example": "OTHER=1\n"}, ENV, "env-undocumented", "src/shop.py"),
    ],
)
def test_each_gap_is_counted_once_and_found(
    tmp_path: Path, changes: dict[str, str | None], metric: str, rule: str, path: str
) -> None:
    report = judged(tmp_path, changes)
    assert values(report) == FINE | {metric: 1}
    assert [(finding.rule, finding.path) for finding in report.findings] == [(rule, path)]


def test_the_share_of_complete_operations_is_in_per_cent(tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["paths"]["/carts"] = {"get": {}}
    report = judged(tmp_path, document=document)
    assert values(report)[PERCENT] == 50
    assert [finding.context for finding in report.findings] == ["GET /carts"]


def test_what_a_target_has_not_got_is_not_measured_and_says_why(tmp_path: Path) -> None:
    report = judged(tmp_path, target=Target(name="bare"), document=None)
    why = {name: measured.why for name, measured in report.measurements.items()}
    assert why == {
        PERCENT: "the target names no OpenAPI document",
        MISSING: "",
        VIOLATIONS: "the target names no service",
        ENV: "the target names no code",
        LINKS: "",
        REQUESTS: "the target names no OpenAPI document, so the requests of a collection cannot be"
        " looked up",
        SEED: "the target file names no command that seeds: service.seed",
    }
    report = judged(tmp_path, document=None)
    assert "no OpenAPI document" in report.measurements[VIOLATIONS].why
    empty = judged(tmp_path, document={"openapi": "3.1.0", "paths": {}})
    assert empty.measurements[PERCENT].why == "the OpenAPI document has no operations"


def test_scripts_are_searched_for_variables_too(tmp_path: Path) -> None:
    target = Target(name="shop", node=Node(paths=("web",)))
    changes: dict[str, str | None] = {"web/server.ts": "listen(process.env.WEB_PORT)\n"}
    (found,) = (f for f in judged(tmp_path, changes, target).findings if "env" in f.rule)
    assert (found.path, found.line, found.context) == ("web/server.ts", 1, "WEB_PORT")


def test_code_that_does_not_parse_makes_the_look_incomplete(tmp_path: Path) -> None:
    """P7: what was not looked at is never silently left out."""
    report = judged(tmp_path, {"src/broken.py": "import os\nos.environ[\n"})
    (broken,) = report.incomplete
    assert broken.startswith("src/broken.py: ")


def test_a_link_out_of_the_tree_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "secret.md").write_text(WORDS)
    (tmp_path / "tree" / "README.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(ParseError, match="leads out of the target") as caught:
        judged(tmp_path, {"README.md": None})
    assert caught.value.reason is Reason.INCOMPLETE


def test_a_document_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="OpenAPI document") as caught:
        judged(tmp_path, document=[])  # type: ignore[arg-type]
    assert caught.value.reason is Reason.UNREADABLE_RESULT


def test_the_control_is_caught(tmp_path: Path) -> None:
    """P13."""
    control = documentation.control()
    report = judged(tmp_path, dict(control.files))
    assert control.rule in {finding.rule for finding in report.findings}


def test_tests_beside_the_code_need_no_variables_of_those_who_install_it(tmp_path: Path) -> None:
    read = "import os\nos.environ['ONLY_HERE']\n"
    changes: dict[str, str | None] = {"src/tests/helpers.py": read, "src/shop_test.py": read}
    assert judged(tmp_path, changes).findings == ()
    (found,) = judged(tmp_path, {"src/testing.py": read}).findings
    assert (found.rule, found.path) == ("env-undocumented", "src/testing.py")


def test_a_missing_example_file_is_said_to_be_missing(tmp_path: Path) -> None:
    measured = judged(tmp_path, {".env.example": None}).measurements[ENV]
    assert (measured.value, measured.detail) == (
        1,
        "1 variables are read by the code; there is no .env.example",
    )


def test_each_finding_is_one_of_its_number(tmp_path: Path) -> None:
    """So that a waiver makes the number less by one, and a baseline knows what was there."""
    changes: dict[str, str | None] = {
        "docs/runbook.md": "# Runbook\nTODO\n",
        "docs/integration-contract.md": f"{CONTRACT}\nGET /authors\n",
        "docs/architecture.md": f"# Architecture\n{WORDS}\n[a](gone.md)\n",
        "src/shop.py": "import os\nos.environ['A'], os.environ['B']\n",
        "shop.http": "GET http://localhost:8000/authors\n",
    }
    report = judged(tmp_path, changes)
    counts = {metric: values(report)[metric] for metric in (MISSING, VIOLATIONS, ENV, LINKS)}
    counts[REQUESTS] = values(report)[REQUESTS]
    assert counts == {MISSING: 3, VIOLATIONS: 1, ENV: 2, LINKS: 1, REQUESTS: 1}
    for metric, value in counts.items():
        assert sum(one.metric == metric for one in report.findings) == value
