"""The service of the base beside the target's: real processes, and why there is none."""

import dataclasses
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from gates.core.plan import PlannedGate
from gates.core.policy import GatePolicy
from gates.core.target import Auth, Code, Login, Service, Target
from gates.runner import base_service
from gates.runner.base_service import beside
from gates.runner.prepare import Wish, session
from gates.runner.session import Programs, Session
from gates.runner.stage import Grant
from gates.shell.process import Cancellation

SERVE = ("{python}", "-m", "http.server", "{port}", "--bind", "127.0.0.1")
SERVICE = Service(start=SERVE, health="/", env_generate=("SECRET",))
TARGET = Target(name="t", service=SERVICE, code=Code(paths=(".",), tests=("tests",)))
TOOL: Any = SimpleNamespace(BASE_SERVICE=True)
POLICY = GatePolicy(level=2, title="Load", tools=(), criteria={})
GATE = PlannedGate(id="load", policy=POLICY, tools=())
PLAIN = Grant(base_url="http://127.0.0.1:1", pid=7, python=sys.executable)


def put(folder: Path, **files: str) -> Path:
    """A folder with these files; `__` stands for a slash and `_` for the dot of their names."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Session]:
    """A session of a target with one file, without a base."""
    root = put(tmp_path / "now", app_txt="now")
    wish = Wish(target=TARGET, root=root, output=tmp_path / "run", today="2026-01-01")
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "GATESCORE_CACHE": str(tmp_path)}
    programs = Programs(target_python=Programs().python)
    with session(wish, Cancellation(), environ, programs) as made:
        yield made


def with_base(opened: Session, tmp_path: Path, **files: str) -> Session:
    return dataclasses.replace(opened, base_tree=put(tmp_path / "then", **files))


def asked(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        text: str = answer.read().decode()
    return text


def why(opened: Session, grant: Grant | None = None) -> str:
    given = grant or PLAIN
    with beside(TOOL, GATE, given, opened) as (same, known):
        assert same is given
        return str(known["base_why"])


def test_both_revisions_answer_each_freshly_started(opened: Session, tmp_path: Path) -> None:
    at_base = with_base(opened, tmp_path, app_txt="then")
    with beside(TOOL, GATE, PLAIN, at_base) as (grant, known):
        assert known == {"base_same": False, "base_files": 0, "base_why": ""}
        origins = grant.base_origin, grant.base_url
        assert [asked(f"{origin}/app.txt") for origin in origins] == ["then", "now"]
        assert grant.pid not in (0, PLAIN.pid)
        assert Path(grant.state).is_dir()
    for origin in origins:
        with pytest.raises(OSError):
            asked(origin)
    for log in (base_service.LOG, base_service.OWN_LOG):
        assert "GET /app.txt" in (at_base.results / "load" / log).read_text()


def test_it_can_be_had_twice_in_one_run(opened: Session, tmp_path: Path) -> None:
    at_base = with_base(opened, tmp_path, app_txt="then")
    for _ in range(2):
        with beside(TOOL, GATE, PLAIN, at_base) as (grant, _):
            assert asked(f"{grant.base_origin}/app.txt") == "then"


def test_a_tool_that_does_not_ask_for_it_gets_nothing(opened: Session, tmp_path: Path) -> None:
    at_base, plain = with_base(opened, tmp_path, app_txt="then"), PLAIN
    other: Any = SimpleNamespace()
    with beside(other, GATE, plain, at_base) as (grant, known):
        assert (grant, known) == (plain, {})


def test_the_same_content_is_told_and_not_started(opened: Session, tmp_path: Path) -> None:
    at_base = with_base(opened, tmp_path, app_txt="now", README_md="old", tests__test_py="old")
    with beside(TOOL, GATE, PLAIN, at_base) as (grant, known):
        assert known == {"base_same": True, "base_files": 1, "base_why": ""}
        assert grant.base_origin == ""


@pytest.mark.parametrize(
    "files",
    [
        {"app_txt": "now "},
        {"app_txt": "now", "more_txt": ""},
        {"other_txt": "now"},
        {
            "app_txt": "now",
            "gatescore_toml": 'name="t"\n[service]\nstart=["x","{port}"]\nhealth="/"',
        },
    ],
)
def test_whatever_could_make_the_service_differ_is_another_content(
    opened: Session, tmp_path: Path, files: dict[str, str]
) -> None:
    at_base = with_base(opened, tmp_path, **files)
    then = at_base.base_tree
    assert then is not None
    assert base_service.same_content(at_base, then, base_service.target_of(at_base, then)) == 0


def test_a_link_that_leads_elsewhere_is_another_content(opened: Session, tmp_path: Path) -> None:
    then = put(tmp_path / "then", app_txt="now")
    assert base_service.same_content(opened, then, TARGET) == 1
    (then / "link").symlink_to("app.txt")
    assert base_service.same_content(opened, then, TARGET) == 0
    (opened.tree / "link").symlink_to("app.txt")
    assert base_service.same_content(opened, then, TARGET) == 1


def test_what_a_run_leaves_in_the_trees_is_no_content(opened: Session, tmp_path: Path) -> None:
    then = put(tmp_path / "then", app_txt="now")
    (then / "node_modules").mkdir()
    (then / "node_modules" / "a.js").write_text("")
    (then / "__pycache__").mkdir()
    (then / "__pycache__" / "a.pyc").write_text("")
    (opened.tree / "service.log").write_text("")
    assert base_service.same_content(opened, then, TARGET) == 1


def test_no_base_is_told(opened: Session) -> None:
    assert why(opened) == "no base to compare with"


def test_a_service_that_runs_already_has_no_base_of_ours(opened: Session, tmp_path: Path) -> None:
    at_base = with_base(opened, tmp_path, app_txt="then")
    target = msgspec.structs.replace(TARGET, service=Service(base_url="http://127.0.0.1:1"))
    assert why(dataclasses.replace(at_base, target=target)) == base_service.RUNS_ALREADY


def test_a_base_that_does_not_start_is_told_with_its_own_words(
    opened: Session, tmp_path: Path
) -> None:
    """Not an ERROR of the gate: what is judged is the candidate."""
    said = (
        'name="t"\n[service]\nstart=["{python}","-c","raise SystemExit(\'no port today\')",'
        '"{port}"]\n'
        'health="/"\n'
    )
    text = why(with_base(opened, tmp_path, app_txt="then", gatescore_toml=said))
    assert text.startswith("the service of the base: it does not run: the service exited with 1")
    assert "no port today" in text
    assert "\n" not in text


def test_a_base_that_lets_nobody_in_is_told(opened: Session, tmp_path: Path) -> None:
    at_base = with_base(opened, tmp_path, app_txt="then")
    auth = Auth(login=Login(path="/login", body={"a": "b"}, token="/token"))
    target = msgspec.structs.replace(TARGET, auth=auth)
    text = why(dataclasses.replace(at_base, target=target))
    assert text.startswith("the service of the base: it does not run:")
    assert "501" in text


def test_two_revisions_are_not_let_into_one_database(opened: Session, tmp_path: Path) -> None:
    service = msgspec.structs.replace(SERVICE, migrate=("{python}", "-m", "migrate"))
    at_base = with_base(opened, tmp_path, app_txt="then")
    target = msgspec.structs.replace(TARGET, service=service)
    assert why(dataclasses.replace(at_base, target=target)) == base_service.SHARED


@pytest.mark.parametrize(
    ("keys", "shared"),
    [
        ({}, False),
        ({"seed": ("seed",)}, True),
        ({"seed": ("seed", "{state}/db")}, False),
        ({"migrate": ("up",), "env": {"DB": "sqlite:{state}/db"}}, False),
        ({"migrate": ("up",), "env": {"DB": "postgresql://127.0.0.1/db"}}, True),
    ],
)
def test_where_data_is_prepared_it_has_to_be_each_starts_own(
    keys: dict[str, Any], shared: bool
) -> None:
    assert base_service.shares_its_state(Service(start=SERVE, **keys)) is shared


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ('name="t"\n[service]\nstart=["then","{port}"]\nenv_generate=["SECRET"]\n', "then"),
        ('name="t"\n[service]\nstart=["then","{port}"]\nenv_generate=["OTHER"]\n', SERVE[0]),
        ('name="t"\n[service]\nstart=["then","{port}"]\nunheard_of=1\n', SERVE[0]),
        ('name="t"\n[service]\nbase_url="http://127.0.0.1:1"\n', SERVE[0]),
    ],
)
def test_the_base_is_started_as_it_says_itself_where_that_can_be_done(
    opened: Session, tmp_path: Path, text: str, start: str
) -> None:
    then = put(tmp_path / "then", gatescore_toml=text)
    service = base_service.target_of(opened, then).service
    assert service is not None
    assert service.start[0] == start


def test_a_target_of_which_no_second_one_starts_is_told(opened: Session, tmp_path: Path) -> None:
    """Not an ERROR of the gate either: the other tools ask the first one."""
    start = ("{python}", "-c", "raise SystemExit('only once')", "{port}")
    target = msgspec.structs.replace(TARGET, service=Service(start=start, health="/"))
    said = 'name="t"\n[service]\nhealth="/"\nstart=["{python}","-m","http.server","{port}"]\n'
    at_base = with_base(opened, tmp_path, app_txt="then", gatescore_toml=said)
    text = why(dataclasses.replace(at_base, target=target))
    assert text.startswith("the service of the target, a second one: it does not run:")
    assert "only once" in text
