"""The probe of sign-offs as a program: it reads the folder of a tree; its control comes back."""

import os
import subprocess
import sys
from pathlib import Path

import gates
from gates.core.model import ToolReport
from gates.core.target import Target
from gates.core.tool import Options, ToolOutput
from gates.tools import signoff

COMMIT = "0123456789abcdef0123456789abcdef01234567"  # pragma: allowlist secret
ROLES = ("administrator", "technical-lead")


def judged(folder: Path, files: dict[str, str], subject: str = COMMIT) -> ToolReport:
    for name, content in files.items():
        file = folder / "tree" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    options = Options(
        tree=str(folder / "tree"),
        output=str(folder),
        python=sys.executable,
        revision="f" * 40,
        today="2026-11-21",
        settings={"roles": ROLES, "signoff_subject": subject},
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


def test_a_missing_sign_off_is_awaited_not_refused(tmp_path: Path) -> None:
    """P46: absent is pending."""
    report = judged(tmp_path, {})
    assert report.measurements["signoff.missing_roles"].value == 2
    assert report.measurements["signoff.refused"].value == 0
    assert (report.examined, report.examined_unit) == (2, "roles")
    assert all(COMMIT in line and "names nobody" in line for line in report.pending)
    assert set(report.measurements) == set(signoff.METRICS)


def test_the_revision_is_the_subject_where_none_is_named(tmp_path: Path) -> None:
    assert all("f" * 40 in line for line in judged(tmp_path, {}, subject="").pending)


def test_the_form_without_a_signature_is_refused_with_the_next_command(tmp_path: Path) -> None:
    """B60."""
    old = f'role = "administrator"\nperson = "Ada"\ncommit = "{COMMIT}"\ndate = 2026-11-20\n'
    report = judged(tmp_path, {"gatescore/signoffs/administrator.toml": old})
    (finding,) = report.findings
    assert finding.rule == "signoff-unsigned"
    assert "gatescore approve --role" in finding.fix


def test_the_control_is_caught(tmp_path: Path) -> None:
    """P13."""
    control = signoff.control()
    found = judged(tmp_path, dict(control.files)).findings
    assert control.rule in {finding.rule for finding in found}
