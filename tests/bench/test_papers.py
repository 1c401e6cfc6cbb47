"""The tree before its release: all that is promised of it, and nothing to complain of."""

import subprocess
from pathlib import Path
from xml.etree import ElementTree

from bench import papers, tree
from bench.level3 import ITEMS, LOOKING, Release
from gates.shell import requirement_files


def objects(root: Path) -> bytes:
    words = ("git", "-C", str(root), "rev-parse", "HEAD^{tree}", "base^{tree}")
    return subprocess.run(words, check=True, capture_output=True).stdout


def test_the_papers_are_the_same_every_time_and_as_many_as_promised(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for root in (one, other):
        root.mkdir()
        assert papers.write(root) >= 25_000
    assert objects(one) == objects(other)
    listed = requirement_files.read(one / "gatescore" / "requirements.toml", "requirements.toml")
    assert len(listed.requirements) >= 100
    cases = ElementTree.fromstring(papers.junit()).iter("testcase")
    shown = {str(found.get("value")) for case in cases for found in case.iter("property")}
    assert {requirement.id for requirement in listed.requirements} < shown
    log = (one / ".orchestration" / "implementation-log.md").read_text()
    assert log.count("Verification: `") >= 30
    count = ("git", "-C", str(one), "rev-list", "--count", "base..HEAD")
    found = subprocess.run(count, check=True, capture_output=True).stdout
    assert int(found) == len(tree.DOMAINS)


def test_every_gate_looks_at_the_tree_and_finds_no_defect(tmp_path: Path) -> None:
    release = Release(tmp_path)
    assert release.write() >= 25_000
    signed = tmp_path / "tree" / "gatescore" / "signoffs"
    assert len([*signed.glob("*.toml")]) == len(ITEMS)
    release.run()
    found = release.states()
    assert {*found} >= {*LOOKING, "evidence", "owasp", "freshness", "definition-of-done"}
    assert found["sign-off"] == "PENDING"  # the roles are missing, and no file is refused
