"""The contract gate on the bookstore against Schemathesis alone with the same settings.

Both ask a service that was started for this one run: what is compared is the gate's program, not
the start of the service, which whoever runs Schemathesis by hand has to wait for too.
"""

import dataclasses
import json
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.gates import BIN, ratio
from bench.measure import Timing, interleaved, spread, timed
from bench.results import Row
from gates.core.openapi import operations
from gates.core.tool import Invocation, Options
from gates.shell import config, environment
from gates.shell.auth import authenticate
from gates.shell.cancellation import Cancellation
from gates.shell.documents import load_document
from gates.shell.network import allow_list
from gates.shell.service import running
from gates.tools import schemathesis

REPOSITORY = Path(__file__).parents[1]
BOOKSTORE = REPOSITORY / "examples" / "bookstore"
PROFILE = REPOSITORY / "config" / "profile" / "local.toml"
ROUNDS = 3
# What the gate asks for beside the work itself: reports, and folders that nobody keeps.
REPORTS = ("--report", "--report-json-path", "--config-file")


@dataclasses.dataclass(frozen=True)
class Started:
    """A service that runs, and how it lets us in."""

    base_url: str
    headers: dict[str, str]


def rows(scratch: Path) -> Iterator[Row]:
    """Measure. `scratch` is an empty folder."""
    document = json.loads((BOOKSTORE / "openapi.json").read_text("utf-8"))
    count = len(operations(document))
    found = interleaved(Runs(scratch).actions(), ROUNDS)
    ours, alone = found["gate"], found["schemathesis"]
    title = f"the contract gate on {count} operations, over Schemathesis with the same settings"
    yield ratio(title, ours, alone, 1.1)
    for name, timings in found.items():
        yield Row(what=f"{name}: wall time", unit="s", found=spread(t.wall_s for t in timings))


class Runs:
    """Runs either program on a service of its own."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._count = 0
        self._target = config.read_target(BOOKSTORE).target
        self._settings = tomllib.loads(PROFILE.read_text("utf-8"))["gates"]["contract"]
        code = self._target.code
        assert code is not None
        cancel, output = Cancellation(), self._place()
        made = environment.target_environment(
            code, BOOKSTORE, scratch / "cache", Path(sys.executable), cancel, output
        )
        self._python = str(made)

    def actions(self) -> dict[str, Callable[[], Timing]]:
        """What is run in turn."""
        return {"gate": self.gate, "schemathesis": self.alone}

    def gate(self) -> Timing:
        """The gate's program, as the runner starts it."""
        with self._started() as (started, options):
            invocation = self._invocation(options)
            return timed(
                invocation.argv,
                cwd=Path(invocation.cwd),
                log=Path(options.output, "log"),
                exits=(0, 1),
                **variables(started),
            )

    def alone(self) -> Timing:
        """Schemathesis with the gate's settings, and no report but what it prints."""
        with self._started() as (started, options):
            folder = Path(options.output)
            given = json.loads(self._invocation(options).inputs["run-0.input.json"])
            (folder / "schemathesis.toml").write_text(given["config"], encoding="utf-8")
            arguments = list(without_reports(given["arguments"]))
            return timed(
                (f"{BIN}/schemathesis", *arguments),
                cwd=folder,
                log=folder / "log",
                exits=(0, 1),
                **variables(started),
            )

    def _invocation(self, options: Options) -> Invocation:
        first = schemathesis.commands(self._target, options)[0]
        for name, text in first.inputs.items():
            Path(options.output, name).write_text(text, encoding="utf-8")
        return first

    def _place(self) -> Path:
        self._count += 1
        folder = self._scratch / f"run-{self._count}"
        folder.mkdir()
        return folder

    @contextmanager
    def _started(self) -> Iterator[tuple[Started, Options]]:
        target, folder = self._target, self._place()
        service, openapi = target.service, target.openapi
        assert service is not None and openapi is not None
        made = environment.generate_secrets(service.env_generate)
        env, _ = environment.allowed({})
        with running(
            service,
            tree=BOOKSTORE,
            python=self._python,
            env=env,
            variables=made,
            output=folder,
            cancel=Cancellation(),
        ) as known:
            allow = allow_list(known.base_url, ())
            access = authenticate(target.auth, known.base_url, made, allow)
            output = self._place()
            document = load_document(BOOKSTORE, openapi, known.base_url, allow, {}, output)
            yield (
                Started(base_url=known.base_url, headers=access.headers),
                Options(
                    tree=str(BOOKSTORE),
                    output=str(output),
                    bin=str(BIN),
                    python=sys.executable,
                    base_url=known.base_url,
                    document=str(document.path),
                    recorded=str(self._place()),
                    settings=self._settings,
                ),
            )


def variables(started: Started) -> dict[str, str]:
    """What the runner puts into the environment."""
    names = sorted(started.headers)
    return {
        f"{schemathesis.HEADER}{number}": started.headers[name] for number, name in enumerate(names)
    }


def without_reports(arguments: list[str]) -> Iterator[str]:
    """The arguments but for those that write files."""
    given = iter(arguments)
    for word in given:
        if word in REPORTS:
            next(given)
        else:
            yield word
