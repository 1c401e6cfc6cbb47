"""What is lost at a stop: tables of requests, and a service of ours that is really stopped."""

from typing import Any

import pytest

from gates.core.documented import Made
from gates.probes import _stopping
from gates.probes._door import Door, Instance
from gates.probes._enduring import Question
from gates.probes._rolling import InFlight
from gates.probes._stopping import Sent, Stopped, Task

INSTANCE = Instance(number=0, base_url="http://127.0.0.1:1", log="", ended="exited with 0")
STOPPED = Stopped(at=10.0, accepted=frozenset((1, 2)), instance=INSTANCE)


def sent(port: int, begin: float, end: float, status: int) -> Sent:
    return Sent(label="GET /things", port=port, sent=begin, ended=end, status=status)


OPEN = sent(2, 9.9, 10.2, 200)  # keeps the measurement from being one of nothing


@pytest.mark.parametrize(
    ("request_", "rule"),
    [
        (sent(1, 9.9, 10.1, 200), ""),
        (sent(1, 9.9, 10.1, 404), ""),
        (sent(1, 9.9, 10.1, 0), "stop-in-flight"),
        (sent(1, 9.9, 10.1, 500), "stop-in-flight"),
        (sent(1, 9.9, 10.1, 503), "stop-in-flight"),  # accepted is accepted
        (sent(1, 9.8, 9.9, 0), ""),  # failed before the stop: the matter of the probes
        (sent(1, 9.8, 9.9, 500), ""),
        (sent(3, 9.9, 10.1, 0), ""),  # still in the kernel's queue
        (sent(3, 9.9, 10.1, 500), ""),
        (sent(4, 10.1, 10.2, 0), ""),  # nobody took it any more
        (sent(4, 10.1, 10.2, 503), ""),  # refused politely
        (sent(4, 10.1, 10.2, 200), ""),
        (sent(4, 10.1, 10.2, 500), "stop-later"),
        (sent(4, 10.1, 10.2, 502), "stop-later"),
    ],
)
def test_lost_is_what_was_accepted_and_got_no_good_answer(request_: Sent, rule: str) -> None:
    found = _stopping.outcome((OPEN, request_), STOPPED, "")
    assert found.measurement.value == float(bool(rule))
    assert [one.rule for one in found.findings] == [f"availability.{rule}"] * bool(rule)
    for one in found.findings:
        assert one.metric == _stopping.LOST and "allowed: its answer" in one.message


def test_the_numbers_say_how_much_was_looked_at() -> None:
    several = (OPEN, sent(1, 9.5, 10.5, 0), sent(9, 9.0, 9.1, 200))
    found = _stopping.outcome(several, STOPPED, "started anew")
    assert found.measurement.samples == 2
    assert "2 of 3 requests" in found.measurement.detail
    assert "1 got their answer" in found.measurement.detail
    assert found.notes == ("started anew",)


def test_nothing_in_flight_is_no_verdict_p12() -> None:
    found = _stopping.outcome((sent(9, 9.0, 9.1, 200),), STOPPED, "")
    assert found.measurement.value is None
    assert "none of 1 requests was in flight" in found.measurement.why


def test_what_was_lost_later_counts_even_if_nothing_was_in_flight() -> None:
    found = _stopping.outcome((sent(9, 10.5, 10.6, 500),), STOPPED, "")
    assert found.measurement.value == 1.0
    assert [one.rule for one in found.findings] == ["availability.stop-later"]


def test_a_service_that_had_to_be_killed_is_told() -> None:
    killed = Instance(number=0, base_url="", log="", ended="was killed by SIGKILL")
    stopped = Stopped(at=10.0, accepted=frozenset((2,)), instance=killed)
    assert "it had to be killed after SIGTERM" in _stopping.outcome((OPEN,), stopped, "").notes


def test_a_service_that_is_not_ours_is_not_stopped() -> None:
    task = Task(base_url="http://127.0.0.1:1", control="", rate=5, answer_s=1)
    found = _stopping.judged(task, (Question(label="GET /", path="/"),), None)
    assert found.measurement.value is None
    assert "running already" in found.measurement.why


POST = Made(
    method="POST",
    path="/things",
    headers=(("Content-Type", "application/json"),),
    body=b'{"name": "held"}',
)
SLOW = Made(method="GET", path="/things", headers=())


def stop(given: dict[str, Any], made: Made | None) -> _stopping.Outcome:
    task = Task(
        base_url=given["base_url"], control=given["control"], rate=given["rate"], answer_s=3.0
    )
    flying = InFlight(made=made, label=f"{made.method} /things") if made else None
    return _stopping.judged(task, (Question(label="GET /things", path="/things"),), flying)


@pytest.mark.parametrize(
    ("words", "made"),
    [(("graceful",), POST), (("graceful", "slower"), SLOW), (("refusing", "slower"), SLOW)],
)
def test_a_service_that_answers_what_it_began_is_not_accused(
    up: Any, words: tuple[str, ...], made: Made
) -> None:
    found = stop(up(*words), made)
    assert found.findings == ()
    assert found.measurement.value == 0.0
    assert found.measurement.samples is not None and found.measurement.samples >= 1
    assert any("started anew" in note for note in found.notes)


@pytest.mark.parametrize(
    ("words", "made", "rule"),
    [
        ((), POST, "stop-in-flight"),
        (("slower",), SLOW, "stop-in-flight"),
        (("failing",), POST, "stop-in-flight"),
        (("broken", "slower"), SLOW, "stop-later"),
    ],
)
def test_a_service_that_loses_requests_is_told(
    up: Any, words: tuple[str, ...], made: Made, rule: str
) -> None:
    found = stop(up(*words), made)
    assert f"availability.{rule}" in {one.rule for one in found.findings}
    assert found.measurement.value


def test_a_service_that_was_started_anew_can_be_stopped_again(up: Any) -> None:
    """The gate is run twice where the machine was too busy the first time."""
    given = up("graceful", "slower")
    assert stop(given, SLOW).measurement.value == 0.0
    again = stop(given, SLOW)
    assert again.measurement.value == 0.0
    assert any("started anew" in note for note in again.notes)


@pytest.mark.parametrize(
    ("words", "stops", "value"), [(("graceful",), 3, None), (("graceful", "again"), 2, 0.0)]
)
def test_a_stop_that_finds_nothing_in_flight_is_tried_again_p12(
    up: Any, words: tuple[str, ...], stops: int, value: float | None
) -> None:
    """One read before each stop: answered long ago, or, of a slow service, surely in flight."""
    given = up(*words, rate=0.1)
    found = stop(given, None)
    assert found.measurement.value == value
    assert ("none of 1 requests was in flight" in found.measurement.why) is (value is None)
    ended = [one.ended for one in Door(given["control"]).instances() if one.ended]
    assert len(ended) == stops
