"""A Node target installed and built from its own files alone."""

import json

import pytest

from gates.core.model import Reason
from gates.core.target import Node
from gates.core.tool import ParseError
from gates.tools import node_build

NODE = Node(paths=("src",), build=("{node}", "--check", "src/a.js"))
MANIFEST = {"name": "made", "version": "1.0.0", "private": True, "type": "module"}
LOCK = {**MANIFEST, "lockfileVersion": 3, "packages": {"": MANIFEST}}
TREE = {
    "package.json": json.dumps(MANIFEST),
    "package-lock.json": json.dumps(LOCK),
    "src/a.js": "export const a = 1;\n",
}


def value(report):
    return report.measurements["build.succeeded"].value


def test_a_target_that_installs_and_builds_succeeds(report_of):
    report = report_of(node_build, TREE, NODE)
    assert (value(report), report.findings, report.examined) == (1.0, (), 1)


def test_the_planted_defect_is_a_failed_build_with_its_reason(report_of):
    files = {**TREE, "src/a.js": node_build.control().files["src/planted.js"]}
    report = report_of(node_build, files, NODE)
    (finding,) = report.findings
    assert (value(report), finding.rule) == (0.0, node_build.control().rule)
    assert "SyntaxError" in finding.message
    assert "/copy/" not in finding.message


def test_a_lock_that_does_not_fit_is_a_failed_build(report_of):
    other = {**MANIFEST, "dependencies": {"lost": "file:lost"}}
    files = {**TREE, "package.json": json.dumps(other)}
    report = report_of(node_build, files, Node(paths=("src",)))
    assert value(report) == 0.0
    assert "npm ci" in report.findings[0].message


def test_what_is_installed_now_does_not_help(report_of):
    """The packages of the environment are there, and the lock file names none of them."""
    build = ("{node}", "--eval", "import('eslint')")
    report = report_of(node_build, TREE, Node(paths=("src",), build=build))
    assert value(report) == 0.0
    assert "Cannot find package 'eslint'" in report.findings[0].message


def test_nothing_is_written_into_the_tree(report_of, tmp_path):
    build = (
        "{node}",
        "--eval",
        "import('fs').then((fs) => fs.writeFileSync('made.txt', '{output}'))",
    )
    report = report_of(node_build, TREE, Node(paths=("src",), build=build))
    assert value(report) == 1.0
    assert not (tmp_path / "tree" / "made.txt").exists()
    assert not (tmp_path / "output" / "copy").exists()


def test_a_registry_that_cannot_be_reached_is_no_answer_about_the_target(report_of):
    integrity = "sha512-" + "A" * 86 + "=="
    packages = {
        "": {**MANIFEST, "dependencies": {"lost-package": "1.0.0"}},
        "node_modules/lost-package": {
            "version": "1.0.0",
            "resolved": "http://127.0.0.1:9/lost-package-1.0.0.tgz",
            "integrity": integrity,
        },
    }
    files = {
        **TREE,
        ".npmrc": "registry=http://127.0.0.1:9/\nfetch-retries=0\n",
        "package.json": json.dumps(packages[""]),
        "package-lock.json": json.dumps({**LOCK, "packages": packages}),
    }
    with pytest.raises(ParseError) as caught:
        report_of(node_build, files, Node(paths=("src",)))
    assert caught.value.reason is Reason.ENVIRONMENT_FAILED
