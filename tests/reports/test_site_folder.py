"""The folder of the site: whole pages, no foreign file touched, old pages of ours removed."""

import argparse
import json
import os
import stat
from pathlib import Path

import msgspec
import pytest

from gates.shell.atomic import StorageError
from reports import site_command, site_folder
from reports.history import History, line_of
from reports.html_report import render
from reports.site_names import file_name
from tests.reports import samples
from tests.reports.lines import run

HOSTILE = ("../../up", "a" * 255, "<script>alert(1)</script>", "服务", "a b", "a-b", "")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a history of two services."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GATESCORE_HISTORY", raising=False)
    kept(tmp_path, "shop", "till")
    return tmp_path


def kept(place: Path, *names: str) -> None:
    """Four runs of each service in the history."""
    history = History(str(place / "history.db"))
    every = [(name, n) for name in names for n in range(4)]
    history.keep_all((run(n, target=name, digest=f"sha256:{name}{n}"), {}) for name, n in every)


def site(*words: str) -> int:
    """The exit code of the command."""
    parser = argparse.ArgumentParser()
    site_command.add_arguments(parser)
    places = ("--history", "history.db", "--output", "site")
    return site_command.run(parser.parse_args([*places, *words]))


def files(folder: Path) -> set[str]:
    """Every file below a folder."""
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if not file.is_dir()}


def test_a_page_for_each_service_and_one_for_all(place: Path, capsys) -> None:
    assert site() == 0
    pages = {f"services/{file_name(name)}" for name in ("shop", "till")}
    assert files(place / "site") == {"index.html", *pages}
    assert "gatescore: site/index.html: 2 services\n" in capsys.readouterr().err


def test_where_nobody_names_a_folder_it_is_among_what_is_generated(place: Path) -> None:
    parser = argparse.ArgumentParser()
    site_command.add_arguments(parser)
    assert parser.parse_args([]).output == Path(".gatescore/site")


def test_pages_of_services_that_are_gone_go_and_nothing_else(place: Path, capsys) -> None:
    assert site() == 0
    folder = place / "site"
    (folder / "CNAME").write_text("gates.example.org")
    (folder / "services" / "notes.html").write_text("ours? no")
    mine = folder / "services" / f"mine-{'0' * 16}.html"
    mine.write_text("<title>a page of somebody else under a name like ours</title>")
    linked = folder / "services" / f"link-{'1' * 16}.html"
    linked.symlink_to(folder / "services" / file_name("shop"))
    before = files(folder)
    history = History("history.db")
    history.forget(history.runs("till"))
    assert site() == 0
    assert before - files(folder) == {f"services/{file_name('till')}"}
    assert "; 1 old page removed" in capsys.readouterr().err


@pytest.mark.parametrize("name", HOSTILE)
def test_b10_hostile_names_stay_in_the_folder(place: Path, name: str) -> None:
    kept(place, name)
    outside = {str(each) for each in place.parent.iterdir()}
    assert site("--output", "out/site") == 0
    assert files(place / "out") >= {f"site/services/{file_name(name)}", "site/index.html"}
    assert {str(each) for each in place.parent.iterdir()} == outside
    assert len(files(place / "out")) == 4


def test_a_page_of_somebody_else_is_not_written_over(place: Path, capsys) -> None:
    (place / "site").mkdir()
    index = place / "site" / "index.html"
    index.write_text("<h1>our docs</h1>")
    assert site() == 2
    assert index.read_text() == "<h1>our docs</h1>"
    assert files(place / "site") == {"index.html"}
    assert "index.html: not written by gatescore site" in capsys.readouterr().err


def test_a_folder_that_leads_elsewhere_is_refused(place: Path, capsys) -> None:
    (place / "else").mkdir()
    (place / "site").mkdir()
    (place / "site" / "services").symlink_to(place / "else")
    assert site() == 2
    assert files(place / "else") == set()
    (place / "file").write_text("x")
    assert site("--output", "file") == 2
    said = capsys.readouterr().err
    assert "leads elsewhere" in said
    assert "not a folder" in said


def corrupt(file: Path) -> None:
    file.write_bytes(b"no database" * 1000)


def future(file: Path) -> None:
    History(str(file)).keep(run(0))
    from reports.history_doors import opened

    with opened(str(file), write=True) as door:
        door.ask("UPDATE gatescore_history SET version = 99")


def huge(file: Path) -> None:
    os.truncate(file, 2**30)


@pytest.mark.parametrize("spoil", [corrupt, future, huge], ids=["corrupt", "future", "huge"])
def test_b58_without_a_history_of_use_the_site_stays_as_it_was(place: Path, spoil, capsys) -> None:
    assert site() == 0
    before = {name: (place / "site" / name).read_bytes() for name in files(place / "site")}
    spoil(place / "history.db")
    assert site() == 2
    assert "no site: history.db" in capsys.readouterr().err
    after = {name: (place / "site" / name).read_bytes() for name in files(place / "site")}
    assert after == before


def test_an_empty_history_is_a_page_that_says_what_to_do(place: Path) -> None:
    (place / "history.db").unlink()
    assert site() == 0
    assert "gatescore history import" in (place / "site" / "index.html").read_text()


def judged(place: Path, name: str, **more: object) -> Path:
    """A run of bookstore with its scorecards, in the history."""
    card = msgspec.structs.replace(samples.passing(), **more)
    card = msgspec.structs.replace(card, run=msgspec.structs.replace(card.run, id=name))
    folder = place / "runs" / name
    folder.mkdir(parents=True)
    (folder / "scorecard.json").write_bytes(msgspec.json.encode(card))
    (folder / "scorecard.html").write_bytes(render(card))
    line, terms = line_of(card, branch="main", place=str(folder))
    History("history.db").keep(line, terms)
    return folder


def test_scorecards_that_are_there_come_along(place: Path) -> None:
    folder = judged(place, "one")
    assert site() == 0
    (copy,) = (place / "site" / "runs").iterdir()
    assert copy.read_bytes() == (folder / "scorecard.html").read_bytes()
    page = (place / "site" / "services" / file_name("bookstore")).read_text()
    assert f'href="../runs/{copy.name}"' in page
    assert site("--scorecards", "0") == 0  # the old copy is one of ours
    assert files(place / "site" / "runs") == set()
    assert "../runs/" not in (place / "site" / "services" / file_name("bookstore")).read_text()
    assert site("--scorecards", "-1") == 2


def link(file: Path) -> None:
    file.unlink()
    file.symlink_to("/etc/passwd")


def other(file: Path) -> None:
    file.write_text("<title>something else</title>")


@pytest.mark.parametrize("spoil", [link, other, Path.unlink, huge])
def test_what_is_no_scorecard_of_ours_is_not_published(place: Path, spoil) -> None:
    spoil(judged(place, "one") / "scorecard.html")
    assert site() == 0
    assert files(place / "site" / "runs") == set()


def test_b59_a_newer_scorecard_is_not_compared_and_said(place: Path) -> None:
    for name, hour in (("one", 1), ("two", 2)):
        begun = f"2026-01-01T{hour:02}:00:00Z"
        started = msgspec.structs.replace(samples.passing().run, started_at=begun)
        verdict = samples.failing().verdict if name == "two" else samples.passing().verdict
        judged(place, name, run=started, verdict=verdict)
    file = place / "runs" / "two" / "scorecard.json"
    file.write_text(json.dumps({**json.loads(file.read_bytes()), "schema_version": 2}))
    assert site() == 0
    page = (place / "site" / "services" / file_name("bookstore")).read_text()
    assert "is of version 2, this gatescore knows 1" in page
    assert str(place) not in page


def test_owners_are_named(place: Path, capsys) -> None:
    owners = place / "owners.toml"
    owners.write_text('shop = "team-checkout"\n')
    assert site("--owners", "owners.toml") == 0
    assert "team-checkout" in (place / "site" / "index.html").read_text()
    for wrong, said in (("shop = 1\n", "shop has to be a text"), ("shop", "owners.toml: ")):
        owners.write_text(wrong)
        assert site("--owners", "owners.toml") == 2
        assert said in capsys.readouterr().err


def test_pages_that_are_the_same_are_not_written_again(tmp_path: Path) -> None:
    pages = {"index.html": b"x content gatescore site", f"services/{file_name('a')}": b"y"}
    site_folder.write(tmp_path, pages)
    before = {name: (tmp_path / name).stat() for name in pages}
    site_folder.write(tmp_path, pages)
    assert {name: (tmp_path / name).stat().st_ino for name in pages} == {
        name: one.st_ino for name, one in before.items()
    }
    assert all(stat.S_IMODE(one.st_mode) == 0o644 for one in before.values())


def test_a_disk_that_takes_no_more_leaves_the_old_index(tmp_path: Path) -> None:
    """The index is written last: it never names a page that is not there."""
    folder = tmp_path / "services"
    folder.mkdir()
    (folder / file_name("a")).mkdir()  # a name that cannot be written to
    pages = {"index.html": b"new", f"services/{file_name('a')}": b"y"}
    with pytest.raises(StorageError, match="directory"):
        site_folder.write(tmp_path, pages)
    assert not (tmp_path / "index.html").exists()
    assert files(tmp_path) == set()
