"""The packages of a Node target: installed once, linked into every tree, never written to."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gates.core.target import Node
from gates.shell import node_programs
from gates.shell.cancellation import Cancellation
from gates.shell.node_environment import EnvironmentFailed, node_environment

NODE = Node(paths=("src",))
MANIFEST = {"name": "made", "version": "1.0.0", "private": True}
PART = {"name": "part", "version": "1.0.0", "main": "index.js"}
LOCAL = {**MANIFEST, "workspaces": ["parts/*"]}


@pytest.fixture(autouse=True)
def _with_node():
    if shutil.which("npm") is None and not os.environ.get("CI"):
        pytest.skip("there is no npm here")


def lock(packages):
    return json.dumps({**MANIFEST, "lockfileVersion": 3, "requires": True, "packages": packages})


def tree_of(folder, **files):
    given = {
        "package.json": json.dumps(MANIFEST),
        "package-lock.json": lock({"": MANIFEST}),
        **{name.replace("__", "/"): text for name, text in files.items()},
    }
    for name, text in given.items():
        if text is not None:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    return folder


def workspace(folder):
    tree = tree_of(folder)
    (tree / "package.json").write_text(json.dumps(LOCAL))
    packages = {
        "": LOCAL,
        "node_modules/part": {"resolved": "parts/part", "link": True},
        "parts/part": PART,
    }
    (tree / "package-lock.json").write_text(lock(packages))
    (tree / "parts" / "part").mkdir(parents=True)
    (tree / "parts" / "part" / "package.json").write_text(json.dumps(PART))
    (tree / "parts" / "part" / "index.js").write_text("module.exports = 'first';\n")
    return tree


def made(tree, place, node=NODE, env=None):
    output = place / "output"
    output.mkdir(exist_ok=True)
    return node_environment(node, tree, place / "cache", Cancellation(), output, env=env)


def stored(place):
    return sorted(path.name for path in (place / "cache" / "environments").glob("node-*[!k]"))


def test_it_is_installed_once_and_linked_into_each_tree(tmp_path):
    first = made(tree_of(tmp_path / "a"), tmp_path)
    second = made(tree_of(tmp_path / "b"), tmp_path)
    assert first.modules == tmp_path / "a" / "node_modules"
    assert second.modules == tmp_path / "b" / "node_modules"
    assert len(stored(tmp_path)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"package.json": json.dumps({**MANIFEST, "description": "other"})},
        {"package-lock.json": lock({"": {**MANIFEST, "license": "MIT"}})},
        {".npmrc": "fund=false\n"},
    ],
    ids=["manifest", "lock", "npmrc"],
)
def test_what_decides_the_packages_decides_the_environment(tmp_path, change):
    made(tree_of(tmp_path / "a"), tmp_path)
    made(tree_of(tmp_path / "b", **change), tmp_path)
    assert len(stored(tmp_path)) == 2


def test_another_command_makes_another_environment(tmp_path):
    made(tree_of(tmp_path / "a"), tmp_path)
    other = Node(paths=("src",), install=("npm", "install", "--ignore-scripts", "--offline"))
    made(tree_of(tmp_path / "b"), tmp_path, other)
    assert len(stored(tmp_path)) == 2


def test_a_package_of_the_tree_itself_is_the_judged_one(tmp_path):
    made(workspace(tmp_path / "a"), tmp_path)
    tree = workspace(tmp_path / "b")
    environment = made(tree, tmp_path)
    assert (environment.modules / "part").resolve() == tree / "parts" / "part"
    (tree / "parts" / "part" / "index.js").write_text("module.exports = 'judged';\n")
    said = subprocess.run(
        (environment.node, "--print", "require('part')"), cwd=tree, capture_output=True, text=True
    )
    assert said.stdout.strip() == "judged"


def test_packages_that_the_target_commits_are_not_used(tmp_path):
    tree = tree_of(tmp_path / "a", node_modules__evil__index_js="module.exports = 1;\n")
    environment = made(tree, tmp_path)
    assert not (environment.modules / "evil").exists()


def test_a_cache_that_a_tool_keeps_beside_the_packages_stays_with_the_tree(tmp_path):
    first = made(tree_of(tmp_path / "a"), tmp_path)
    (first.modules / ".cache").mkdir()
    second = made(tree_of(tmp_path / "b"), tmp_path)
    assert not (second.modules / ".cache").exists()


def test_a_lock_that_does_not_fit_fails_with_what_npm_says_and_no_help(tmp_path):
    broken = json.dumps({**MANIFEST, "dependencies": {"lost": "file:lost"}})
    tree = tree_of(tmp_path / "a", **{"package.json": broken})
    with pytest.raises(EnvironmentFailed) as caught:
        made(tree, tmp_path)
    lines = caught.value.detail.splitlines()
    assert lines[0] == "npm ci --ignore-scripts --no-audit --no-fund: exit code 1"
    assert any(line.startswith("npm error Missing: lost@") for line in lines)
    assert "Usage" not in caught.value.detail
    assert str(tmp_path) not in caught.value.detail
    assert stored(tmp_path) == []


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"package.json": None}, 'node.package = ".": there is no package.json'),
        (
            {"package-lock.json": None},
            'node.package = ".": there is no package-lock.json; make it with '
            "npm install --package-lock-only, and commit it",
        ),
    ],
)
def test_what_is_missing_is_named(tmp_path, files, text):
    with pytest.raises(EnvironmentFailed) as caught:
        made(tree_of(tmp_path / "a", **files), tmp_path)
    assert caught.value.detail == text


def test_a_program_that_is_missing_is_named(tmp_path):
    with pytest.raises(EnvironmentFailed, match="lost-installer: not found beside"):
        made(tree_of(tmp_path / "a"), tmp_path, Node(paths=("src",), install=("lost-installer",)))


def test_a_half_made_environment_is_made_again(tmp_path):
    made(tree_of(tmp_path / "a"), tmp_path)
    (home,) = (tmp_path / "cache" / "environments").glob("node-*/")
    (home / "complete.json").unlink()
    (home / "node_modules" / "half").mkdir()
    environment = made(tree_of(tmp_path / "b"), tmp_path)
    assert not (environment.modules / "half").exists()
    assert (home / "complete.json").is_file()


def test_a_node_that_is_none_is_refused(tmp_path):
    fake = tmp_path / "node"
    fake.write_text("#!/bin/sh\necho hello\n")
    fake.chmod(0o755)
    with pytest.raises(node_programs.NodeMissing, match="is no Node: it says 'hello'"):
        node_programs.find({"PATH": str(tmp_path)})


def test_the_callers_node_is_found_with_its_version():
    found = node_programs.find(os.environ)
    said = subprocess.run((found.node, "--version"), capture_output=True, text=True).stdout
    assert said.strip() == f"v{found.version}"
    assert Path(found.program("npm")).name == "npm"
