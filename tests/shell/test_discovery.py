"""What a folder holds, as its files and their declarations tell; tests/commands/test_init.py has
the many kinds of folders."""

from pathlib import Path

import msgspec
import pytest

from gates.shell.discovered_service import Source
from gates.shell.discovery import Found, Node, Python, discover
from tests.faults.cli import committed


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


PYTHON = {
    "pyproject.toml": '[project]\nname = "Web_Shop"\n',
    "shop/__init__.py": "",
    "main.py": "",
    "conftest.py": "",
    "docs/conf.py": "",
    "tests/test_a.py": "",
    "requirements.txt": "flask>=3\n",
    "requirements-dev.txt": "pytest==9.0\n",
    "openapi.yaml": "openapi: 3.1.0\n",
}
NODE = {
    "package.json": '{"name": "@acme/web", "scripts": {"build": "tsc"},'
    ' "devDependencies": {"vitest": "^4", "eslint": "10", "prettier": "3", "typescript": "5"}}',
    "package-lock.json": "{}",
    "src/a.ts": "",
    "src/a.test.ts": "",
    "vitest.config.ts": "",
}


def told(folder: Path) -> Found:
    """What was found, without the texts that it was read from."""
    found = discover(folder)
    python = found.python and msgspec.structs.replace(found.python, said="")
    return msgspec.structs.replace(found, python=python, service=Source(), package=None)


def test_a_service_in_python(tmp_path: Path) -> None:
    assert told(write(tmp_path, PYTHON)) == Found(
        name="web-shop",
        python=Python(
            paths=("shop", "main.py"),
            tests=("tests",),
            requirements=("requirements-dev.txt", "requirements.txt"),
            missing=("coverage",),
        ),
        unpinned=("requirements.txt",),
        openapi="openapi.yaml",
    )


def test_a_service_in_typescript(tmp_path: Path) -> None:
    assert told(write(tmp_path, NODE)) == Found(
        name="acme-web",
        node=Node(
            paths=("src",),
            tests=("src/a.test.ts",),
            locked=True,
            builds=True,
            runner="vitest",
            missing=(
                "@eslint/js",
                "eslint-plugin-security",
                "typescript-eslint",
                "@vitest/coverage-v8@^4",
            ),
        ),
        locks=("package-lock.json",),
    )


def test_an_extra_of_the_package_brings_the_test_tools(tmp_path: Path) -> None:
    built = '[build-system]\nrequires = ["setuptools"]\n'
    extras = '[project]\noptional-dependencies = {docs = ["x"], test = ["pytest[a]>=8"], t = 1}\n'
    declared = built + extras
    files = {"pyproject.toml": declared, "src/a.py": "", "src/tests/test_a.py": ""}
    assert told(write(tmp_path, files)).python == Python(
        paths=("src",), tests=("src/tests",), package=".[test]", missing=("coverage",)
    )


@pytest.mark.parametrize("repository", [True, False])
def test_environments_hidden_folders_and_links_are_left_out(
    tmp_path: Path, repository: bool
) -> None:
    made = {".venv/pyvenv.cfg": "", ".venv/a.py": "", "env/pyvenv.cfg": "", "env/a.py": ""}
    write(tmp_path, {"app/a.py": "", ".hidden/b.py": "", ".gitignore": "env\n", **made})
    (tmp_path / "link.py").symlink_to("app/a.py")
    if repository:
        committed(tmp_path)
    found = discover(tmp_path).python
    assert found is not None
    assert found.paths == ("app",)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"scripts": 3, "dependencies": []}'])
def test_declarations_that_anyone_wrote_are_survived(tmp_path: Path, text: str) -> None:
    files = {"package.json": text, "pyproject.toml": text, "a.js": "", "a.py": ""}
    found = discover(write(tmp_path, files))
    assert found.python == Python(paths=("a.py",))
    assert found.node is None or not found.node.builds
