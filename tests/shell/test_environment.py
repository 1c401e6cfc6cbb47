"""Children know what is allow-listed; the target's environment never holds stale code."""

import fcntl
import hashlib
import os
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gates.core.target import Code
from gates.shell import environment, installation, interpreters
from gates.shell.process import Cancellation

HOSTILE = {
    "PYTEST_ADDOPTS": "--co",
    "MY_ADDOPTS": "-x",
    "PYTHONPATH": "/evil",
    "PYTHONSTARTUP": "/evil.py",
    "BASH_ENV": "/evil.sh",
    "ENV": "/evil.sh",
    "LD_PRELOAD": "/evil.so",
    "LD_LIBRARY_PATH": "/evil",
    "MYPYPATH": "/evil",
    "RUFF_SELECT": "NONE",
    "COVERAGE_PROCESS_START": "/evil",
    "GIT_DIR": "/evil",
}


def test_what_would_change_a_tool_is_removed_and_named() -> None:
    """B63."""
    child, removed = environment.allowed(HOSTILE | {"EDITOR": "vi", "TMPDIR": "/scratch"})
    assert removed == tuple(sorted(HOSTILE))
    assert "/evil" not in str(child)
    assert child["TMPDIR"] == "/scratch"
    assert "EDITOR" not in child


def test_a_child_runs_in_one_place_and_time_zone() -> None:
    child, removed = environment.allowed({"PATH": "/home/ada/bin:/usr/bin", "LANG": "de_DE"})
    assert child["PATH"].split(":")[0] == str(Path(sys.executable).parent)
    assert "/home/ada/bin" not in child["PATH"]
    fixed = ("LANG", "LC_ALL", "TZ", "PYTHONHASHSEED", "PYTHONNOUSERSITE", "COLUMNS", "NO_COLOR")
    assert [child[name] for name in fixed] == ["C.UTF-8", "C.UTF-8", "UTC", "0", "1", "120", "1"]
    assert removed == ()


@pytest.mark.parametrize(
    ("name", "with_registry"),
    [
        ("HOME", True),
        ("PIP_INDEX_URL", True),
        ("UV_INDEX_URL", True),
        ("npm_config_registry", True),
        ("HTTPS_PROXY", True),
        ("no_proxy", True),
        ("SSL_CERT_FILE", True),
        ("REQUESTS_CA_BUNDLE", True),
        ("NODE_EXTRA_CA_CERTS", True),
        ("UV_PYTHON", False),
        ("AWS_SECRET_ACCESS_KEY", False),
        ("PIPED", False),
    ],
)
def test_registry_settings_reach_package_managers_alone(name: str, with_registry: bool) -> None:
    """P65: a secret of the caller reaches no child."""
    assert name not in environment.allowed({name: "x"})[0]
    assert (name in environment.allowed({name: "x"}, registry=True)[0]) is with_registry


def test_generated_secrets_satisfy_password_rules_and_differ() -> None:
    made = environment.generate_secrets(("A", "B"))
    assert made["A"] != made["B"]
    for value in made.values():
        assert len(value) >= 32
        assert all(
            any(map(test, value)) for test in (str.isupper, str.islower, str.isdigit)
        ) and set(value) & set("-_")
        assert value.replace("-", "").replace("_", "").isalnum()


def test_references_are_filled_in_and_a_missing_one_is_named() -> None:
    assert environment.expand("a ${X}${Y} $Z", {"X": "1", "Y": "${X}"}) == "a 1${X} $Z"
    with pytest.raises(environment.VariableMissing) as caught:
        environment.expand("${GONE}", {"X": "secret"}, where="auth.headers.X-Api-Key")
    assert "GONE" in str(caught.value)
    assert "auth.headers.X-Api-Key" in str(caught.value)
    assert "secret" not in str(caught.value)


# --- the target's environment: everything below installs offline, from files of the test ---------

BACKEND = """
import zipfile
def build_wheel(folder, settings=None, metadata=None):
    name = "shop-1.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.write("src/shop/__init__.py", "shop/__init__.py")
        info = "shop-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: shop\\nVersion: 1.0\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/entry_points.txt", "[console_scripts]\\nshop = shop:main\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "shop"
version = "1.0"
"""
MODULE = "def main():\n    import dep\n    print({answer}, dep.VALUE, __file__)\n"


def wheel(folder: Path, value: int, name: str = "dep") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as made:
        made.writestr(f"{name}.py", f"VALUE = {value}\n")
        made.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        made.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        made.writestr(f"{info}/RECORD", "")


def shop(tree: Path, answer: int = 1) -> Path:
    wheel(tree / "wheels", 7)
    (tree / "src" / "shop").mkdir(parents=True)
    (tree / "src" / "shop" / "__init__.py").write_text(MODULE.format(answer=answer))
    (tree / "backend.py").write_text(BACKEND)
    (tree / "pyproject.toml").write_text(PROJECT)
    (tree / "requirements.txt").write_text("--no-index\n--find-links ./wheels\ndep==1.0\n")
    return tree


CODE = Code(paths=("src",), requirements=("requirements.txt",), packages=(".",))


def made(code: Code, tree: Path, work: Path, run: str = "run") -> Path:
    cancel = Cancellation()
    try:
        return environment.target_environment(
            code, tree, work / "cache", Path(sys.executable), cancel, work / run
        )
    finally:
        cancel.close()


def printed(*argv: str | Path) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True, cwd="/").stdout.strip()


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_own_code_comes_from_the_judged_tree_and_never_from_the_cache(
    tmp_path: Path, installer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P15: a second tree with other code and the same metadata shares the cache, not the code."""
    if installer == "pip":
        monkeypatch.setattr(installation, "_uv", lambda: None)
    for answer in (1, 2):
        tree = shop(tmp_path / f"tree {answer} '$(x)", answer)
        before = sorted(tree.rglob("*"))
        python = made(CODE, tree, tmp_path, f"run {answer} '$(x)")
        module = tree / "src" / "shop" / "__init__.py"
        assert printed(python, "-B", "-c", "import shop; shop.main()") == f"{answer} 7 {module}"
        assert (
            printed("env", "PYTHONDONTWRITEBYTECODE=1", python.parent / "shop")
            == f"{answer} 7 {module}"
        )
        asked = "import importlib.metadata as m; print(m.version('shop'), m.version('dep'))"
        assert printed(python, "-c", asked) == "1.0 1.0"
        assert sorted(tree.rglob("*")) == before
    homes = [path for path in (tmp_path / "cache" / "environments").iterdir() if path.is_dir()]
    assert len(homes) == 1
    assert not list(homes[0].rglob("shop/__init__.py"))


def test_what_is_installed_is_compiled_and_what_is_no_python_left(tmp_path: Path) -> None:
    """Tools and the service are started without writing bytecode, each time."""
    tree = shop(tmp_path / "tree")
    with zipfile.ZipFile(tree / "wheels" / "dep-1.0-py3-none-any.whl", "a") as file:
        file.writestr("dep_template.py", "class {{ name }}:\n")
    where = "import dep; print(dep.__cached__)"
    compiled = Path(printed(made(CODE, tree, tmp_path), "-B", "-c", where))
    assert compiled.is_relative_to(tmp_path / "cache")
    assert [file.name for file in compiled.parent.glob("dep*")] == [compiled.name]


def test_a_changed_requirement_makes_another_environment(tmp_path: Path) -> None:
    tree = shop(tmp_path / "tree")
    (tree / "deep").mkdir()
    (tree / "deep" / "more.txt").write_text("")
    with (tree / "requirements.txt").open("a") as file:
        file.write("-r deep/more.txt\n")
    made(CODE, tree, tmp_path)
    (tree / "deep" / "more.txt").write_text("# changed\n")
    made(CODE, tree, tmp_path)
    made(CODE, tree, tmp_path)
    homes = [path for path in (tmp_path / "cache" / "environments").iterdir() if path.is_dir()]
    assert len(homes) == 2


def test_what_a_killed_runner_left_is_made_again(tmp_path: Path) -> None:
    tree = shop(tmp_path / "tree")
    made(CODE, tree, tmp_path)
    (home,) = (path for path in (tmp_path / "cache" / "environments").iterdir() if path.is_dir())
    (home / "complete.json").unlink()
    (home / "bin" / "python").unlink()
    assert printed(made(CODE, tree, tmp_path), "-c", "import dep; print(dep.VALUE)") == "7"


def test_an_environment_in_use_is_marked_and_one_long_unused_is_removed(tmp_path: Path) -> None:
    tree, cache = shop(tmp_path / "tree"), tmp_path / "cache" / "environments"
    made(CODE, tree, tmp_path)
    (used,) = (path for path in cache.iterdir() if path.is_dir())
    ages = {"old": 31, "recent": 29, "held": 31}
    for name, days in ages.items():
        (cache / name).mkdir()
        (cache / name / "complete.json").write_text("{}")
        then = time.time() - days * 24 * 3600
        os.utime(cache / name / "complete.json", (then, then))
    os.utime(used / "complete.json", (0, 0))
    with (cache / "held.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        made(CODE, tree, tmp_path, "again")
    assert sorted(path.name for path in cache.iterdir() if path.is_dir()) == sorted(
        ["held", "recent", used.name]
    )
    assert (used / "complete.json").stat().st_mtime > 0
    assert not (tmp_path / "again" / "create.stderr").exists()


def test_installers_put_passing_files_into_the_run_s_own_folder(tmp_path: Path) -> None:
    tree = shop(tmp_path / "tree")
    told = f"import os; open({str(tmp_path / 'told')!r}, 'w').write(os.environ['TMPDIR'])\n"
    (tree / "backend.py").write_text(told + BACKEND)
    made(CODE, tree, tmp_path)
    assert Path((tmp_path / "told").read_text()).is_relative_to(tmp_path / "run")


def test_a_failed_installation_shows_the_installer_s_last_words(tmp_path: Path) -> None:
    tree = shop(tmp_path / "tree")
    (tree / "requirements.txt").write_text("--no-index\nno-such-thing==1.0\n")
    with pytest.raises(environment.EnvironmentFailed) as caught:
        made(CODE, tree, tmp_path)
    assert "no-such-thing" in caught.value.detail
    assert "-r requirements.txt" in caught.value.detail
    assert not [path for path in (tmp_path / "cache" / "environments").iterdir() if path.is_dir()]


def test_hashes_are_demanded_where_a_file_has_any(tmp_path: Path) -> None:
    tree = shop(tmp_path / "tree")
    wheel(tree / "wheels", 1, name="loose")
    made_of = (tree / "wheels" / "dep-1.0-py3-none-any.whl").read_bytes()
    hashed = f"dep==1.0 --hash=sha256:{hashlib.sha256(made_of).hexdigest()}\n"
    start = "--no-index\n--find-links ./wheels\n"
    (tree / "requirements.txt").write_text(start + hashed)
    assert printed(made(CODE, tree, tmp_path), "-c", "import dep; print(dep.VALUE)") == "7"
    (tree / "requirements.txt").write_text(start + hashed + "loose==1.0\n")
    with pytest.raises(environment.EnvironmentFailed, match="(?i)hash"):
        made(CODE, tree, tmp_path)


def test_two_runners_at_once_install_once_and_both_succeed(tmp_path: Path) -> None:
    tree = shop(tmp_path / "tree")
    with ThreadPoolExecutor(2) as pool:
        pythons = list(pool.map(lambda run: made(CODE, tree, tmp_path, run), ("one", "two")))
    assert [printed(p, "-c", "import dep; print(dep.VALUE)") for p in pythons] == ["7", "7"]
    logs = list(tmp_path.glob("*/create.stderr"))
    assert len(logs) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"requirements": ("gone.txt",)}, r"code\.requirements: gone\.txt: no such file"),
        ({"python": "2.9"}, r'code\.python = "2\.9": no such Python answers'),
        ({"python": "latest"}, r'"latest": neither a version'),
        ({"python": "./gone"}, r"not a Python that starts"),
    ],
)
def test_what_cannot_be_made_is_refused_with_its_key(
    tmp_path: Path, change: dict[str, str], words: str
) -> None:
    code = Code(**{"paths": ("src",)} | change)
    with pytest.raises(environment.EnvironmentFailed, match=words):
        made(code, shop(tmp_path / "tree"), tmp_path)


def test_own_code_that_is_nowhere_in_the_tree_is_an_error_not_old_code(tmp_path: Path) -> None:
    tree = shop(tmp_path / "tree")
    made(CODE, tree, tmp_path)
    (tree / "src" / "shop").rename(tree / "moved")
    with pytest.raises(environment.EnvironmentFailed, match="shop/__init__.py"):
        made(CODE, tree, tmp_path)


def test_cancelling_ends_the_installation(tmp_path: Path) -> None:
    cancel = Cancellation()
    cancel.set()
    with pytest.raises(environment.EnvironmentFailed, match="cancelled"):
        environment.target_environment(
            CODE, shop(tmp_path / "t"), tmp_path / "c", Path(sys.executable), cancel, tmp_path / "o"
        )
    cancel.close()


def test_a_stand_in_that_does_not_start_is_passed_over(tmp_path: Path) -> None:
    short = f"{sys.version_info[0]}.{sys.version_info[1]}"
    shims, real = tmp_path / "shims", tmp_path / "real"
    for folder, content in (
        (shims, "#!/bin/sh\necho 'command not found' >&2\nexit 127\n"),
        (real, f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'),
    ):
        folder.mkdir()
        (folder / f"python{short}").write_text(content)
        (folder / f"python{short}").chmod(0o755)
    found = interpreters.find(
        short, default=tmp_path / "none", root=tmp_path, environ={"PATH": f"{shims}:{real}"}
    )
    assert found.path == real / f"python{short}"
    assert found.version.startswith(f"{short}.")
