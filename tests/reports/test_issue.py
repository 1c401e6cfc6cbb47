"""An issue is written where the verdict changed, in words that nobody of the target can act by."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from gates.core.model import Scorecard, Verdict
from reports import issue_report
from reports.json_report import encoded
from tests.reports import samples


def of(verdict: Verdict, **more: object) -> Scorecard:
    card = samples.failing() if verdict is Verdict.FAIL else samples.passing()
    return msgspec.structs.replace(card, verdict=verdict, **more)


@pytest.mark.parametrize("before", [None, *Verdict])
@pytest.mark.parametrize("now", list(Verdict))
def test_only_a_change_is_told_and_of_a_first_run_only_a_bad_verdict(
    before: Verdict | None, now: Verdict
) -> None:
    good = (Verdict.PASS, Verdict.WARN)
    issue = issue_report.render(of(now), of(before) if before else None)
    assert (issue is None) is (before is now or (before is None and now in good))
    if issue:
        assert issue.title.endswith(f"{before.value} → {now.value}" if before else now.value)


def test_it_fits_and_says_what_changed() -> None:
    steps = tuple(f"step {number} " + "x" * 9_000 for number in range(30))
    issue = issue_report.render(
        of(Verdict.FAIL, next_steps=steps), of(Verdict.PASS), "https://github.com/ada/shop/1"
    )
    assert issue is not None
    assert len(issue.text.encode()) < 65_536
    assert "<https://github.com/ada/shop/1>" in issue.text
    assert "**Do next**" in issue.text


def test_texts_of_the_target_are_code() -> None:
    evil = "@team ![](http://h/p) ::error:: <b>`x` #1"
    issue = issue_report.render(of(Verdict.FAIL, next_steps=(evil,)), None)
    assert issue is not None
    assert f"1. ``{evil}``" in issue.text


def test_the_command_writes_or_is_silent(tmp_path: Path) -> None:
    for name, card in (("a", of(Verdict.PASS)), ("b", of(Verdict.FAIL))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "scorecard.json").write_bytes(encoded(card))
    (tmp_path / "bad.json").write_text("{}")
    program = (sys.executable, "-m", "gates.cli", "issue")

    def asked(run: str, before: str) -> tuple[int, str, bool]:
        text = tmp_path / "text.md"
        text.unlink(missing_ok=True)
        words = [*program, run, "--before", before, "--url", "javascript:x", "--output", text]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert not text.exists() or "javascript" not in text.read_text()
        return done.returncode, done.stdout, text.exists()

    assert asked("b", "b") == (0, "", False)
    assert asked("b/scorecard.json", "nothing") == (0, "bookstore: FAIL\n", True)
    assert asked("b", "a") == (0, "bookstore: PASS → FAIL\n", True)
    assert asked("a", "bad.json") == (2, "", False)
    assert asked("nothing", "a") == (2, "", False)
