"""Which earlier runs count for a run that begins: the base, what has not held, and shares."""

import msgspec
import pytest

from gates.core.model import Earlier
from gates.core.past import Asked, Share
from reports.precedent import base_run, continued, earlier, past, shares, unheld_since
from tests.reports.lines import run

OWN, BASE = "f" * 40, f"{2:040x}"
ASKED = Asked(
    target="shop",
    revisions=("e" * 40, OWN),
    branch="mine",
    profile="nightly",
    base=BASE,
    base_branch="main",
)


def asked(**more: str) -> Asked:
    return msgspec.structs.replace(ASKED, **more)


def test_the_run_of_the_base_revision_counts_before_newer_ones_of_its_branch() -> None:
    runs = [run(n) for n in range(4)]
    found, why = base_run(runs, ASKED)
    assert (found, why) == (run(2), "of the base revision 000000000000")
    told = past(runs, ASKED)
    assert (told.base_run, told.base) == ("r002", {"load.p95": 102.0})
    assert told.base_told.startswith("compared with the run r002 of 2026-01-12T12:00:00Z")


def test_without_it_the_newest_of_the_base_branch_counts() -> None:
    runs = [run(0), run(1), run(3, branch="other")]
    assert base_run(runs, ASKED) == (run(1), "the newest of main, at 000000000000")
    assert base_run(runs, asked(base_branch="")) == (None, "")
    assert past([], ASKED).base_told == ""


@pytest.mark.parametrize(
    "more",
    [
        {"complete": False},
        {"partial": True},
        {"dirty": True},
        {"revision": OWN},
        {"revision": "unknown"},
    ],
)
def test_what_proves_nothing_is_no_base(more: dict[str, object]) -> None:
    assert base_run([run(0, **more)], ASKED) == (None, "")


def test_a_change_is_never_compared_with_itself_however_often_it_runs() -> None:
    runs = [run(0), run(1, revision=OWN, branch="main")]
    assert base_run(runs, asked(base=OWN))[0] == run(0)


def test_a_run_of_the_same_profile_is_preferred() -> None:
    runs = [run(0, revision=BASE), run(1, revision=BASE, profile="local")]
    assert base_run(runs, ASKED)[0] == runs[0]
    assert base_run(runs, asked(profile="local"))[0] == runs[1]
    assert base_run(runs, asked(profile="ci"))[0] == runs[1]


def statuses(*words: str) -> list[object]:
    return [run(n, gates={"load": word} if word else {}) for n, word in enumerate(words)]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        (("FAIL", "FAIL"), 10),
        (("PASS", "FAIL", "ERROR"), 11),
        (("FAIL", "WARN", "PENDING"), 12),
        (("FAIL", "", "SKIPPED", "FAIL"), 10),  # nobody looked in between
        (("FAIL", "PASS"), None),
        ((), None),
    ],
)
def test_a_gate_does_not_hold_since_the_first_run_after_the_last_in_which_it_did(
    words: tuple[str, ...], day: int | None
) -> None:
    wanted = {"load": f"2026-01-{day}T12:00:00Z"} if day else {}
    assert unheld_since(statuses(*words)) == wanted


def test_other_branches_say_nothing_of_this_one() -> None:
    runs = [run(n, gates={"load": "FAIL"}) for n in range(12)]
    assert past(runs, ASKED).unheld_since == {}
    assert past(runs, ASKED).runs == 0
    found = past(runs, asked(branch="main"))
    assert (found.unheld_since, found.runs) == ({"load": "2026-01-10T12:00:00Z"}, 12)
    assert found.shares == {"load": Share(0, 12)}


def test_risks_are_those_of_the_newest_run_that_read_the_register() -> None:
    values = [{"risks.high": 1.0, "a": 2.0}, {"risks.high": 3.0, "risks.overdue": 0.0}, {"a": 2.0}]
    runs = [run(n, values=one) for n, one in enumerate(values)]
    assert past(runs, asked(branch="main")).risks == {"risks.high": 3.0, "risks.overdue": 0.0}
    assert past(runs, ASKED).risks == {}


def test_a_branch_continues_its_own_runs_after_those_of_its_base_before_it() -> None:
    runs = [run(0), run(1), run(2, branch="mine"), run(3), run(4, branch="mine"), run(5)]
    ids = [one.run for one in continued(runs, ASKED)]
    assert ids == ["r000", "r001", "r002", "r004"]
    assert [one.run for one in continued(runs[:2], ASKED)] == ["r000", "r001"]
    assert continued(runs, asked(branch="main", base_branch="main")) == [
        *runs[:2],
        runs[3],
        runs[5],
    ]
    assert [one.run for one in continued(runs, asked(base_branch=""))] == ["r002", "r004"]


def test_what_never_ended_is_continued_by_no_run() -> None:
    runs = [run(0, complete=False), run(1, partial=True, dirty=True)]
    assert [one.run for one in continued(runs, asked(branch="main"))] == ["r001"]


def test_what_a_page_shows_of_the_last_thirty_runs() -> None:
    runs = [run(n, values={"a": 1.0, "b": float(n)}) for n in range(40)]
    runs[39] = run(39, partial=True, values={"a": 1.0})
    found = earlier(runs)
    assert found.runs == tuple(f"r{n:03}" for n in range(10, 40))
    assert found.began[0] == "2026-01-20T12:00:00Z"
    assert found.levels == (3,) * 30
    assert found.scores == (*(100.0,) * 29, None)
    assert found.values == {"a": (1.0,), "b": (*map(float, range(10, 39)), None)}
    assert past(runs, asked(branch="main")).earlier == found
    assert earlier([]) == Earlier()


def test_shares_count_the_runs_that_judged_a_gate_of_the_last_thirty() -> None:
    assert shares(statuses("PASS", "WARN", "FAIL", "ERROR", "SKIPPED", "NOT_RUN", "PENDING")) == {
        "load": Share(2, 4)
    }
    runs = [run(n, gates={"load": "FAIL" if n < 5 else "PASS"}) for n in range(35)]
    runs.append(run(35, dirty=True))
    assert past(runs, asked(branch="main")).shares == {"load": Share(30, 30)}
