"""How a load run is started: the scenario of a gate and the invocation of Locust."""

from collections.abc import Mapping
from pathlib import PurePath

import msgspec

from gates.core import load
from gates.core.capacity import LoadOperation
from gates.core.load import Operation, Scenario
from gates.core.target import Target
from gates.core.tool import Invocation, Options

DISTRIBUTION = "locust"

_FILE = "scenario.json"
_PROGRAM = PurePath(__file__).parents[2] / "load" / "locustfile.py"
_SPARE_S = 30.0  # start and end of Locust itself


def scenario(
    settings: Mapping[str, object],
    operations: tuple[Operation, ...],
    *,
    rate: float,
    samples: int,
    longest_s: float,
) -> Scenario:
    """Return the scenario of a gate's settings, lengthened (to `longest_s`) to bring `samples`."""
    wanted = max(_number(settings, "duration_s", 30.0), 1.05 * samples / rate)
    longest = max(_number(settings, "longest_s", longest_s), _number(settings, "duration_s", 30.0))
    return Scenario(
        rate=rate,
        duration_s=min(wanted, longest),
        warmup_s=_number(settings, "warmup_s", 2.0),
        operations=operations,
        seed=int(_number(settings, "seed", 1)),
        poisson=bool(settings.get("poisson", False)),
        timeout_s=_number(settings, "timeout_s", 10.0),
        grace_s=_number(settings, "grace_s", 10.0),
        quiet_s=_number(settings, "quiet_s", 20.0),
    )


def operations(given: tuple[LoadOperation, ...]) -> tuple[Operation, ...]:
    """Return the operations of a target file; a name used twice is told apart by its place."""
    names: list[str] = []
    for number, item in enumerate(given, start=1):
        name = item.name or f"{item.method} {item.path}"
        names.append(f"{name} ({number})" if name in names else name)
    return tuple(
        Operation(
            name=name,
            path=item.path,
            method=item.method.upper(),
            weight=item.weight,
            body=None if item.body is None else msgspec.json.encode(item.body).decode(),
            status=item.status,
        )
        for name, item in zip(names, given, strict=True)
    )


def invocation(given: Scenario, target: Target, options: Options) -> Invocation:
    """Return the run of Locust without its web page, ended by our own user."""
    spans = (given.quiet_s, given.warmup_s, given.duration_s, given.grace_s, _SPARE_S)
    protected = bool(target.auth.headers or target.auth.login)
    return Invocation(
        argv=(
            *(f"{options.bin}/locust", "-f", str(_PROGRAM), "--headless", "-u", "1", "-r", "1"),
            *("-t", f"{sum(spans):.0f}s", "-H", options.base_url),
            *("--only-summary", "--loglevel", "WARNING"),
        ),
        cwd=options.output,
        deadline_s=options.deadline_s,
        files={"result": load.RESULT},
        inputs={_FILE: msgspec.json.encode(given).decode()},
        # HOME: a .locust.conf of whoever runs this must not change the run
        env={load.SCENARIO_VARIABLE: f"{options.output}/{_FILE}", "HOME": options.output},
        secrets=("GATESCORE_AUTH",) if protected else (),
        exits=(0, 1),  # 1: a request failed; how many may is for the policy to say
    )


def _number(settings: Mapping[str, object], key: str, default: float) -> float:
    value = settings.get(key, default)
    return float(value) if isinstance(value, int | float) else default
