"""Sign-offs are bound to a commit, a role and a person; what is refused says why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gates
from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Options, ToolOutput
from gates.tools import signoff

COMMIT = "0123456789abcdef0123456789abcdef01234567"  # pragma: allowlist secret
OTHER = "f" * 40
ROLES = ("administrator", "technical-lead")


def signed(role: str, person: str, commit: str = COMMIT, date: str = "2026-11-21") -> str:
    return f'role = "{role}"\nperson = "{person}"\ncommit = "{commit}"\ndate = {date}\n'


BOTH = {"a": signed("administrator", "Ada"), "b": signed("technical-lead", "Bo")}


def judged(
    folder: Path,
    files: dict[str, str],
    roles: tuple[str, ...] = ROLES,
    subject: str = COMMIT,
) -> ToolReport:
    place = folder / "tree" / "gatescore" / "signoffs"
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (place / f"{name}.toml").write_text(content)
    options = Options(
        tree=str(folder / "tree"),
        output=str(folder),
        python=sys.executable,
        revision=OTHER,
        settings={"roles": roles, "signoff_subject": subject},
    )
    (invocation,) = signoff.commands(Target(name="shop"), options)
    (folder / "input.json").write_text(invocation.inputs["input.json"])
    env = os.environ | {"PYTHONPATH": str(Path(gates.__file__).parents[1])}
    ended = subprocess.run(
        invocation.argv, cwd=invocation.cwd, capture_output=True, check=False, env=env
    )
    return signoff.parse(
        (ToolOutput(exit_code=ended.returncode, stdout=ended.stdout, stderr=ended.stderr),)
    )


def counts(report: ToolReport) -> tuple[float | None, float | None]:
    return tuple(report.measurements[name].value for name in signoff.METRICS)  # type: ignore[return-value]


def test_all_roles_signed(tmp_path: Path) -> None:
    report = judged(tmp_path, BOTH)
    assert counts(report) == (0, 0)
    assert report.findings == report.pending == ()
    assert (report.examined, report.examined_unit) == (2, "roles")


def test_a_missing_sign_off_is_awaited_not_refused(tmp_path: Path) -> None:
    """P46: absent is pending."""
    report = judged(tmp_path, {"a": BOTH["a"]})
    assert counts(report) == (1, 0)
    assert report.findings == ()
    assert report.pending == (
        f"technical-lead has to sign commit {COMMIT} in gatescore/signoffs/technical-lead.toml",
    )
    assert counts(judged(tmp_path / "none", {})) == (2, 0)


@pytest.mark.parametrize(
    ("content", "rule", "words"),
    [
        (signed("technical-lead", "Bo", OTHER), "signoff-commit", f"another commit, {OTHER}"),
        (signed("janitor", "Bo"), "signoff-role", '"janitor" is no role of the policy'),
        (signed("technical-lead", "Ada"), "signoff-person", "Ada has signed as administrator"),
        (signed("technical-lead", " ADA "), "signoff-person", "one person, one role"),
        (signed("technical-lead", ""), "signoff-malformed", "person is empty"),
        (signed("technical-lead", "Bo", COMMIT[:12]), "signoff-malformed", "40 hex digits"),
        (signed("technical-lead", "Bo", COMMIT.upper()), "signoff-malformed", "lower case"),
        (signed("technical-lead", "Bo", date='"soon"'), "signoff-malformed", "date"),
        (signed("technical-lead", "Bo") + "x = 1\n", "signoff-malformed", "x"),
        ('role = "technical-lead"\n', "signoff-malformed", "person"),
        ("role = \n", "signoff-malformed", "cannot be read"),
        ("", "signoff-malformed", "cannot be read"),
        ("person = " + "[" * 9000, "signoff-malformed", "cannot be read"),
    ],
)
def test_each_refusal_has_its_own_words(
    tmp_path: Path, content: str, rule: str, words: str
) -> None:
    """P46, B60: present but refused fails, and the role still has to sign."""
    report = judged(tmp_path, {"a": BOTH["a"], "b": content})
    assert counts(report) == (1, 1)
    (finding,) = report.findings
    assert (finding.rule, finding.path) == (rule, "gatescore/signoffs/b.toml")
    assert words in finding.message
    assert finding.fix
    assert len(report.pending) == 1


def test_two_people_may_sign_for_one_role(tmp_path: Path) -> None:
    assert counts(judged(tmp_path, BOTH | {"c": signed("technical-lead", "Cy")})) == (0, 0)


def test_without_a_commit_nothing_can_be_signed(tmp_path: Path) -> None:
    report = judged(tmp_path, BOTH, subject="unknown")
    assert counts(report) == (2, 2)
    assert all("commit the target first" in line for line in report.pending)
    assert all("the tree has no commit" in finding.message for finding in report.findings)


def test_the_revision_is_the_subject_where_none_is_named(tmp_path: Path) -> None:
    report = judged(tmp_path, {"a": signed("administrator", "Ada", OTHER)}, subject="")
    assert counts(report) == (1, 0)


def test_no_roles_are_not_a_pass(tmp_path: Path) -> None:
    """P1: nothing is examined, nothing is measured."""
    report = judged(tmp_path, {}, roles=())
    assert report.examined == 0
    assert counts(report) == (None, None)


def test_a_link_out_of_the_tree_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "tree" / "gatescore" / "signoffs"
    place.mkdir(parents=True)
    (tmp_path / "elsewhere.toml").write_text(BOTH["a"])
    (place / "a.toml").symlink_to(tmp_path / "elsewhere.toml")
    report = judged(tmp_path, {})
    assert counts(report) == (2, 1)
    assert "leads out of the target" in report.findings[0].message


def test_the_control_is_caught(tmp_path: Path) -> None:
    """P13."""
    control = signoff.control()
    files = {Path(name).stem: content for name, content in control.files.items()}
    assert control.rule in {finding.rule for finding in judged(tmp_path, files).findings}
