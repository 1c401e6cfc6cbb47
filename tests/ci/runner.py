"""Runs steps, composite actions and the jobs of a workflow here, as GitHub's runner does.

Shell steps are run by the bash that it uses, with its files for outputs and summaries, and ended
as it does: SIGINT, after 7.5 s SIGTERM, after 2.5 s SIGKILL. Actions of others have stand-ins.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from tests.ci import stand_ins
from tests.ci.expressions import PLAIN, condition, evaluate, filled, text
from tests.ci.log import Log, lines_of
from tests.faults.cli import PASSED_ON, ROOT

BASH = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")
STEP_KEYS = {"name", "id", "if", "uses", "with", "run", "shell", "env", "continue-on-error"}
HANGS_S = 300.0
GRACE_S = ((signal.SIGINT, 7.5), (signal.SIGTERM, 2.5))


class Outcome(msgspec.Struct):
    """How a step, or a job, ended."""

    outcome: str
    conclusion: str
    outputs: dict[str, str] = {}


class Shown(msgspec.Struct, frozen=True):
    """What a shell step printed, and what the runner would obey of it."""

    name: str
    code: int
    stdout: bytes
    stderr: bytes
    log: Log
    summary: bytes


class Job:
    """One job on a machine of its own: its workspace, its temporary folder, what it has shown."""

    def __init__(
        self,
        world: stand_ins.World,
        place: Path,
        *,
        contexts: Mapping[str, Any] | None = None,
        permissions: Mapping[str, str] | None = None,
        cancel: Callable[[], bool] = lambda: False,
    ) -> None:
        self.world, self.cancel = world, cancel
        self.workspace, self.temp = place / "workspace", place / "temp"
        for folder in (self.workspace, self.temp):
            folder.mkdir(parents=True)
        self.permissions = dict(permissions or {"contents": "read"})
        github = {"run_id": "1000", "run_attempt": "1"}
        empty: dict[str, Any] = {"github": github, "vars": {}, "secrets": {}, "env": {}}
        self.contexts = {**empty, **(contexts or {})}
        self.contexts["runner"] = {"temp": str(self.temp), "os": "Linux"}
        self.cancelled = False
        self.shown: list[Shown] = []
        self.environment: dict[str, str] = {}

    @property
    def printed(self) -> str:
        """Everything that the job printed."""
        return "".join((one.stdout + one.stderr).decode("utf-8", "replace") for one in self.shown)

    @property
    def commands(self) -> list[Any]:
        """Every workflow command that the runner would obey."""
        return [command for one in self.shown for command in one.log.commands]

    @property
    def summary(self) -> bytes:
        """What the summary of the job shows."""
        return b"".join(one.summary for one in self.shown)

    def steps(self, steps: list[dict[str, Any]], contexts: Mapping[str, Any], root: Path) -> Any:
        """Run steps in their order; returns whether they succeeded, and each outcome by id."""
        done: dict[str, Outcome] = {}
        good = True
        for step in steps:
            assert set(step) <= STEP_KEYS | {"timeout-minutes"}, step
            seen = {**contexts, "steps": {id: msgspec.to_builtins(o) for id, o in done.items()}}
            one = self.step(step, seen, self.functions(good), root)
            good = good and one.conclusion in ("success", "skipped")
            if "id" in step:
                done[step["id"]] = one
        return good, done

    def functions(self, good: bool) -> dict[str, Callable[..., Any]]:
        """What an `if:` may ask."""
        return {
            **PLAIN,
            "always": lambda: True,
            "success": lambda: good and not self.cancelled,
            "failure": lambda: not good and not self.cancelled,
            "cancelled": lambda: self.cancelled,
        }

    def step(
        self,
        step: Mapping[str, Any],
        contexts: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]],
        root: Path,
    ) -> Outcome:
        """Run one step, if its condition holds."""
        if not condition(step.get("if"), contexts, functions):
            return Outcome("skipped", "skipped")
        env = {key: filled(v, contexts, functions) for key, v in step.get("env", {}).items()}
        if "uses" in step:
            given = {k: filled(v, contexts, functions) for k, v in step.get("with", {}).items()}
            good, outputs = self.used(step["uses"], given, root)
        else:
            assert step["shell"] == "bash" if "shell" in step else root != ROOT
            assert "${{" not in step["run"]
            good, outputs = self.shell(step.get("name", ""), step["run"], env, root)
        ended = "cancelled" if self.cancelled and not good else "success" if good else "failure"
        forgiven = step.get("continue-on-error", False) and ended == "failure"
        return Outcome(ended, "success" if forgiven else ended, outputs)

    def used(self, uses: str, given: Mapping[str, str], root: Path) -> tuple[bool, dict[str, str]]:
        """Run an action: ours, or a stand-in for one that is pinned by its commit."""
        if uses in ("$/", "./"):
            return self.action(given)
        name, _, commit = uses.partition("@")
        assert re.fullmatch("[0-9a-f]{40}", commit), uses
        filled_in = {key: value for key, value in given.items() if value != ""}
        step = stand_ins.Step(self.world, self.workspace, filled_in, self.permissions)
        try:
            return True, stand_ins.perform(name, step)
        except stand_ins.ActionError as error:
            self.show(name, 1, f"{error}\n".encode(), b"", b"")
            return False, {}

    def action(self, given: Mapping[str, str]) -> tuple[bool, dict[str, str]]:
        """Run our composite action."""
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        assert set(given) <= set(action["inputs"]), given
        inputs = {key: str(one.get("default", "")) for key, one in action["inputs"].items()}
        contexts = {**self.contexts, "inputs": {**inputs, **given}}
        good, done = self.steps(action["runs"]["steps"], contexts, ROOT)
        contexts["steps"] = {id: msgspec.to_builtins(one) for id, one in done.items()}
        functions = self.functions(good)
        values = {key: one["value"] for key, one in action["outputs"].items()}
        return good, {key: filled(value, contexts, functions) for key, value in values.items()}

    def shell(
        self, name: str, script: str, env: Mapping[str, str], root: Path
    ) -> tuple[bool, dict[str, str]]:
        """Run a script in bash."""
        place = self.temp / f"step-{len(self.shown)}"
        place.mkdir()
        (place / "script.sh").write_text(script)
        files = {f"GITHUB_{key}": place / key for key in ("OUTPUT", "STEP_SUMMARY", "ENV", "PATH")}
        for file in files.values():
            file.touch()
        argv = [*BASH, str(place / "script.sh")]
        with open(place / "out", "wb") as out, open(place / "err", "wb") as err:
            made = {**self.surroundings(root), **{k: str(v) for k, v in files.items()}, **env}
            process = subprocess.Popen(
                argv, cwd=self.workspace, env=made, stdout=out, stderr=err, start_new_session=True
            )
            code = self.waited(process)
        assert not files["GITHUB_ENV"].read_bytes()
        assert not files["GITHUB_PATH"].read_bytes()
        printed = (place / "out").read_bytes(), (place / "err").read_bytes()
        self.show(name, code, *printed, files["GITHUB_STEP_SUMMARY"].read_bytes())
        return code == 0, read_outputs(files["GITHUB_OUTPUT"].read_text())

    def surroundings(self, root: Path) -> dict[str, str]:
        """The environment of a shell step before its own `env`."""
        kept = {name: word for name, word in os.environ.items() if PASSED_ON.fullmatch(name)}
        github = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(root),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
        }
        named = {f"GITHUB_{k.upper()}": text(v) for k, v in self.contexts["github"].items()}
        return {**kept, **github, **named, **self.contexts["env"], **self.environment}

    def waited(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for a process; end it as the runner does where the job is cancelled."""
        limit = time.monotonic() + HANGS_S
        while process.poll() is None:
            if self.cancel() or time.monotonic() > limit:
                self.cancelled = True
                end(process)
            time.sleep(0.02)
        return process.returncode

    def show(self, name: str, code: int, out: bytes, err: bytes, summary: bytes) -> None:
        """Keep what a step printed; the runner empties stderr first."""
        log = Log().read(lines_of(err)).read(lines_of(out))
        self.shown.append(Shown(name, code, out, err, log, summary))


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process as a cancelled job does."""
    for number, patience in GRACE_S:
        process.send_signal(number)
        try:
            process.wait(patience)
            return
        except subprocess.TimeoutExpired:
            continue
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(5)


def read_outputs(written: str) -> dict[str, str]:
    """The file GITHUB_OUTPUT: `key=value`, or `key<<END`, lines, and `END`."""
    found: dict[str, str] = {}
    lines = iter(written.splitlines())
    for line in lines:
        if "<<" in line and ("=" not in line or line.index("<<") < line.index("=")):
            key, _, mark = line.partition("<<")
            found[key] = "\n".join(iter(lambda: next(lines), mark))
        elif line:
            key, sign, value = line.partition("=")
            assert sign, f"no output: {line!r}"
            found[key] = value
    return found


class Workflow:
    """A workflow under way: its jobs, one after the other, and what each left."""

    def __init__(
        self,
        name: str,
        world: stand_ins.World,
        *,
        github: Mapping[str, Any],
        variables: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        file = ROOT / ".github" / "workflows" / name
        self.source = yaml.load(file.read_text(), yaml.BaseLoader)  # texts alone
        self.world = world
        self.given = {"github": github, "vars": variables or {}, "secrets": secrets or {}}
        self.environment = dict(environment or {})
        self.done: dict[str, Outcome] = {}
        self.jobs: dict[str, Job] = {}
        self.lost: set[str] = set()  # jobs that never start: their machine did not come
        self.cancels: dict[str, Callable[[], bool]] = {}

    def run(self) -> dict[str, str]:
        """Run every job; returns their results."""
        for id, job in self.source["jobs"].items():
            self.done[id] = self.job(id, job)
        return {id: one.outcome for id, one in self.done.items()}

    def job(self, id: str, job: Mapping[str, Any]) -> Outcome:
        """Run one job, or one for each value of its matrix."""
        needs = job.get("needs", [])
        needed = {one: self.done[one] for one in ([needs] if isinstance(needs, str) else needs)}
        results = {one.outcome for one in needed.values()}
        functions = {
            **PLAIN,
            "always": lambda: True,
            "success": lambda: results <= {"success"},
            "failure": lambda: "failure" in results,
            "cancelled": lambda: "cancelled" in results,
        }
        env = {k: filled(v, self.given, functions) for k, v in self.source.get("env", {}).items()}
        contexts = {**self.given, "env": env}
        contexts["needs"] = {
            key: {"result": one.outcome, "outputs": one.outputs} for key, one in needed.items()
        }
        if not condition(job.get("if"), contexts, functions):
            return Outcome("skipped", "skipped")
        ended = [self.one(name, job, made) for name, made in matrix(id, job, contexts, functions)]
        worst = [o for kind in ("failure", "cancelled") for o in ended if o.outcome == kind]
        return (worst or ended)[0]

    def one(self, name: str, job: Mapping[str, Any], contexts: Mapping[str, Any]) -> Outcome:
        """Run a job on a machine of its own."""
        if name in self.lost:
            return Outcome("cancelled", "cancelled")
        place = self.world.place / "jobs" / name
        permissions = job.get("permissions", self.source.get("permissions", {}))
        cancel = self.cancels.get(name, lambda: False)
        machine = Job(self.world, place, contexts=contexts, permissions=permissions, cancel=cancel)
        machine.environment = self.environment
        self.jobs[name] = machine
        steps = [
            {**step, "continue-on-error": step.get("continue-on-error") == "true"}
            for step in job["steps"]
        ]
        good, done = machine.steps(steps, machine.contexts, machine.workspace)
        seen = {**machine.contexts, "steps": {k: msgspec.to_builtins(o) for k, o in done.items()}}
        functions = machine.functions(good)
        outputs = {k: filled(v, seen, functions) for k, v in job.get("outputs", {}).items()}
        ended = "cancelled" if machine.cancelled else "success" if good else "failure"
        return Outcome(ended, ended, outputs)


def matrix(
    id: str, job: Mapping[str, Any], contexts: Mapping[str, Any], functions: Mapping[str, Any]
) -> list[tuple[str, dict[str, Any]]]:
    """A name and the contexts for each value of the one axis of a matrix."""
    axes = job.get("strategy", {}).get("matrix", {})
    if not axes:
        return [(id, dict(contexts))]
    ((axis, values),) = axes.items()
    if isinstance(values, str):
        values = evaluate(
            values.strip().removeprefix("${{").removesuffix("}}"), contexts, functions
        )
    return [(f"{id}-{value}", {**contexts, "matrix": {axis: value}}) for value in values]
