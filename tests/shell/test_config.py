"""Target, policy and profile files: everything wrong is said at once, with its place."""

from pathlib import Path

import pytest

from gates.catalog import BUILT_IN
from gates.shell import bundled
from gates.shell.config import (
    ConfigError,
    Problem,
    read_policy,
    read_profile,
    read_target,
)
from gates.shell.target_checks import absent_troubles

GOOD = """\
name = "shop"
[code]
paths = ["src"]
[service]
start = ["{python}", "-m", "shop", "{port}"]
"""
POLICY = """\
name = "mine"
[gates.lint]
level = 1
title = "Lint"
tools = ["ruff"]
[gates.lint.criteria."lint.errors"]
title = "Errors"
metric = "lint.errors"
pass = [["== 0"]]
"""


def write(folder: Path, text: str, name: str = "gatescore.toml") -> Path:
    (folder / "src").mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def target_problems(folder: Path, text: str) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        read_target(write(folder, text))
    return caught.value.problems


def policy_problems(folder: Path, text: str) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        read_policy(str(write(folder, text, "mine.toml")), tools=("ruff", "mypy"))
    return caught.value.problems


def told(problems: tuple[Problem, ...]) -> list[tuple[int, int, str]]:
    return [(problem.line, problem.column, problem.key) for problem in problems]


def test_a_folder_and_a_file_are_read_alike(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    loaded = read_target(tmp_path)
    assert loaded == read_target(file)
    assert (loaded.target.name, loaded.file, loaded.root) == ("shop", file, tmp_path.resolve())
    assert loaded.digest.startswith("sha256:")
    assert len(loaded.digest) == 7 + 64


def test_root_is_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "src").mkdir()
    assert read_target(write(tmp_path / "a", f'root = ".."\n{GOOD}')).root == tmp_path.resolve()


@pytest.mark.parametrize("head", ["\ufeff", "\r\n"])
def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path, head: str) -> None:
    assert read_target(write(tmp_path, head + GOOD)).target.name == "shop"


def test_b34_everything_wrong_is_said_at_once_with_line_column_and_suggestion(
    tmp_path: Path,
) -> None:
    text = (
        'nmae = "shop"\n'  # 1
        "[code]\n"
        'paths = ["scr", 7]\n'  # 3
        'test = ["x"]\n'  # 4
        "[service]\n"
        'start = ["{python}", "{prot}"]\n'  # 6
        "start_deadline_s = -1\n"  # 7
        'helth = "/up"\n'  # 8
        "[load]\n"
        'rate = "50"\n'  # 10
        "[[load.operations]]\n"
        'path = "/a"\n'
        "weight = 0\n"  # 13
        "[[load.operations]]\n"
        'path = "b"\n'  # 15
        'method = "FETCH"\n'
        "[openapi]\n"
        'file = "openapi.yml"\n'  # 18
    )
    (tmp_path / "openapi.yaml").write_text("")
    problems = target_problems(tmp_path, text)
    assert told(problems) == [
        (1, 1, ""),
        (1, 1, "nmae"),
        (3, 10, "code.paths[0]"),
        (3, 17, "code.paths[1]"),
        (4, 1, "code.test"),
        (6, 1, "service.start"),
        (6, 22, "service.start[1]"),
        (7, 1, "service.start_deadline_s"),
        (8, 1, "service.helth"),
        (10, 1, "load.rate"),
        (13, 1, "load.operations[0].weight"),
        (15, 1, "load.operations[1].path"),
        (16, 1, "load.operations[1].method"),
        (18, 1, "openapi.file"),
    ]
    lines = dict(zip([p.key for p in problems], map(str, problems), strict=True))
    file = tmp_path / "gatescore.toml"
    assert lines["code.test"] == (
        f"{file}:4:1: code.test: unknown key; "
        "allowed: build, packages, paths, python, requirements, tests; did you mean tests?"
    )
    assert "the file needs name; allowed: a text" in lines[""]
    assert "did you mean name?" in lines["nmae"]
    assert "'scr' does not exist in" in lines["code.paths[0]"]
    assert "did you mean src?" in lines["code.paths[0]"]
    assert "found 7; allowed: a text" in lines["code.paths[1]"]
    assert "found the text '50'; allowed: a number" in lines["load.rate"]
    assert "did you mean port?" in lines["service.start[1]"]
    assert "did you mean openapi.yaml?" in lines["openapi.file"]


def test_the_error_is_one_line_for_each_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_target(write(tmp_path, GOOD + "wrong = 1\n[cod]\n"))
    assert len(str(caught.value).splitlines()) == 2 == len(caught.value.problems)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('name = "a"\n[code]\npaths = []\n[code]\n', (4, 6), "twice"),
        ('name = "a"\nname = "b"\n', (2, 11), "overwrite"),
        ("name = \n", (1, 8), "Invalid value"),
        ('name = "a', (1, 10), "Unterminated|Expected|Illegal"),
        ('a = 1\nb = "\\q"\n', (2, 8), "escape"),
        ("a = " + "[" * 5000, (0, 0), "nested too deeply|Invalid value"),
        ("a = " + "9" * 5000, (0, 0), "digits"),
    ],
)
def test_b34_syntax_errors_have_a_place(
    tmp_path: Path, text: str, place: tuple[int, int], words: str
) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        read_target(write(tmp_path, text))
    (problem,) = caught.value.problems
    if place != (0, 0):
        assert (problem.line, problem.column) == place


def test_bytes_that_are_no_text_have_a_place(tmp_path: Path) -> None:
    path = tmp_path / "gatescore.toml"
    path.write_bytes(b'name = "a"\nroot = "\xff"\n')
    with pytest.raises(ConfigError, match=r":2:9: not UTF-8"):
        read_target(path)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n", "\ufeff"])
def test_b35_an_empty_file_is_refused_with_a_minimal_one(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"gatescore\.toml: is empty; a minimal one is:\n") as e:
        read_target(write(tmp_path, text))
    assert '    name = "my-service"' in str(e.value)


def test_b35_a_missing_file_is_refused_with_a_minimal_one_that_works(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gatescore\.toml: does not exist; a minimal") as caught:
        read_target(tmp_path)
    minimal = str(caught.value).split("a minimal one is:\n")[1]
    text = "\n".join(line.strip() for line in minimal.splitlines())
    assert read_target(write(tmp_path, text)).target.name == "my-service"


@pytest.mark.parametrize("name", ["nowhere.toml", "folder"])
def test_b35_a_policy_that_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="does not exist|is not a file"):
        read_policy(str(tmp_path / name))


@pytest.mark.parametrize("key", ["packages", "requirements"])
def test_an_environment_is_enough_code_for_a_service_installed_ready_made(
    tmp_path: Path, key: str
) -> None:
    (tmp_path / "kinto.txt").write_text("kinto==26.5.0\n")
    text = f'name = "a"\n[code]\n{key} = ["kinto.txt"]\n'
    (tmp_path / "gatescore.toml").write_text(text)
    code = read_target(tmp_path).target.code
    assert code is not None
    assert (code.paths, getattr(code, key)) == ((), ("kinto.txt",))


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ('name = "Shop"\n', "name", "small letters"),
        ('name = "a/b"\n', "name", "small letters"),
        ('name = "a"\nroot = "x"\n', "root", "is not a folder"),
        ('name = "a"\n[code]\n', "code", "neither paths nor packages"),
        ('name = "a"\n[code]\npaths = ["../x"]\n', "code.paths[0]", "outside of the root"),
        ('name = "a"\n[code]\npaths = ["/etc"]\n', "code.paths[0]", "outside of the root"),
        ('name = "a"\n[code]\npaths = ["sr"]\n', "code.paths[0]", "did you mean src"),
        ('name = "a"\n[code]\npaths = ["src"]\ntests = ["t"]\n', "code.tests[0]", "not exist"),
        ('name = "a"\n[code]\npackages = ["./x"]\n', "code.packages[0]", "not exist"),
        ('name = "a"\n[code]\npaths=["src"]\nbuild=["{port}"]\n', "code.build[0]", "{output}"),
        ('name = "a"\n[service]\n', "service", "neither start nor base_url"),
        (
            'name = "a"\n[service]\nstart = ["{port}"]\nbase_url = "http://127.0.0.1:1"\n',
            "service",
            "both start and base_url",
        ),
        ('name = "a"\n[service]\nstart = ["x"]\n', "service.start", "{port} stands neither"),
        ('name="a"\n[service]\nstart=["{port}"]\nhealth="up"\n', "service.health", "one /"),
        ('name="a"\n[service]\nstart=["{port}"]\nhealth="//h/up"\n', "service.health", "one /"),
        (
            'name="a"\n[service]\nstart=["{port}"]\nstop_deadline_s=0\n',
            "service.stop_deadline_s",
            "more than 0",
        ),
        ('name="a"\n[service]\nstart=["{port}"]\nenv_from=["A B"]\n', "service.env_from[0]", "no"),
        ('name="a"\n[service]\nstart=["{port}"]\nenv={A="{x}"}\n', "service.env.A", "{state}"),
        ('name="a"\n[service]\nbase_url="http://h:0"\n', "service.base_url", "port 0"),
        ('name="a"\n[service]\nstart=["{port}"]\nallow=["*"]\n', "service.allow[0]", "scheme"),
        ('name="a"\n[openapi]\n', "openapi", "neither path nor file"),
        ('name="a"\n[openapi]\npath="x"\n', "openapi.path", "one /"),
        ('name="a"\n[load]\nrate=0\noperations=[{path="/"}]\n', "load.rate", "more than 0"),
        ('name="a"\n[load]\nrate=1\noperations=[]\n', "load", "has no operations"),
        (
            'name="a"\n[load]\nrate=1\noperations=[{path="/", weight=0}]\n',
            "load.operations[0].weight",
            "more than 0",
        ),
        (
            'name="a"\n[load]\nrate=1\noperations=[{path="/", method="get"}]\n',
            "load.operations[0].method",
            "did you mean GET",
        ),
        (
            'name="a"\n[load]\nrate=1\noperations=[{path="/", status=[99]}]\n',
            "load.operations[0].status[0]",
            "100 to 599",
        ),
        ('name="a"\n[dependencies]\nfiles=[]\n', "dependencies.files", "is empty"),
        ('name="a"\n[dependencies]\nfiles=["r"]\n', "dependencies.files[0]", "not exist"),
        (
            'name="a"\n[dependencies]\nfiles=["src"]\nadvisories="x"\n',
            "dependencies.advisories",
            "not exist",
        ),
        (
            'name="a"\n[auth.login]\npath="/l"\nbody={}\ntoken="t"\n',
            "auth.login.token",
            "JSON pointer",
        ),
        (
            'name="a"\n[auth.login]\npath="/l"\nbody={}\ntoken=""\nformat="Bearer"\n',
            "auth.login.format",
            "{token}",
        ),
    ],
)
def test_a_target_that_cannot_be_is_refused(
    tmp_path: Path, text: str, key: str, words: str
) -> None:
    (problem,) = target_problems(tmp_path, text)
    assert problem.key == key
    assert words in str(problem)
    assert problem.line > 0


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "+nan"])
def test_b37_numbers_that_are_none_are_refused(tmp_path: Path, number: str) -> None:
    text = f'name="a"\n[load]\nrate={number}\noperations=[{{path="/"}}]\n'
    problems = target_problems(tmp_path, text)
    assert any("a finite number" in str(p) and p.line == 3 for p in problems)
    problems = policy_problems(tmp_path, POLICY.replace("level = 1", f"level=1\nfloor={number}"))
    assert any("a finite number" in str(p) for p in problems)


def test_what_may_be_secret_is_never_echoed(tmp_path: Path) -> None:
    text = (
        'name="a"\n[auth]\nheaders={X-Key=["hunter2"]}\nextra="hunter2"\n[auth.login]\n'
        'path="/l"\ntoken=""\nbody={password=771234}\n[service]\nstart=["{port}"]\n'
        'env=["hunter2"]\nbase_url="http://hunter2@127.0.0.1:80"\n'
    )
    problems = target_problems(tmp_path, text)
    assert len(problems) >= 5
    assert not any("hunter2" in str(p) or "771234" in str(p) for p in problems)


def test_absent_names_unknown_to_the_policy_are_told() -> None:
    (trouble,) = absent_troubles({"lod": "none", "load": "none"}, frozenset({"load", "lint"}))
    assert (trouble.path, trouble.hint) == (("absent", "lod"), "did you mean load?")


def test_the_bundled_files_are_right() -> None:
    for name in bundled.names("policy"):
        loaded = read_policy(name, tools=BUILT_IN)
        assert loaded.policy.name == name
        for profile in bundled.names("profile"):
            assert read_profile(profile, loaded.policy.gates).name == profile


def test_an_unknown_policy_or_profile_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"policy 'standart': unknown;.*did you mean standard\?"):
        read_policy("standart")
    with pytest.raises(ConfigError, match=r"there are ci, local, nightly"):
        read_profile("x")


@pytest.mark.parametrize(
    "text",
    [
        'name = "empty"\n[gates]\n',
        POLICY + 'weight = "should"\n',
        POLICY + 'weight = "info"\n',
    ],
)
def test_b36_a_policy_that_demands_nothing_is_empty(tmp_path: Path, text: str) -> None:
    assert "empty policy" in str(policy_problems(tmp_path, text)[0])


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("level = 1", "level = 0", "gates.lint.level", "1, 2 or 3"),
        ("level = 1", "level = 4", "gates.lint.level", "1, 2 or 3"),
        ("level = 1", "level = 1\ndeadline_s = -5", "gates.lint.deadline_s", "more than 0"),
        ("level = 1", "level = 1\ndeadline_s = 0", "gates.lint.deadline_s", "more than 0"),
        ("level = 1", "level = 1\nexpected_s = 0", "gates.lint.expected_s", "more than 0"),
        ("level = 1", "level = 1\nfloor = -1", "gates.lint.floor", "0 or more"),
        ("level = 1", 'level = 1\nresource = "gpu"', "gates.lint.resource", "exclusive"),
        ("level = 1", 'level = 1\nstate = "old"', "gates.lint.state", "fresh"),
        ("level = 1", 'level = 1\nneeds = ["cod"]', "gates.lint.needs", "did you mean code"),
        ('["ruff"]', '["ruf"]', "gates.lint.tools", "did you mean ruff"),
        ('["ruff"]', "[]", "gates.lint.tools", "one or more"),
        ("[gates.lint", "[gates.Lint", "gates.Lint", "no gate id"),
        ("[gates.lint", '[gates."../x"', 'gates."../x"', "no gate id"),
        ('"== 0"', '"== 0", "= 0"', 'gates.lint.criteria."lint.errors".pass[0][1]', "one of =="),
        ('[["== 0"]]', "[]", 'gates.lint.criteria."lint.errors".pass', "no condition"),
        ('[["== 0"]]', "[[]]", 'gates.lint.criteria."lint.errors".pass', "no condition"),
        ('"== 0"', '"== nan"', 'gates.lint.criteria."lint.errors".pass[0][0]', "one of =="),
        ("[[", 'floor = "== +1"\npass = [[', 'gates.lint.criteria."lint.errors".floor', "relative"),
        ('name = "mine"', 'name = "mine"\npass_score = 101', "pass_score", "0 to 100"),
        ('name = "mine"', 'name = "mine"\nwarn_score = -1', "warn_score", "0 to 100"),
        ('name = "mine"', 'name = "mine"\nwarn_score = 91', "warn_score", "pass_score"),
        ("metric = ", 'weight = "blok"\nmetric = ', "weight", "did you mean block"),
    ],
)
def test_b37_a_policy_that_cannot_be_is_refused(
    tmp_path: Path, old: str, new: str, key: str, words: str
) -> None:
    text = POLICY.replace("pass = [[", new) if old == "[[" else POLICY.replace(old, new)
    (problem,) = policy_problems(tmp_path, text)
    assert problem.key.endswith(key)
    assert words in str(problem)
    assert problem.line > 0


@pytest.mark.parametrize("metric", ["coverage.percent", "load.errors_percent"])
@pytest.mark.parametrize(
    ("condition", "fits"),
    [("<= 100", True), ("<= 100.1", False), (">= 0", True), (">= +101%", True), (">= +101", True)],
)
def test_b37_a_share_has_bounds_from_0_to_100(
    tmp_path: Path, metric: str, condition: str, fits: bool
) -> None:
    text = POLICY.replace('metric = "lint.errors"', f'metric = "{metric}"').replace(
        "== 0", condition
    )
    if fits:
        read_policy(str(write(tmp_path, text, "mine.toml")))
    else:
        assert "is a share; allowed: 0 to 100" in str(policy_problems(tmp_path, text)[0])


def test_p16_a_misspelt_gate_is_refused_with_the_nearest(tmp_path: Path) -> None:
    problems = policy_problems(tmp_path, POLICY + "[gates.ruf]\nlevel = 1\n")
    assert {(p.line, p.key) for p in problems} == {(10, "gates.ruf")}
    assert all("did you mean ruff?" in str(p) for p in problems)
    assert {p.message for p in problems} == {
        f"[gates.ruf] needs {key}" for key in ("title", "tools", "criteria")
    }


def test_p16_a_misspelt_gate_of_a_profile_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, 'name="x"\ndecisive_level=2\n[gates.lod]\nrate=1\n', "p.toml")
    with pytest.raises(ConfigError, match=r":3:8: gates\.lod: unknown: 'lod'.*did you mean load"):
        read_profile(str(path), ("load", "lint"))
    bad = write(tmp_path, 'name="x"\ndecisive_level=5\n', "p.toml")
    with pytest.raises(ConfigError, match="decisive_level: found 5; allowed: 1, 2 or 3"):
        read_profile(str(bad))


@pytest.mark.parametrize(
    ("release", "words"),
    [
        ('[release."lint.erors"]\nweight = "block"\n', "did you mean lint.errors"),
        ('[release."lint.errors"]\nwait = "block"\n', "did you mean weight"),
        ('[release."lint.errors"]\nweight = "blok"\n', "blok"),
        ('[release."lint.errors"]\npass = [["= 1"]]\n', "one of =="),
    ],
)
def test_p16_a_misspelt_release_overlay_is_refused(
    tmp_path: Path, release: str, words: str
) -> None:
    (problem,) = policy_problems(tmp_path, POLICY + release)
    assert words in str(problem)
    assert problem.line >= 10


def test_a_criterion_of_two_gates_is_refused(tmp_path: Path) -> None:
    second = POLICY.replace("gates.lint", "gates.more").split("\n", 1)[1]
    (problem,) = policy_problems(tmp_path, POLICY + second)
    assert "the gate lint has a criterion of that name" in problem.message
    assert problem.line == 14
