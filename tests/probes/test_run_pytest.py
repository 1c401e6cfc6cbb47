"""What the session makes of the phases that plugins report; the sequences are recorded ones."""

from types import SimpleNamespace

import pytest

from gates.probes.run_pytest import Record

PLAIN = [("setup", "passed"), ("call", "passed"), ("teardown", "passed")]
# name: what was reported of one test, and its attempts
SEQUENCES = {
    "plain": (PLAIN, ["passed"]),
    "failed": ([("setup", "passed"), ("call", "failed"), ("teardown", "passed")], ["failed"]),
    "failed-in-setup": ([("setup", "failed"), ("teardown", "passed")], ["failed"]),
    "failed-in-teardown": ([*PLAIN[:2], ("teardown", "failed")], ["failed"]),
    "skipped": ([("setup", "skipped"), ("teardown", "passed")], ["skipped"]),
    "skipped-inside": ([PLAIN[0], ("call", "skipped"), PLAIN[2]], ["skipped"]),
    "rerunfailures-16.7": ([PLAIN[0], ("call", "rerun"), PLAIN[2], *PLAIN], ["failed", "passed"]),
    "rerunfailures-16.7-in-setup": (
        [("setup", "rerun"), PLAIN[2], *PLAIN],
        ["failed", "passed"],
    ),
    "rerunfailures-16.7-in-vain": (
        [PLAIN[0], ("call", "rerun"), PLAIN[2], PLAIN[0], ("call", "failed"), PLAIN[2]],
        ["failed", "failed"],
    ),
    "retry-1.7.0": ([PLAIN[0], ("call", "retried"), *PLAIN[1:]], ["failed", "passed"]),
    "flaky-3.8.1": ([PLAIN[0], PLAIN[2], *PLAIN], ["failed", "passed"]),
    "flaky-3.8.1-in-setup": ([PLAIN[2], *PLAIN], ["failed", "passed"]),
}


@pytest.mark.parametrize(("phases", "attempts"), SEQUENCES.values(), ids=SEQUENCES)
def test_attempts_are_read_from_what_a_plugin_reports_b20(
    phases: list[tuple[str, str]], attempts: list[str]
) -> None:
    record = Record()
    for when, outcome in phases:
        record.pytest_runtest_logreport(SimpleNamespace(nodeid="t", when=when, outcome=outcome))
    assert record.attempts == {"t": attempts}


def test_attempts_in_two_workers_are_not_mixed() -> None:
    record = Record()
    for phase in PLAIN:
        for worker in ("gw0", "gw1"):
            when, outcome = phase
            report = SimpleNamespace(nodeid="t", when=when, outcome=outcome, worker_id=worker)
            record.pytest_runtest_logreport(report)
    assert record.attempts == {"t": ["passed", "passed"]}
