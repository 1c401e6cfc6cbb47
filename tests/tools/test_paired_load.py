"""The adapter of the paired load: what it asks for, and what it says of recorded slices."""

from typing import Any

import msgspec
import pytest

from gates.conformance import OPTIONS, check
from gates.core.capacity import Load, LoadOperation
from gates.core.comparing import Rules
from gates.core.load import Operation, Scenario
from gates.core.model import Measurement, Reason, ToolReport
from gates.core.pairs import TASK, Slice, Slices, Task, Twin
from gates.core.target import Auth, Service, Target
from gates.core.tool import ParseError, ToolOutput
from gates.tools import paired_load

LOAD = Load(rate=100, operations=(LoadOperation(path="/a"),))
TARGET = Target(name="t", service=Service(start=("serve",)), load=LOAD)
ORIGIN = "http://127.0.0.1:8001"
PART = Scenario(rate=100, duration_s=0.25, operations=(Operation(name="a", path="/a"),))


def task(target: Target = TARGET, **options: Any) -> Task:
    (only,) = paired_load.commands(target, msgspec.structs.replace(OPTIONS, **options))
    return msgspec.json.decode(only.inputs[TASK], type=Task)


def test_it_keeps_to_the_port() -> None:
    assert check(paired_load, TARGET, OPTIONS) == []
    told = msgspec.structs.replace(OPTIONS, base_origin=ORIGIN)
    assert check(paired_load, msgspec.structs.replace(TARGET, load=Load(rate=5)), told) == []


def test_a_target_without_load_has_nothing_to_run() -> None:
    assert paired_load.commands(msgspec.structs.replace(TARGET, load=None), OPTIONS) == ()
    with pytest.raises(ParseError) as caught:
        paired_load.parse(())
    assert caught.value.reason is Reason.NO_RESULT


@pytest.mark.parametrize(
    ("base_origin", "settings", "told", "same", "asked"),
    [
        (ORIGIN, {}, "", False, ORIGIN),
        ("", {}, "no base to compare with", False, ""),
        ("", {"base_why": "it does not start"}, "it does not start", False, ""),
        ("", {"base_same": True, "base_files": 7, "base_why": ""}, "", True, ""),
    ],
)
def test_whether_there_is_anything_to_send(
    base_origin: str, settings: dict[str, object], told: str, same: bool, asked: str
) -> None:
    known = task(base_origin=base_origin, settings=settings)
    assert (known.told, known.same, known.base_origin) == (told, same, asked)


@pytest.mark.parametrize(
    ("rate", "settings", "seconds", "pairs", "most"),
    [
        (100, {"paired_s": 6, "paired_longest_s": 12}, 0.25, 12, 24),
        (50, {"paired_s": 6, "paired_longest_s": 12}, 0.4, 11, 15),  # 210 samples on each side
        (10, {"paired_s": 6, "paired_longest_s": 12}, 2.0, 3, 3),  # what there is time for
        (1000, {"paired_s": 1, "paired_longest_s": 1}, 0.25, 2, 2),
        (1000, {"paired_s": 1, "paired_longest_s": 9}, 0.25, 8, 18),  # as many as an interval needs
        (100, {"slice_s": 1, "paired_s": 120, "paired_longest_s": 240}, 1.0, 60, 120),
    ],
)
def test_how_long_it_lasts(
    rate: float, settings: dict[str, object], seconds: float, pairs: int, most: int
) -> None:
    target = msgspec.structs.replace(TARGET, load=msgspec.structs.replace(LOAD, rate=rate))
    known = task(target, base_origin=ORIGIN, settings=settings)
    assert (known.scenario.duration_s, known.pairs, known.most_pairs) == (seconds, pairs, most)
    assert (known.scenario.warmup_s, known.scenario.longest_s, known.scenario.users) == (0, 0, 0)


def test_the_rules_are_the_policys() -> None:
    settings = {"floor_ms": 3, "floor_percent": 7, "margin_percent": 20, "seed": 5}
    known = task(settings=settings).rules
    assert known == Rules(floor_ms=3, floor_share=0.07, margin=0.2, seed=5)
    assert task().rules == Rules()


def test_secrets_go_along_where_both_have_to_be_told_who_asks() -> None:
    target = msgspec.structs.replace(TARGET, auth=Auth(headers={"X-Key": "${KEY}"}))
    both = msgspec.structs.replace(OPTIONS, base_origin=ORIGIN)
    (one,) = paired_load.commands(target, both)
    assert one.secrets == ("GATESCORE_AUTH", "GATESCORE_BASE_AUTH")
    assert paired_load.commands(target, OPTIONS)[0].secrets == ()
    assert paired_load.commands(TARGET, both)[0].secrets == ()


def test_operations_are_made_up_where_the_target_names_none() -> None:
    target = msgspec.structs.replace(TARGET, load=Load(rate=100))
    both = msgspec.structs.replace(OPTIONS, base_origin=ORIGIN)
    first, _ = paired_load.commands(target, both)
    assert first.argv[2] == "gates.probes.scenario"
    assert len(paired_load.commands(target, OPTIONS)) == 1  # nothing is sent: nothing is made up


def test_a_locustfile_is_not_sent_in_slices() -> None:
    target = msgspec.structs.replace(TARGET, load=Load(rate=100, locustfile="mine.py"))
    known = task(target, base_origin=ORIGIN)
    assert (known.base_origin, known.told) == ("", paired_load.LOCUSTFILE)


def part(us: int, count: int = 25, failures: dict[str, dict[str, int]] | None = None) -> Slice:
    """Requests every 10 ms that took `us` microseconds."""
    failed = sum(sum(kinds.values()) for kinds in (failures or {}).values())
    return Slice(
        times={"a": (us,) * count},
        failures=failures or {},
        ends=tuple(us + 10_000 * number for number in range(count + failed)),
    )


def slices(base: Slice, candidate: Slice, pairs: int = 10, **changed: Any) -> ToolOutput:
    """The recording of so many pairs of the same slices."""
    twin = Twin(base=base, candidate=candidate, base_first=True)
    result = Slices(
        task=Task(scenario=PART, base_origin=ORIGIN, rules=Rules(resamples=50)),
        finished=True,
        twins=(twin,) * pairs,
        warmup_requests=12,
        scheduled=500,
        handled=500,
        duration_s=5.0,
        cpu_percent=9.0,
        lag=((900, 500),),
    )
    result = msgspec.structs.replace(result, **changed)
    return ToolOutput(exit_code=0, files={"slices": msgspec.json.encode(result)})


def measured(output: ToolOutput) -> Measurement:
    return paired_load.parse((output,)).measurements["load.regressions"]


def test_what_became_slower_is_named_with_both_values_and_the_interval() -> None:
    report = paired_load.parse((slices(part(10_000), part(25_000)),))
    assert report.measurements["load.regressions"].value == 2  # p99 has too few samples
    p50, p95 = report.findings
    assert (p50.context, p95.context) == ("p50", "p95")
    assert p95.message == (
        "p95: 10 ms at the base, 25 ms now, 2.50 × the base (2.50 to 2.50), 95 % interval; "
        "a slowed most, its p50 from 10 to 25 ms"
    )
    assert {(one.rule, one.metric) for one in report.findings} == {
        ("load.regression", "load.regressions")
    }
    assert (report.examined, report.examined_unit) == (500, "requests")
    text = "base against candidate: p99 inconclusive: too few samples on each side: need 750 more"
    assert text in report.notes
    assert [one.name for one in report.series] == [
        "response time by percentile, base",
        "response time by percentile, candidate",
    ]
    assert report.series[1].points[0] == (1.0, 25.0)


def test_lost_answers_are_lost_throughput() -> None:
    half = part(10_000, 13, {"a": {"status 500": 12}})
    report = paired_load.parse((slices(part(10_000), half, pairs=20),))
    (only,) = report.findings
    assert only.message == (
        "throughput: 100/s at the base, 52/s now, 0.52 × the base (0.52 to 0.52), 95 % interval"
    )


def test_no_difference_is_no_regression() -> None:
    found = measured(slices(part(10_000), part(10_000)))
    assert found.value == 0
    assert found.detail.startswith("p50 not regressed: 1.00 × the base (1.00 to 1.00); p95 not")


def test_too_few_samples_are_no_number() -> None:
    found = measured(slices(part(10_000, 19), part(10_000, 19)))
    assert (found.value, found.samples, found.needed) == (None, 190, 200)
    assert found.why == "p95 is inconclusive: too few samples on each side: need 10 more"
    assert measured(slices(part(10_000, 20), part(10_000, 20))).value == 0


def test_a_regression_counts_though_p95_is_open() -> None:
    assert measured(slices(part(10_000, 19), part(30_000, 19))).value == 1


def test_too_wide_an_interval_is_no_number() -> None:
    """One slice of twelve was four times as slow: 8 % of the requests, or by chance none."""
    twins = tuple(
        Twin(base=part(10_000), candidate=part(us), base_first=True)
        for us in (*(10_000,) * 11, 40_000)
    )
    found = measured(slices(part(1), part(1), twins=twins))
    assert (found.value, found.samples, found.needed) == (None, None, None)
    assert found.why == "p95 is inconclusive: the interval is too wide"


def test_pairs_that_say_otherwise_than_all_together_are_no_number() -> None:
    """Stalls of the machine are p95 on both sides alike, and hide what is between them."""
    twins = tuple(
        Twin(base=part(us), candidate=part(50_000 - us), base_first=True)
        for us in (10_000, 40_000) * 6
    )
    found = measured(slices(part(1), part(1), twins=twins))
    text = "p95 is inconclusive: the machine was disturbed: the median of the pairs is 0.25 to 4.00"
    assert (found.value, found.why) == (None, text)


def test_what_one_side_cannot_answer_is_noted() -> None:
    base = part(10_000, 20, {"new": {"status 404": 9}})
    report = paired_load.parse((slices(base, part(10_000, 20)),))
    assert "not compared: the base answers new with status 404" in report.notes
    candidate = part(10_000, 20, {"old": {"status 410": 9}})
    report = paired_load.parse((slices(part(10_000, 20), candidate),))
    text = "the candidate answers old with status 410: its times are not compared"
    assert text in report.notes


def plain(task: Task) -> ToolReport:
    result = Slices(task=task, finished=True)
    output = ToolOutput(exit_code=0, files={"slices": msgspec.json.encode(result)})
    return paired_load.parse((output,))


def test_the_same_tree_is_no_regression_and_needs_no_load() -> None:
    report = plain(Task(scenario=PART, same=True, files=42))
    assert report.measurements["load.regressions"] == Measurement(
        value=0.0, detail="same tree as the base"
    )
    assert (report.examined, report.examined_unit) == (42, "files")


def test_no_base_is_no_number_and_no_error() -> None:
    report = plain(Task(scenario=PART, told="no base to compare with"))
    found = report.measurements["load.regressions"]
    assert (found.value, found.why) == (None, "no base to compare with")
    assert report.examined == 1  # or the gate would have nothing examined


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"cpu_percent": 80.0}, ""),
        ({"cpu_percent": 80.1}, "CPU 80 % of a core"),
        ({"lag": ((10_000, 100),)}, ""),
        ({"lag": ((10_100, 100),)}, "schedule lag p99 10.1 ms"),
        ({"handled": 490}, ""),
        ({"handled": 489}, "0.978 of the scheduled requests"),
    ],
)
def test_a_busy_generator_is_not_believed(changed: dict[str, Any], text: str) -> None:
    output = slices(part(10_000), part(10_000), **changed)
    if not text:
        assert measured(output).value == 0
        return
    with pytest.raises(ParseError) as caught:
        paired_load.parse((output,))
    assert caught.value.reason is Reason.GENERATOR_UNHEALTHY
    assert caught.value.detail.startswith(text)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (ToolOutput(exit_code=0), Reason.NO_RESULT),
        (ToolOutput(exit_code=-9, stderr=b"Killed\n"), Reason.TOOL_CRASHED),
        (ToolOutput(exit_code=0, files={"slices": b""}), Reason.EMPTY_RESULT),
        (ToolOutput(exit_code=0, files={"slices": b'{"task": 1}'}), Reason.UNREADABLE_RESULT),
        (slices(part(1), part(1), finished=False, error="OSError: x"), Reason.INCOMPLETE),
    ],
)
def test_what_cannot_be_read_is_refused(output: ToolOutput, reason: Reason) -> None:
    with pytest.raises(ParseError) as caught:
        paired_load.parse((output,))
    assert caught.value.reason is reason
