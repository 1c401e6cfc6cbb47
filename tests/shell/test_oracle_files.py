"""Oracle files: every mistake is told, at once, with its place and what is allowed."""

from pathlib import Path

import pytest

from gates.core.oracle_presets import PRESETS, from_target
from gates.shell.oracle_files import Folder, Known, read_folder

KNOWN = Known(identities=("default", "reader", "admin"), variables=("ADMIN_PASSWORD",))
GOOD = """
title = "A book can be read"
[[steps]]
request = "GET /v1/books/1"
[steps.expect]
status = 200
"""
STEP = '[[steps]]\nrequest = "GET /"\nexpect.status = 200\n'


def read(tmp_path: Path, known: Known = KNOWN, **files: str) -> Folder:
    for name, text in files.items():
        place = tmp_path / "gatescore/oracles" / f"{name}.toml"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return read_folder(tmp_path, "gatescore/oracles", known)


def told(tmp_path: Path, text: str, known: Known = KNOWN) -> list[str]:
    folder = read(tmp_path, known, one=text)
    assert folder.oracles == ()
    assert folder.unread == ("one",)
    return [str(one).removeprefix("gatescore/oracles/one.toml:") for one in folder.problems]


def step(text: str, expect: str = "expect.status = 200") -> str:
    return f'title = "t"\n[[steps]]\n{text}\n{expect}\n'


def test_a_good_file_takes_its_name_for_its_id(tmp_path: Path) -> None:
    folder = read(tmp_path, **{"read-a-book": GOOD, "deep/named": f'id = "other"\n{GOOD}'})
    assert sorted(one.id for one in folder.oracles) == ["other", "read-a-book"]
    assert (folder.problems, folder.unread) == ((), ())


def test_dates_and_dotted_keys_are_read(tmp_path: Path) -> None:
    text = step('request = "POST /v1/x"\njson = { day = 2026-01-02, at = 2026-01-02T03:04:05Z }')
    (oracle,) = read(tmp_path, one=text).oracles
    assert oracle.steps[0].json == {"day": "2026-01-02", "at": "2026-01-02T03:04:05Z"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("title = ", "1:9: Invalid value"),
        ('title = ""\n' + STEP, "1:1: title: is empty"),
        ('title = "t"\n', "1:1: steps: there is none; allowed: [[steps]], or a preset"),
        ('id = "A b"\n' + GOOD, '1:1: id: found "A b"; allowed: small letters'),
        ('titel = "t"\n' + GOOD, "1:1: titel: unknown key; allowed: id, preset, steps, title"),
        (step('requets = "GET /"'), "3:1: steps[0].requets: unknown key"),
        (step('request = "GET /"', ""), "expect.status: is missing; allowed: the expected status"),
        (step('request = "FETCH /x"'), '3:1: steps[0].request: found "FETCH /x"; allowed: method'),
        (step('request = "GET x"'), '3:1: steps[0].request: found "GET x"'),
        (step('request = "GET /x?a=1"'), "parameters belong under query"),
        (step('request = "GET {none}"'), "{none} has no value here; allowed: unique, email"),
        (step('request = "GET {unique}x"'), '3:1: steps[0].request: found "GET {unique}x"'),
        (step('request = "GET /{uniqe}"'), "did you mean unique?"),
        (step('request = "GET /"\nidentity = "amdin"'), "did you mean admin?"),
        (step('request = "GET /"\ntext = "${ADMIN}"'), "${ADMIN} is no variable of the service"),
        (step('request = "GET /"\nwithin_s = 61'), "within_s: found 61; allowed: 0 to 60"),
        (step('request = "GET /"\nevery_s = 0'), "every_s: found 0; allowed: 0.01 to 60"),
        (step('request = "GET /"\njson = 1\ntext = "a"'), "has several bodies"),
        (step('request = "GET /"\nsubscribers = 2'), "subscribers: does nothing beside request"),
        (step('request = "GET /"\nsubscribe = "/x"'), "has request and subscribe; allowed: one"),
        (step(""), "has none of request, subscribe and receive"),
        (step('receive = "r"', 'expect.json = { "a" = 1 }'), 'no subscribers "r"; allowed: none'),
        (step('subscribe = "/x"', ""), "as: is missing: receive names the subscribers by it"),
        (step('subscribe = "x"\nas = "r"', ""), "allowed: a path that begins with /"),
        (step('subscribe = "/x"\nas = "r"\nsubscribers = 201', ""), "allowed: 1 to 200"),
        (step('request = "GET /"', "expect.status = 99"), "found 99; allowed: 201, [200, 204]"),
        (step('request = "GET /"', 'expect.status = "2x"'), "expect.status: found '2x'"),
        (step('request = "GET /"', "expect.status = []"), "expect.status: found []"),
        (step('request = "GET /"', "expect.stauts = 200"), "did you mean status?"),
        (
            step(
                'request = "GET /"', 'expect.status = 200\nexpect.json = { "/a" = { eqauls = 1 } }'
            ),
            "did you mean equals?",
        ),
        (
            step('request = "GET /"', 'expect.status = 200\nexpect.json = { "/a" = { id = 1 } }'),
            "an object belongs under equals",
        ),
        (
            step('request = "GET /"', 'expect.status = 200\nexpect.json = { "/a" = {} }'),
            "is empty; allowed: a value, or equals",
        ),
        (
            step('request = "GET /"', 'expect.status = 200\nexpect.text = { matches = "(" }'),
            "found '('; allowed: a regular expression",
        ),
        (
            step('request = "GET /"', 'expect.status = 200\nexpect.text = { length = "x" }'),
            "found 'x'; allowed: a number",
        ),
        (
            step(
                'request = "GET /"',
                'expect.status = 200\nexpect.json = { "/a" = { type = "text" } }',
            ),
            "allowed: string, number, integer",
        ),
        (
            step('request = "GET /"', "expect.status = 200\ncapture = { Id = '/id' }"),
            'found the name "Id"',
        ),
        (
            step('request = "GET /"', "expect.status = 200\ncapture = { email = '/id' }"),
            "not unique, email, password, which are made up",
        ),
        ('title = "t"\nvalues = { unique = 1 }\n' + STEP, 'found the name "unique"; allowed'),
        ('preset = "read-after-writ"\ntitle = "t"\n', "did you mean read-after-write?"),
        (
            'preset = "read-after-write"\n' + GOOD,
            "a preset brings its own; allowed: one of the two",
        ),
        ('title = "t"\nwith = { a = 1 }\n' + STEP, "with: belongs to a preset"),
        ('preset = "read-after-write"\ntitle = "t"\n', "with.create: is missing; allowed: request"),
    ],
)
def test_each_mistake_is_told(tmp_path: Path, text: str, problem: str) -> None:
    problems = told(tmp_path, text)
    assert any(problem in one for one in problems), problems


def test_all_mistakes_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        'title = "t"\nflow = "x"\n[[steps]]\nrequest = "GET x"\nidentity = "nobdy"\n'
        '[steps.expect]\nstatus = "ok"\nschma = "Book"\n'
    )
    lines = [int(one.split(":")[0]) for one in told(tmp_path, text)]
    assert lines == [2, 4, 5, 7, 8]


def test_an_id_of_two_files_is_told(tmp_path: Path) -> None:
    folder = read(tmp_path, a=f'id = "x"\n{GOOD}', b=f'id = "x"\n{GOOD}')
    assert len(folder.oracles) == 1
    (problem,) = folder.problems
    assert 'another file has the id "x" too' in str(problem)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    folder = read_folder(tmp_path, "gatescore/oracles", KNOWN)
    assert [str(one) for one in folder.problems] == [
        "gatescore/oracles: oracles.files: is no folder"
    ]


def test_names_are_known_from_the_step_that_captures_them(tmp_path: Path) -> None:
    early = step('request = "GET /{id}"\ncapture = { id = "/id" }')
    assert "{id} has no value here" in told(tmp_path, early)[0]
    own = step('request = "GET /"', 'expect = { status = 200, json = { "/x" = "{id}" } }')
    text = own + 'capture = { id = "/id" }\n[[steps]]\nrequest = "GET /{id}"\nexpect.status = 200\n'
    assert read(tmp_path, one=text).problems == ()


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_says_what_it_needs_and_refuses_what_it_does_not_know(
    tmp_path: Path, name: str
) -> None:
    problems = told(tmp_path, f'title = "t"\npreset = "{name}"\n[with]\nnonsense = 1\n')
    assert sum("is missing" in one for one in problems) == len(PRESETS[name].needed)
    assert sum("with.nonsense: unknown key" in one for one in problems) == 1


def test_a_preset_is_checked_in_its_values(tmp_path: Path) -> None:
    text = """
title = "t"
preset = "read-after-write"
[with]
create = "POST v1/notes"
json = { title = "{ttl}" }
id = 5
read = "GET /v1/notes/{id}"
shows = { "/title" = { equls = "x" } }
times = true
"""
    problems = told(tmp_path, text)
    assert [one.split(": ")[1] for one in problems] == [
        "with.create",
        "with.id",
        'with.shows."/title".equls',
        "with.times",
    ]
    mended = text.replace("POST v1", "POST /v1").replace("id = 5", 'id = "/id"')
    mended = mended.replace("equls", "equals").replace("times = true", "times = 2")
    (problem,) = told(tmp_path, mended)
    assert "with: {ttl} has no value here" in problem
    (oracle,) = read(tmp_path, one=mended.replace("{ttl}", "{unique}")).oracles
    assert [one.name for one in oracle.steps] == [
        "create",
        "read it after the creation, time 1",
        "read it after the creation, time 2",
    ]


def test_the_target_file_already_knows_how_to_register_and_log_in(tmp_path: Path) -> None:
    login = {
        "method": "POST",
        "path": "/login",
        "body": {"username": "demo", "password": "${ADMIN_PASSWORD}", "grant": "x"},
        "form": True,
        "token": "/token",
        "header": "X-Token",
        "format": "{token}",
    }
    register = {
        "method": "PUT",
        "path": "/users",
        "body": {"username": "{name}", "password": "{password}"},
    }
    text = """
title = "t"
preset = "register-login-profile"
[with]
profile = "GET /me"
shows = { "/username" = "{unique}" }
"""
    given = from_target(login, register)
    known = Known(identities=("default",), variables=("ADMIN_PASSWORD",), given=given)
    (oracle,) = read(tmp_path, known, one=text).oracles
    first, second, third, _ = oracle.steps
    assert (first.request, first.json["username"]) == ("PUT /users", "{unique}")
    assert (second.request, second.json) == ("POST /login", None)
    assert second.form == {"username": "{unique}", "password": "{password}", "grant": "x"}
    assert third.headers == {"X-Token": "{token}"}
    assert any("with.register: is missing" in one for one in told(tmp_path, text))
