"""What every probe shares: its input, its authentication headers, its one answer, its errors.

A probe is started as `python -m gates.probes.NAME input.json`. It prints exactly one ToolReport as
JSON and ends with 0, or prints one line `REASON: MESSAGE` on stderr and ends with ERROR_EXIT; then
stdout stays empty. A traceback never reaches a user.
"""

import math
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Never, TypeVar

import msgspec

from gates.core.model import Measurement, Reason, ToolReport

ERROR_EXIT = 3
AUTH_VARIABLE = "GATESCORE_AUTH"
VARIABLES = "GATESCORE_VARIABLES"

Answer = TypeVar("Answer")
Given = TypeVar("Given", bound=msgspec.Struct)


class ProbeError(Exception):
    """The probe could not look: `reason` is the word of the verdict, the text says why."""

    def __init__(self, detail: str, reason: Reason = Reason.INCOMPLETE) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def run(measure: Callable[[dict[str, Any]], ToolReport]) -> None:
    """Read the input, measure, print the report: the whole of a probe's `__main__`.

    ProbeError becomes the error exit with its reason, any other exception the error exit with
    `adapter-bug` and the exception's own words.
    """
    run_as(measure, emit)


def run_as(measure: Callable[[dict[str, Any]], Answer], tell: Callable[[Answer], None]) -> None:
    """The same for a probe whose answer is no report: `tell` prints it."""
    try:
        tell(measure(read_input()))
    except ProbeError as error:
        fail(error.detail, error.reason)
    except Exception as error:  # noqa: BLE001  a bug of ours, said in one line instead of a traceback
        fail(f"{type(error).__name__}: {error}", Reason.ADAPTER_BUG)


def read_input(arguments: tuple[str, ...] | None = None) -> dict[str, Any]:
    """Return the JSON object of the file named by the first argument (default: of sys.argv).

    Raises ProbeError if it is missing, unreadable, not JSON or not an object.
    """
    given = tuple(sys.argv[1:]) if arguments is None else arguments
    if len(given) != 1:
        raise ProbeError("a probe takes one argument, its input file", Reason.ADAPTER_BUG)
    try:
        value = msgspec.json.decode(Path(given[0]).read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise ProbeError(f"input file {given[0]}: {error}", Reason.ADAPTER_BUG) from error
    if not isinstance(value, dict):
        raise ProbeError(f"input file {given[0]}: not a JSON object", Reason.ADAPTER_BUG)
    return value


def given(value: dict[str, Any], kind: type[Given]) -> Given:
    """Return a probe's input as its type. Raises ProbeError: the adapter has made it wrong."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise ProbeError(f"input: {error}", Reason.ADAPTER_BUG) from error


def auth_headers(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return header -> value from GATESCORE_AUTH; empty where the target needs none.

    Raises ProbeError, never quoting a value, if the variable is not a JSON object of strings.
    """
    return _texts(AUTH_VARIABLE, environ)


def variables(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the service's variables by name, from GATESCORE_VARIABLES; {} where none are known.

    Raises ProbeError, never quoting a value, if it is not a JSON object of strings.
    """
    return _texts(VARIABLES, environ)


def inside(tree: Path, name: str) -> Path:
    """Return the path of `name` below `tree`. Raises ProbeError if it leads out of it."""
    path = tree / name
    if not path.resolve().is_relative_to(tree.resolve()):
        raise ProbeError(f'"{name}" leads out of the target: name a path below its root')
    return path


def read_text(tree: Path, name: str) -> str | None:
    """Return the text of a file, None if there is none. Raises ProbeError if it cannot be read."""
    path = inside(tree, name)
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
    except OSError as error:
        raise ProbeError(f"{name} cannot be read: {error.strerror}") from error


def emit(report: ToolReport) -> None:
    """Print the report as one line of UTF-8 JSON and nothing else.

    Raises ProbeError if a number is not finite or an unmeasured metric does not say why.
    """
    for name, measurement in report.measurements.items():
        problem = flaw(measurement)
        if problem:
            raise ProbeError(f"metric {name}: {problem}", Reason.ADAPTER_BUG)
    sys.stdout.buffer.write(encode(report) + b"\n")
    sys.stdout.buffer.flush()


def emit_json(answer: object) -> None:
    """Print an answer that is no report as one line of JSON and nothing else."""
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")


def encode(report: ToolReport) -> bytes:
    """Return the report as JSON; a lone surrogate is written as its six-character escape (B10)."""
    try:
        return msgspec.json.encode(report)
    except UnicodeEncodeError:
        return msgspec.json.encode(_without_surrogates(msgspec.to_builtins(report)))


def flaw(measurement: Measurement) -> str:
    """Say what is wrong with a measurement, "" if it can be judged."""
    if measurement.value is None:
        return "" if measurement.why else "has neither a value nor a reason"
    numbers = (measurement.value, measurement.bound)
    return "" if all(x is None or math.isfinite(x) for x in numbers) else "is not a finite number"


def unjudged(tool: str, metrics: Iterable[str], why: str) -> ToolReport:
    """Return the report on a service of which nothing could be measured."""
    return ToolReport(
        tool=tool,
        examined=1,
        examined_unit="services",
        measurements={name: Measurement(value=None, why=why) for name in metrics},
    )


def fail(detail: str, reason: Reason = Reason.INCOMPLETE) -> Never:
    """End the program: one line on stderr, nothing on stdout, exit code ERROR_EXIT."""
    line = " ".join(detail.split()) or "no reason given"
    sys.stderr.buffer.write(f"{reason.value}: {line}\n".encode("utf-8", "backslashreplace"))
    sys.stderr.buffer.flush()
    raise SystemExit(ERROR_EXIT)


def _texts(variable: str, environ: Mapping[str, str] | None) -> dict[str, str]:
    text = (os.environ if environ is None else environ).get(variable, "")
    try:
        return msgspec.json.decode(text, type=dict[str, str]) if text else {}
    except msgspec.DecodeError:
        detail = f"{variable} is not a JSON object of strings"
        raise ProbeError(detail, Reason.ADAPTER_BUG) from None


def _without_surrogates(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_without_surrogates(k): _without_surrogates(v) for k, v in value.items()}
        case list() | tuple():
            return [_without_surrogates(item) for item in value]
        case _:
            return value
