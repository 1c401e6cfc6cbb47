"""The history in SQLite and in a real PostgreSQL: kept once, by several writers, and migrated."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import pytest

from gates.core.model import PolicyState
from reports.history import History, HistoryError, line_of
from reports.history_doors import Door, opened, shown
from reports.history_rows import row
from reports.history_schema import MIGRATIONS, migrate
from reports.recorded import Term, figures, recorded
from tests import postgresql
from tests.reports import samples
from tests.reports.lines import run

ROOT = Path(__file__).parents[2]
TERMS = {"load.p95": Term("load", "<= 200", "ms", "p95")}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL of ours."""
    with postgresql.server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A history that is empty, in either database."""
    if request.param == "sqlite":
        return str(tmp_path / ".gatescore" / "history.db")
    import psycopg

    address = request.getfixturevalue("server")
    name = f"history_{abs(hash(request.node.name)) % 10**9}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    return f"{address}/{name}"


def opened_anew(place: str) -> AbstractContextManager[Door]:
    """A transaction on a place where there is nothing yet."""
    if "://" not in place:
        Path(place).parent.mkdir(parents=True)
    return opened(place, write=True)


def test_what_is_kept_comes_back_oldest_first(place: str) -> None:
    history = History(place)
    assert [history.keep(run(n), TERMS) for n in (2, 0, 1)] == [True, True, True]
    assert history.runs("shop") == (run(0), run(1), run(2))
    assert history.runs("shop", last=2) == (run(1), run(2))
    assert history.runs("nobody") == ()
    assert history.terms(run(1)) == TERMS
    assert history.targets() == ("shop",)


def test_the_same_run_is_kept_once_and_another_of_its_name_as_well(place: str) -> None:
    history = History(place)
    assert [history.keep(run(0)), history.keep(run(0))] == [True, False]
    assert history.keep(run(0, digest="sha256:other"))
    assert len(history.runs("shop")) == 2


def test_the_end_of_a_run_takes_the_place_of_its_beginning(place: str) -> None:
    history = History(place)
    begun = run(0, digest="open:1", complete=False, ended_at="", gates={}, values={})
    assert history.keep(begun)
    half = run(0, digest="sha256:half", complete=False)
    assert history.keep(half)
    assert history.runs("shop") == (half,)
    assert history.keep(run(0))
    assert history.runs("shop") == (run(0),)
    assert not history.keep(half)  # what is known better by now


def test_a_run_that_is_killed_stays_as_it_began(place: str) -> None:
    history = History(place)
    history.keep(run(0, digest="open:1", complete=False, ended_at=""))
    history.keep(run(1))
    assert [one.complete for one in history.runs("shop")] == [False, True]


def test_forgetting_takes_the_terms_that_nobody_needs(place: str) -> None:
    history = History(place)
    history.keep(run(0), TERMS)
    history.keep(run(1), {"other": Term("lint", "== 0", "", "")})
    assert history.forget([run(0), run(9)]) == 1
    history.shrink()
    assert history.runs("shop") == (run(1),)
    with opened(place) as door:
        assert len(door.ask("SELECT digest FROM gatescore_terms")) == 1


def test_two_processes_write_at_once_and_nothing_is_lost_or_doubled(place: str) -> None:
    argv = [sys.executable, "-m", "tests.reports.writer", place]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    writers = [
        subprocess.Popen([*argv, name, "20"], cwd=ROOT, env=environ, stderr=subprocess.PIPE)
        for name in ("a", "b")
    ]
    for writer in writers:
        _, stderr = writer.communicate(timeout=120)
        assert writer.returncode == 0, stderr.decode()
    names = sorted(one.run for one in History(place).runs("shop"))
    wanted = [f"{name}-{n}" for name in "ab" for n in range(20)]
    assert names == sorted([*wanted, *(f"r{n:03}" for n in range(20))])


def test_an_older_history_is_brought_up_to_date(place: str) -> None:
    History(place).keep(run(0), TERMS)
    later = (*MIGRATIONS, ("ALTER TABLE gatescore_runs ADD COLUMN host TEXT DEFAULT 'here'",))
    with opened(place, write=True) as door:
        migrate(door, later)
        migrate(door, later)  # nothing to do
        assert door.ask("SELECT run, host FROM gatescore_runs") == [("r000", "here")]
        assert door.ask("SELECT version FROM gatescore_history") == [(len(later),)]


def test_a_history_of_the_first_version_is_read_and_added_to(place: str) -> None:
    with opened_anew(place) as door:
        migrate(door, MIGRATIONS[:1])
        old = run(0, levels={}, valid_until="")
        kept = {**row(old), "terms": ""}
        names = [name for name in kept if name not in ("levels", "valid_until")]
        values = ", ".join(f":{name}" for name in names)
        sql = f"INSERT INTO gatescore_runs ({', '.join(names)}) VALUES ({values})"
        door.ask(sql, {name: kept[name] for name in names})
    new = run(1, levels={"3": "PASS"}, valid_until="2026-01-12T14:00:00Z")
    assert History(place).keep(new)
    assert History(place).runs("shop") == (old, new)


def test_readers_bring_an_older_history_up_to_date_at_once(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is refused because of another: each waits its turn, as writers do."""
    with opened_anew(place) as door:
        migrate(door, MIGRATIONS[:1])

    def slowly(door: Door) -> None:
        door.tables()  # from here on this one reads
        time.sleep(0.1)
        migrate(door)

    monkeypatch.setattr("reports.history.migrate", slowly)
    with ThreadPoolExecutor(3) as pool:
        found = [pool.submit(History(place).runs, "shop") for _ in range(3)]
    assert [one.result() for one in found] == [()] * 3
    assert History(place).keep(run(0))


def test_b58_a_history_of_the_future_is_refused_and_left_alone(place: str) -> None:
    History(place).keep(run(0))
    with opened(place, write=True) as door:
        door.ask("UPDATE gatescore_history SET version = 99")
    for action in (lambda: History(place).keep(run(1)), lambda: History(place).runs("shop")):
        with pytest.raises(HistoryError, match="version 99, this gatescore knows 2: install a n"):
            action()
    with opened(place) as door:
        assert len(door.ask("SELECT run FROM gatescore_runs")) == 1


def test_a_broken_step_of_a_migration_changes_nothing(place: str) -> None:
    History(place).keep(run(0))
    later = (*MIGRATIONS, ("ALTER TABLE gatescore_runs ADD COLUMN host TEXT", "NO SUCH WORD"))
    with pytest.raises(HistoryError), opened(place, write=True) as door:
        migrate(door, later)
    assert History(place).runs("shop") == (run(0),)


@pytest.mark.parametrize(
    "content", [b"", b"not a database, but long enough to be read as one" * 100, b"\0" * 5000]
)
def test_b58_a_corrupt_file_is_an_error_of_ours_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "history.db"
    file.write_bytes(content)
    history = History(str(file))
    if not content:  # an empty file is an empty database
        assert history.runs("shop") == ()
        return
    for action in (lambda: history.keep(run(0)), lambda: history.runs("shop")):
        with pytest.raises(HistoryError, match=r"history\.db is no history that can be used"):
            action()
    assert file.read_bytes() == content


@pytest.mark.parametrize("column", ["gates", "measured", "score"])
def test_b58_rows_that_are_not_ours_are_an_error(tmp_path: Path, column: str) -> None:
    file = tmp_path / "history.db"
    History(str(file)).keep(run(0))
    with sqlite3.connect(file) as connection:
        connection.execute(f"UPDATE gatescore_runs SET {column} = '[1'")
    with pytest.raises(HistoryError, match="cannot be read"):
        History(str(file)).runs("shop")


def test_b58_a_file_of_a_gigabyte_is_not_even_opened(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    with file.open("wb") as stream:
        stream.truncate(10**9)
    for action in (lambda h: h.keep(run(0)), lambda h: h.runs("shop")):
        with pytest.raises(HistoryError, match="more than 512 MB: shorten it with"):
            action(History(str(file)))


def test_a_writer_that_does_not_end_is_waited_for_and_then_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "history.db"
    History(str(file)).keep(run(0))
    monkeypatch.setattr("reports.history_doors.WAIT_S", 0.1)
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(HistoryError, match="locked"):
            History(str(file)).keep(run(1))
        other.execute("ROLLBACK")
    other.close()
    assert History(str(file)).keep(run(1))


@pytest.mark.parametrize("lacking", ["sqlalchemy", "psycopg"])
def test_an_address_without_the_extra_names_what_to_install(
    monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    monkeypatch.setitem(sys.modules, lacking, None)
    with pytest.raises(HistoryError, match=r"pip install 'gatescore\[postgresql\]'"):
        History("postgresql://u@h/d").runs("shop")


def test_nothing_is_made_by_reading(tmp_path: Path) -> None:
    history = History(str(tmp_path / "none" / "history.db"))
    assert (history.runs("shop"), history.targets(), history.terms(run(0))) == ((), (), {})
    assert not (tmp_path / "none").exists()


def test_our_folder_is_hidden_from_git(tmp_path: Path) -> None:
    History(str(tmp_path / ".gatescore" / "history.db")).keep(run(0))
    assert (tmp_path / ".gatescore" / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("mysql://u:secret@h/d", r"mysql://u@h/d: a history is a file or postgresql://"),
        ("postgresql://u:secret@127.0.0.1:1/d", r"postgresql://u@127.0.0.1:1/d cannot be used: "),
        ("postgresql://u:secret@:x:/d", r"cannot be used"),
    ],
)
def test_a_server_that_is_none_is_said_without_its_password(address: str, text: str) -> None:
    with pytest.raises(HistoryError, match=text) as caught:
        History(address).runs("shop")
    assert "secret" not in str(caught.value)
    assert "secret" not in str(History(address))


def test_a_place_is_shown_without_password_and_options() -> None:
    assert shown("postgresql://u:p@h:5/d?sslpassword=x") == "postgresql://u@h:5/d"
    assert shown("a/history.db") == "a/history.db"


def test_the_digest_is_of_what_a_scorecard_says_not_of_how_it_is_spaced() -> None:
    card = samples.passing()
    again = msgspec.json.decode(msgspec.json.format(msgspec.json.encode(card)), type=type(card))
    assert recorded(card).digest == recorded(again, branch="b", place="p").digest
    for other in (
        msgspec.structs.replace(card, score=99.0),
        msgspec.structs.replace(card, policy=PolicyState(name="standard", digest="sha256:other")),
    ):
        assert recorded(card).digest != recorded(other).digest


def test_the_digest_is_of_the_members_that_the_first_lines_had() -> None:
    """A member more would make every run of an older history another one, kept twice."""
    line, _ = line_of(samples.passing())
    words = "run digest target revision dirty branch policy profile level started_at ended_at"
    more = "complete partial verdict score gates values place"
    assert list(figures(line)) == [*words.split(), *more.split()]


def test_a_scorecard_becomes_a_line() -> None:
    line, terms = line_of(samples.failing(), branch="main", place="out")
    assert (line.target, line.verdict, line.branch, line.place) == (
        "bookstore",
        "FAIL",
        "main",
        "out",
    )
    assert line.gates["lint"] == "FAIL"
    assert line.values.keys() <= terms.keys()
    assert line.seconds == 221
    assert line.levels == {"1": "FAIL", "2": "FAIL"}
    assert line.valid_until == "2999-01-01T00:00:00Z"


def test_folders_of_any_name_can_be_kept(place: str) -> None:
    line, terms = line_of(samples.passing(), branch="b\udcff", place="/tmp/\udcff\0é")
    assert (line.branch, line.place) == ("b\\udcff", "/tmp/\\udcffé")
    assert History(place).keep(line, terms)
    assert History(place).runs("bookstore") == (line,)
