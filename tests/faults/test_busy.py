"""A machine too busy to measure gets one more chance; a finding never does (P42)."""

import pytest

from tests.faults.cli import Place, fake


@pytest.mark.parametrize(
    ("calm", "errors", "status", "attempts"),
    [
        ("fake", 0, "PASS", ["fake"]),
        ("fake", 1, "FAIL", ["fake"]),
        ("fake-again", 0, "PASS", ["fake", "fake-again"]),
        ("fake-again", 1, "FAIL", ["fake", "fake-again"]),
        ("never", 0, "ERROR generator-unhealthy", ["fake", "fake-again"]),
    ],
)
def test_only_an_untrusted_measurement_is_made_again_and_once(
    place: Place, calm: str, errors: int, status: str, attempts: list[str]
) -> None:
    policy = place.policy({"load": fake("unsteady", calm, errors)})
    done = place.run("run", place.target(), "--policy", policy)
    assert done.statuses == {"load": status}
    left = (place.path / place.output / "results" / "load" / "attempts").read_text().split()
    assert left == attempts
    evidence = done.gate("load")["evidence"]
    assert len(evidence["executions"]) == len(attempts)
    told = any("measured twice" in note for note in evidence["notes"])
    assert told is (len(attempts) == 2 and not status.startswith("ERROR"))
