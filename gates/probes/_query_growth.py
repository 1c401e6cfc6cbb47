"""Runs the target's command that brings its tables to a number of rows."""

import os
from pathlib import Path
from typing import Any

import msgspec

from gates.core.capacity import Command
from gates.core.redact import Redactor
from gates.core.target import Service
from gates.probes import _common
from gates.probes.startup import surroundings
from gates.shell.cancellation import Cancellation
from gates.shell.service import Place, ServiceError, own_environment, run_step


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """Where the service runs: its commands run there too, with its variables."""

    service: Service
    tree: str
    python: str
    node: str = ""
    state: str = ""
    port: int = 0


def grown(where: Where, command: Command, rows: int) -> None:
    """Run the command for so many rows. Raises ProbeError, never quoting a secret."""
    around = surroundings(os.environ)
    output = Path.cwd() / f"grow-{rows}"
    output.mkdir(exist_ok=True)
    values = _values(where, output)
    place = Place(
        service=where.service,
        tree=Path(where.tree),
        output=output,
        log=output / "service.log",
        env={**around.env, **around.variables, **own_environment(where.service, values)},
        values=values,
        port=where.port,
    )
    cancel = Cancellation()
    try:
        argv = tuple(part.replace("{rows}", str(rows)) for part in command)
        run_step("database.grow", argv, place, cancel)
    except ServiceError as error:
        said = error.detail.replace("service.database.grow", "database.grow")
        hidden = Redactor(around.variables.values()).text(said)
        raise _common.ProbeError(hidden, error.reason) from None
    finally:
        cancel.close()


def _values(where: Where, output: Path) -> dict[str, Any]:
    return {
        "python": where.python,
        "node": where.node or "node",
        "port": str(where.port),
        "state": where.state,
        "output": str(output),
    }
