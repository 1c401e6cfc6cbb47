"""Compose files and workflows: broken ones are named, and what they refer to has to be there."""

from pathlib import Path

import pytest

from gates.probes.deployment import compose, files, workflow
from gates.shell import yaml_strict

COMPOSE = """services:
  api:
    build: .
    depends_on:
      db: {condition: service_healthy}
    networks: [default, back]
    volumes: ["data:/data", "./conf:/conf", "/tmp"]
    secrets: [key]
  db:
    image: postgres:17
    healthcheck:
      test: [CMD, pg_isready]
networks: {back: {}}
volumes: {data: {}}
secrets: {key: {file: key}}
x-note: mine
"""
WORKFLOW = """name: CI
on: [push]
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v5
      - uses: ./.github/actions/own
      - run: make
  ship:
    needs: [test]
    uses: owner/repo/.github/workflows/x.yml@0123456789012345678901234567890123456789
"""


def said(kind: str, text: str, **keys: bool) -> list[str]:
    held = yaml_strict.decode(text)
    assert isinstance(held, dict)
    return list(compose.faults(held, **keys) if kind == "compose" else workflow.faults(held))


def test_good_ones_have_no_fault() -> None:
    assert said("compose", COMPOSE) == []
    without = COMPOSE.replace("    healthcheck:\n      test: [CMD, pg_isready]\n", "")
    assert said("compose", without.replace("service_healthy", "service_started")) == []
    assert said("compose", "services: {a: {image: x, depends_on: [b]}, b: {image: y}}") == []
    assert said("workflow", WORKFLOW) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    build: .\n", "", "service api has neither image nor build"),
        ("db: {condition", "dbx: {condition", "service api depends on dbx, which is no service"),
        ("service_healthy", "healthy", "service api waits for healthy; allowed: "),
        (
            "    healthcheck:\n      test: [CMD, pg_isready]\n",
            "",
            "service api waits until db is healthy, which has no healthcheck",
        ),
        ("[CMD, pg_isready]", "[pg_isready]", "service db has a healthcheck whose test begins"),
        ("[CMD, pg_isready]", "[]", "service db has a healthcheck without a test"),
        ("{back: {}}", "{}", "service api uses the network back, which is not declared"),
        ("volumes: {data: {}}", "volumes:", "service api uses the volume data, which is not"),
        ("secrets: {key: {file: key}}", "name: x", "service api uses key of secrets, which is not"),
        ("x-note: mine", "servces: {}", "has the unknown key servces"),
        (
            "image: postgres:17",
            "image: p\n    depends_on: [api]",
            "has services that wait for each",
        ),
    ],
)
def test_each_fault_of_a_compose_file_is_named(old: str, new: str, expected: str) -> None:
    assert old in COMPOSE
    (found,) = said("compose", COMPOSE.replace(old, new, 1))
    assert found.startswith(expected)


@pytest.mark.parametrize("text", ["services:\n", "services: []\n", "name: x\n", "services: {}\n"])
def test_a_compose_file_has_services(text: str) -> None:
    assert said("compose", text) == ["has no services"]


@pytest.mark.parametrize(
    "text",
    [
        "include: [x.yml]\nservices:\n  a: {image: x, depends_on: [db], volumes: ['v:/x']}\n",
        "services:\n  a:\n    image: x\n    depends_on: {b: {required: false}}\n",
        "services:\n  a: {image: x, volumes: ['C:\\x:/y', '~/x:/y', '${V:-v}:/z']}\n",
        "x-c: &c {image: 'a:1'}\nservices:\n  a: {<<: *c}\n",
        (
            "services:\n  a: {image: x, depends_on: {b: {condition: service_healthy}}}\n"
            "  b: {image: 'registry.example/b:1'}\n"
        ),
    ],
)
def test_what_may_stand_elsewhere_is_no_fault(text: str) -> None:
    """In an included file, on the host, or in the image itself."""
    assert said("compose", text) == []


def test_what_an_overlay_takes_back_is_read(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    overlay = "services:\n  api:\n    ports: !reset []\n    secrets: !override [key]\n"
    (tmp_path / "compose.prod.yaml").write_text(overlay)
    assert files.looked(tmp_path, (), ("compose.yaml", "compose.prod.yaml")).findings == ()
    (tmp_path / "compose.prod.yaml").write_text("services:\n  api:\n    ports: !python/x []\n")
    (found,) = files.looked(tmp_path, (), ("compose.yaml", "compose.prod.yaml")).findings
    assert found.rule == "file-unreadable"


def test_an_overlay_changes_services_that_stand_elsewhere() -> None:
    text = "services:\n  api:\n    depends_on: [db]\n    volumes: ['data:/x']\n"
    assert said("compose", text, overlay=True) == []
    assert len(said("compose", text)) == 3


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("on: [push]\n", "", "says nowhere what starts it: on"),
        ("name: CI", "nmae: CI", "has the unknown key nmae"),
        ("    runs-on: ubuntu-24.04\n", "", "job test does not say where it runs"),
        ("needs: [test]", "needs: tests", "job ship needs tests, which is no job"),
        ("checkout@v5", "checkout@main", "job test step 1 uses actions/checkout@main, which is"),
        ("checkout@v5", "checkout", "job test step 1 uses actions/checkout, which names no"),
        ("- run: make", "- name: x", "job test step 3 has neither run nor uses"),
        ("- run: make", "- {run: x, uses: a/b@v1}", "job test step 3 has both run and uses"),
        ("- run: make", "- uses: docker://alpine:latest", "job test step 3 uses docker://alpine"),
        ("@0123456789012345678901234567890123456789", "@dev", "job ship uses owner/repo"),
        ("runs-on: ubuntu-24.04", "runs-on: x\n    needs: ship", "has jobs that wait for each"),
    ],
)
def test_each_fault_of_a_workflow_is_named(old: str, new: str, expected: str) -> None:
    assert old in WORKFLOW
    (found,) = said("workflow", WORKFLOW.replace(old, new, 1))
    assert found.startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on: push\n", ["has no jobs"]),
        ("on: push\njobs: {a: {runs-on: x}}\n", ["job a has no steps"]),
        ("on: push\njobs: {a: 1}\n", ["job a is no mapping"]),
        (
            "on: push\njobs: {a: {runs-on: x, steps: [{run: x, id: i}, {run: y, id: i}]}}\n",
            ["job a step 2 has the id i of an earlier one"],
        ),
    ],
)
def test_a_workflow_has_jobs_with_steps(text: str, expected: list[str]) -> None:
    assert said("workflow", text) == expected


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("compose.yaml", "compose"),
        ("deploy/docker-compose.prod.yml", "compose"),
        ("composer.yml", ""),
        (".github/workflows/ci.yml", "workflow"),
        (".github/dependabot.yml", ""),
        ("sub/.github/workflows/ci.yml", ""),
    ],
)
def test_files_are_known_by_name_and_place(path: str, kind: str) -> None:
    assert compose.is_compose(path) is (kind == "compose")
    assert workflow.is_workflow(path) is (kind == "workflow")


def test_broken_files_are_named_with_their_line(tmp_path: Path) -> None:
    written = {
        "compose.yaml": "services:\n  a: {image: x:1}\n  a: {image: y:1}\n",
        "compose.override.yaml": "services:\n  a:\n    environment: {A: b}\n",
        ".github/workflows/a.yml": "on: push\njobs: [\n",
        ".github/workflows/b.yml": "- 1\n",
    }
    for name, text in written.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    look = files.looked(tmp_path, (), tuple(written))
    assert [(f.rule, f.path) for f in look.findings] == [
        ("file-unreadable", "compose.yaml"),
        ("file-unreadable", ".github/workflows/a.yml"),
        ("file-unreadable", ".github/workflows/b.yml"),
    ]
    assert look.findings[0].line == 3
    assert look.examined == 4


def test_no_file_of_the_kind_is_nothing_looked_at(tmp_path: Path) -> None:
    assert files.looked(tmp_path, (), ("README.md",)).measurement.value is None
