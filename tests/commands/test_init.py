"""`gatescore init`: what it guesses of folders of many kinds is a target file that is valid."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from gates import cli
from gates.commands._target_file import LATER
from gates.core.plan import plan
from gates.core.target import Target
from gates.shell import config
from tests.faults.cli import committed

SERVICE = ("service", "openapi", "load")
PACKAGE_JSON = '{"scripts": {"build": "tsc"}, "devDependencies": {"vitest": "^3.0.0"}}'


def write(folder: Path, files: Iterable[str] | dict[str, str]) -> Path:
    content = files if isinstance(files, dict) else dict.fromkeys(files, "")
    for name, text in content.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def made(folder: Path) -> Target:
    """The target of the file that it writes, which the planner accepts for every gate."""
    assert cli.main(["init", str(folder)]) == 0
    policy = config.read_policy("starter").policy
    target = config.read_target(folder).target
    assert plan(target, policy, config.read_profile("ci")).gates
    return target


@pytest.mark.parametrize(
    ("files", "paths", "tests"),
    [
        (["src/a.py", "tests/test_a.py", "setup.py"], ["src"], ["tests"]),
        (["shop/__init__.py", "shop/a.py", "docs/conf.py", "setup.py"], ["shop"], []),
        (["app/main.py", "scripts/a.py"], ["app"], []),
        (["a/__init__.py", "b/__init__.py", "c/d.py", "test/test_a.py"], ["a", "b"], ["test"]),
        (["bottle.py", "setup.py", "conftest.py", "test_it.py"], ["bottle.py"], ["test_it.py"]),
        (["shop/__init__.py", "shop/tests/test_a.py"], ["shop"], ["shop/tests"]),
        (["shop/__init__.py", "manage.py", "tests/data.py"], ["shop", "manage.py"], []),
        (["shop/__init__.py", "build/lib/x.py", ".venv/pyvenv.cfg", ".venv/a.py"], ["shop"], []),
    ],
)
def test_python_source_and_tests(
    tmp_path: Path, files: list[str], paths: list[str], tests: list[str]
) -> None:
    target = made(write(tmp_path, files))
    assert target.code is not None
    assert (list(target.code.paths), list(target.code.tests)) == (paths, tests)
    assert ("tests" in target.absent) is (not tests)
    assert target.absent.keys() >= {*SERVICE, "dependencies"}


@pytest.mark.parametrize(
    ("files", "requirements", "packages"),
    [
        ({"setup.py": ""}, [], [".", "pytest", "coverage"]),
        ({"pyproject.toml": "[build-system]\n"}, [], [".", "pytest", "coverage"]),
        ({"requirements.txt": "pytest\npytest-cov\n"}, ["requirements.txt"], []),
        (
            {"requirements.txt": "", "requirements.lock": "", "requirements-dev.txt": "Pytest>=8"},
            ["requirements-dev.txt", "requirements.lock"],
            ["coverage"],
        ),
        (
            {"requirements/base.txt": "pytest-asyncio\ncoverage==7.0"},
            ["requirements/base.txt"],
            ["pytest", "iniconfig", "packaging", "pluggy", "pygments"],
        ),
        (
            {
                "pyproject.toml": "[build-system]\n[project]\n"
                'optional-dependencies.test = ["pytest", "coverage"]\n'
            },
            [],
            [".[test]"],
        ),
        (
            {
                "pyproject.toml": '[project]\nname = "a"\ndependencies = ["flask>=3"]\n'
                '[dependency-groups]\ndev = ["pytest>=8", {include-group = "cov"}]\n'
                'test = ["pytest>=8"]\ncov = ["coverage"]\n'
            },
            [],
            ["flask>=3", "pytest>=8", "coverage"],
        ),
        (
            {
                "pyproject.toml": '[build-system]\nbuild-backend = "poetry.core.masonry.api"\n'
                '[tool.poetry]\nname = "other"\n[tool.poetry.dependencies]\npython = "^3.11"\n'
                'django = "^5.1"\ncelery = {version = "~5.4", extras = ["redis"]}\n'
                'ours = {path = "../ours"}\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n'
            },
            [],
            ["django>=5.1,<6", "celery[redis]>=5.4,<5.5", "pytest", "coverage"],
        ),
        ({"pyproject.toml": "project = 3\n"}, [], ["pytest", "coverage"]),
        ({"pyproject.toml": "[project"}, [], ["pytest", "coverage"]),
    ],
)
def test_what_the_tests_need(
    tmp_path: Path, files: dict[str, str], requirements: list[str], packages: list[str]
) -> None:
    source = {"shop/__init__.py": "", "tests/test_a.py": ""}
    code = made(write(tmp_path, source | files)).code
    assert code is not None
    assert (list(code.requirements), list(code.packages)) == (requirements, packages)


def test_with_nothing_to_install_compiling_is_the_build(tmp_path: Path) -> None:
    code = made(write(tmp_path, ["app.py"])).code
    assert code is not None
    assert code.build == ("{python}", "-m", "compileall", "-q", "app.py")


@pytest.mark.parametrize(
    ("files", "locks"),
    [
        ({"uv.lock": "", "requirements.txt": "a==1"}, ["uv.lock"]),
        ({"requirements.txt": "a==1\nb\n"}, ["requirements.txt"]),
        ({"requirements.txt": "a==1", "requirements-dev.txt": "pytest==1"}, ["requirements.txt"]),
        ({"requirements-dev.txt": "a==1"}, ["requirements-dev.txt"]),
        ({"pylock.toml": "", "poetry.lock": ""}, ["poetry.lock", "pylock.toml"]),
    ],
)
def test_files_that_say_what_runs(tmp_path: Path, files: dict[str, str], locks: list[str]) -> None:
    target = made(write(tmp_path, {"app.py": "", **files}))
    assert target.dependencies is not None
    assert list(target.dependencies.files) == locks
    assert "dependencies" not in target.absent


def test_what_pins_nothing_is_said(tmp_path: Path) -> None:
    target = made(write(tmp_path, {"app.py": "", "requirements.txt": "flask>=3\n"}))
    assert "requirements.txt pins no version" in target.absent["dependencies"]


@pytest.mark.parametrize(
    ("scripts", "paths", "tests"),
    [
        (["src/a.ts", "test/a.test.ts", "vitest.config.ts"], ["src"], ["test"]),
        (["lib/a.js", "index.js", "node_modules/x/a.js"], ["lib", "index.js"], []),
        (["src/a.ts", "src/a.spec.ts", "src/b/b.test.ts"], ["src"], None),
        (["src/a.js", "src/__tests__/a.js"], ["src"], ["src/__tests__"]),
    ],
)
def test_node_source_and_tests(
    tmp_path: Path, scripts: list[str], paths: list[str], tests: list[str] | None
) -> None:
    files = {"package.json": PACKAGE_JSON, "package-lock.json": "{}"}
    target = made(write(tmp_path, files | dict.fromkeys(scripts, "")))
    assert target.node is not None and target.dependencies is not None
    beside = [name for name in scripts if ".test." in name or ".spec." in name]
    expected = beside if tests is None else tests
    assert (list(target.node.paths), list(target.node.tests)) == (paths, expected)
    assert target.node.build == ("npm", "run", "build")
    assert target.dependencies.files == ("package-lock.json",)


@pytest.mark.parametrize(
    ("script", "declared", "missing"),
    [
        ("a.js", "{}", "eslint @eslint/js eslint-plugin-security prettier typescript"),
        (
            "a.tsx",
            '{"devDependencies": {"eslint": "1", "vitest": "^3", "prettier": "3"}}',
            "@eslint/js eslint-plugin-security typescript typescript-eslint "
            "'@vitest/coverage-v8@^3'",
        ),
    ],
)
def test_the_packages_that_the_gates_need_are_named_in_one_command(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    script: str,
    declared: str,
    missing: str,
) -> None:
    made(write(tmp_path, {"package.json": declared, "package-lock.json": "{}", script: ""}))
    assert f"  npm install --save-dev {missing}\n" in capsys.readouterr().err


def test_tests_that_no_known_runner_runs_are_said(tmp_path: Path) -> None:
    files = {"package.json": "{}", "package-lock.json": "{}", "src/a.js": "", "test/a.test.js": ""}
    target = made(write(tmp_path, files))
    assert "node.test" in target.absent["tests"]
    assert target.node is not None and not target.node.tests


def test_both_languages_and_a_document(tmp_path: Path) -> None:
    files = {"package.json": PACKAGE_JSON, "package-lock.json": "{}", "web/a.ts": ""}
    target = made(write(tmp_path, files | {"shop/__init__.py": "", "openapi.json": "{}"}))
    assert target.code is not None and target.node is not None and target.openapi is not None
    assert (target.node.paths, target.openapi.file) == (("web",), "openapi.json")
    assert target.absent.keys() == {"tests", "service", "container", *LATER}


def test_what_git_ignores_is_not_source(tmp_path: Path) -> None:
    write(tmp_path, {"shop/__init__.py": "", "made/__init__.py": "", ".gitignore": "made\n"})
    committed(tmp_path)
    code = made(tmp_path).code
    assert code is not None and code.paths == ("shop",)


@pytest.mark.parametrize("name", ['Ünï"code', "--", "My_Shop 2"])
def test_any_name_of_a_folder_will_do(tmp_path: Path, name: str) -> None:
    assert made(write(tmp_path / name, {f"{name}/__init__.py": ""})).name


def test_it_says_what_it_guessed_and_what_to_do_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(tmp_path, ["shop/__init__.py", "tests/test_a.py"]))
    assert cli.main(["init"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Python source: shop\n  Python tests: tests\n" in captured.err
    assert captured.err.splitlines()[-2:] == [
        "  gatescore run --level 1 --policy starter",
        "  gatescore baseline --policy starter",
    ]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"README.md": ""}, "no Python or Node source"),
        ({"setup.py": "", "docs/conf.py": ""}, "no Python or Node source"),
        ({"package.json": "{}", "index.js": ""}, "npm install --package-lock-only"),
        ({"package.json": "{", "index.js": ""}, "no Python or Node source"),
        ({"gatescore.toml": "", "app.py": ""}, "exists already"),
    ],
)
def test_where_it_cannot_be_written_nothing_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], says: str
) -> None:
    write(tmp_path, files)
    assert cli.main(["init", str(tmp_path)]) == 2
    assert says in capsys.readouterr().err
    assert {file.name for file in tmp_path.rglob("*") if file.is_file()} == {
        name.split("/")[-1] for name in files
    }


def test_a_folder_that_is_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["init", str(tmp_path / "nowhere")]) == 2
    assert "no such folder" in capsys.readouterr().err
