"""Gates adopted on a service that is full of old findings, in the README's three steps.

The tree is the source archive of an older framework as PyPI has it, without its tests: they
measure the clock and fail by chance.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gates.probes.run_mypy import extract
from tests.e2e.conftest import DEADLINE_S
from tests.faults.cli import committed, git

pytestmark = pytest.mark.beside

ARCHIVE = "bottle==0.12.25"
STARTER = ("--policy", "starter")
LEVEL_1 = ("run", "--level", "1", *STARTER)
UNUSED = "\n\ndef adopted() -> None:\n    import wave\n"
INJECTED = """

def find_user(name: str) -> str:
    return f"SELECT * FROM users WHERE name = '{name}'"
"""


class Step(NamedTuple):
    """One command: its exit code, what it told people, and the newest scorecard after it."""

    code: int
    told: str
    card: dict[str, Any]

    def gate(self, id: str) -> dict[str, Any]:
        return next(gate for gate in self.card["gates"] if gate["id"] == id)

    def failed(self) -> list[str]:
        return [gate["id"] for gate in self.card["gates"] if gate["status"] == "FAIL"]

    def counted(self, gate: str) -> list[dict[str, Any]]:
        """Findings of a gate that are part of a count and not excused."""
        found = self.gate(gate)["findings"]
        return [one for one in found if one.get("metric") and one.get("state") != "known"]


class Legacy(NamedTuple):
    """The tree, and where its runs keep what they may reuse."""

    tree: Path
    cache: Path

    def gatescore(self, *words: str) -> Step:
        program = Path(sys.executable).parent / "gatescore"
        done = subprocess.run(
            [program, *words],
            cwd=self.tree,
            env={**os.environ, "GATESCORE_CACHE": str(self.cache)},
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        runs = sorted(self.tree.glob(".gatescore/runs/*/scorecard.json"))
        return Step(done.returncode, done.stderr, json.loads(runs[-1].read_text()) if runs else {})

    def with_defect(self, text: str, *words: str) -> Step:
        """Run on the tree with a line moved at the top and a defect at the end."""
        file = self.tree / "bottle.py"
        before = file.read_text()
        head, _, rest = before.partition("\n")
        file.write_text(f"{head}\n# one line more\n{rest.rstrip()}\n{text}")
        try:
            return self.gatescore(*LEVEL_1, *words)
        finally:
            file.write_text(before)


@pytest.fixture(scope="session")
def legacy(tmp_path_factory: pytest.TempPathFactory) -> Legacy:
    """A repository with the archive as its one commit."""
    place = tmp_path_factory.mktemp("legacy")
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    download += ["--no-binary", ":all:", "--dest", str(place), ARCHIVE]
    done = subprocess.run(download, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"the registry has no {ARCHIVE}: {done.stderr[-300:]}")
    with tarfile.open(next(place.glob("*.tar.gz"))) as archive:
        extract(archive, place)
    tree = next(path for path in place.iterdir() if path.is_dir()).rename(place / "bottle")
    shutil.rmtree(tree / "test")
    committed(tree)
    return Legacy(tree, place / "cache")


@pytest.fixture(scope="session")
def steps(legacy: Legacy) -> dict[str, Step]:
    """The three steps, and the run after them; what they wrote is committed."""
    done = {
        "init": legacy.gatescore("init"),
        "run": legacy.gatescore(*LEVEL_1),
        "baseline": legacy.gatescore("baseline", *STARTER),
        "again": legacy.gatescore(*LEVEL_1),
    }
    committed(legacy.tree)
    return done


def test_the_first_run_is_drowned_in_old_findings(steps: dict[str, Step]) -> None:
    assert steps["init"].code == 0, steps["init"].told
    first = steps["run"]
    assert first.code == 1, first.told
    assert first.failed() == ["lint", "types", "security"]
    assert sum(len(first.counted(gate)) for gate in first.failed()) > 200
    assert "make one with gatescore baseline" in first.told


def test_each_step_names_the_next(steps: dict[str, Step]) -> None:
    assert f"gatescore {' '.join(LEVEL_1)}" in steps["init"].told
    assert f"gatescore baseline {' '.join(STARTER)}" in steps["init"].told
    assert "review and commit it" in steps["baseline"].told


def test_after_the_baseline_the_same_tree_passes(steps: dict[str, Step]) -> None:
    assert steps["baseline"].code == 0, steps["baseline"].told
    again = steps["again"]
    assert again.code == 0, again.told
    assert again.failed() == []
    assert again.card["baseline"]["known"] > 200
    assert {gate for gate in ("lint", "format", "types") if again.counted(gate)} == set()
    assert {gate["id"] for gate in again.card["gates"] if gate["status"] == "ERROR"} == set()


def test_what_the_steps_wrote_is_all_that_is_new_in_the_repository(
    legacy: Legacy, steps: dict[str, Step]
) -> None:
    assert steps["again"].code == 0
    written = git(legacy.tree, "diff", "--name-only", "HEAD~1", "HEAD").splitlines()
    assert written == ["gatescore.toml", "gatescore/baseline.json"]


@pytest.mark.parametrize(
    ("defect", "gate", "rules", "words"),
    [
        (UNUSED, "lint", {"F401"}, ()),
        (INJECTED, "security", {"B608", "S608"}, ("--profile", "ci")),
    ],
    ids=["import", "sql"],
)
def test_one_new_defect_fails_and_is_all_that_is_named(
    legacy: Legacy,
    steps: dict[str, Step],
    defect: str,
    gate: str,
    rules: set[str],
    words: tuple[str, ...],
) -> None:
    assert steps["again"].code == 0
    worse = legacy.with_defect(defect, *words)
    assert worse.code == 1, worse.told
    assert worse.failed() == [gate]
    found = [one for id in ("lint", "types", "security", "review") for one in worse.counted(id)]
    assert len(found) == 1, found
    assert (found[0]["rule"] in rules, found[0]["state"]) == (True, "new")
    assert any(f"finding {gate}: bottle.py" in line for line in worse.told.splitlines())
