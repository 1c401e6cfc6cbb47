"""How a load run is started: the scenario of a gate and the invocation of Locust."""

from collections.abc import Mapping
from pathlib import PurePath

import msgspec

from gates.core import load
from gates.core.capacity import Load, LoadOperation
from gates.core.load import Accounts, Operation, Scenario
from gates.core.target import Target
from gates.core.tool import Invocation, Options

DISTRIBUTION = "locust"

_FILE = "scenario.json"
_PROGRAM = PurePath(__file__).parents[2] / "load" / "locustfile.py"
_LISTENER = _PROGRAM.with_name("listener.py")
_ACCOUNT_S = 1.0  # to make one and log it in: passwords are slow on purpose
_SPARE_S = 30.0  # start and end of Locust itself


def scenario(
    settings: Mapping[str, object],
    operations: tuple[Operation, ...],
    *,
    rate: float,
    samples: int,
    longest_s: float,
) -> Scenario:
    """Return the scenario of a gate's settings, lengthened (to `longest_s`) to bring `samples`.

    If it brings too few all the same, the run goes on for them, to `longest_s` at most.
    """
    wanted = max(_number(settings, "duration_s", 30.0), 1.05 * samples / rate)
    longest = max(_number(settings, "longest_s", longest_s), _number(settings, "duration_s", 30.0))
    return Scenario(
        rate=rate,
        duration_s=min(wanted, longest),
        needed={"": samples},
        longest_s=longest,
        warmup_s=_number(settings, "warmup_s", 2.0),
        operations=operations,
        seed=int(_number(settings, "seed", 1)),
        poisson=bool(settings.get("poisson", False)),
        timeout_s=_number(settings, "timeout_s", 10.0),
        grace_s=_number(settings, "grace_s", 10.0),
        quiet_s=_number(settings, "quiet_s", 20.0),
    )


def operations(given: tuple[LoadOperation, ...]) -> tuple[Operation, ...]:
    """Return the operations of a target file."""
    return tuple(
        Operation(
            name=name,
            path=item.path,
            method=item.method.upper(),
            weight=item.weight,
            body=None if item.body is None else msgspec.json.encode(item.body).decode(),
            status=item.status,
        )
        for name, item in zip(load.names(given), given, strict=True)
    )


def wished(plain: Scenario, load: Load, options: Options, target: Target | None = None) -> Scenario:
    """Return the scenario with what [load] says beyond the rate: users, objectives, identities.

    Settings: workers, workers_wait_s. A `locustfile` is run as it is, instead of operations.
    """
    settings = options.settings
    users = load.users or (1 if load.locustfile else 0)
    return msgspec.structs.replace(
        plain,
        poisson=load.poisson or plain.poisson,
        users=users,
        think_s=load.think_s,
        locustfile=str(PurePath(options.tree, load.locustfile)) if load.locustfile else "",
        identities=load.identities,
        accounts=_accounts(target) if target else None,
        objectives=load.objectives,
        workers=max(1, int(_number(settings, "workers", 1))),
        come_s=_number(settings, "workers_wait_s", plain.come_s),
        pid=options.pid,
    )


def invocation(given: Scenario, target: Target, options: Options) -> Invocation:
    """Return the run of Locust without its web page, ended by our own user.

    With the setting `workers` it is one of several processes; with `listen` = "HOST:PORT" too,
    those are started by somebody else (gatescore run --load-worker HOST:PORT).
    """
    protected = bool(target.auth.headers or target.auth.login)
    people = given.identities > 1 and (protected or bool(target.identities))
    longest_s = _longest_s(given, several=given.workers > 1 or _listens(given, options))
    return Invocation(
        argv=(*_program(given, options), "-H", options.base_url, "-t", f"{longest_s:.0f}s"),
        cwd=options.output,
        deadline_s=options.deadline_s,
        files={"result": load.RESULT},
        inputs={_FILE: msgspec.json.encode(given).decode()},
        # HOME: a .locust.conf of whoever runs this must not change the run
        env={load.SCENARIO_VARIABLE: f"{options.output}/{_FILE}", "HOME": options.output},
        secrets=(
            *(("GATESCORE_AUTH",) if protected else ()),
            *(("GATESCORE_IDENTITIES",) if people else ()),
            *(("GATESCORE_LOAD_TOKEN",) if _listens(given, options) else ()),
        ),
        exits=(0, 1),  # 1: a request failed; how many may is for the policy to say
    )


def _program(given: Scenario, options: Options) -> tuple[str, ...]:
    if _listens(given, options):
        place = str(options.settings["listen"])
        return (options.python, "-m", "gates.load.team", "--listen", place)
    if given.workers > 1 and not given.locustfile:
        return (options.python, "-m", "gates.load.team")
    users, files = "1", str(_PROGRAM)
    if given.locustfile:
        users, files = str(given.users), f"{given.locustfile},{_LISTENER}"
    return (
        *(f"{options.bin}/locust", "-f", files, "--headless", "-u", users, "-r", users),
        *("--only-summary", "--loglevel", "WARNING"),
        *(("--stop-timeout", f"{given.grace_s:g}") if given.locustfile else ()),
    )


def _listens(given: Scenario, options: Options) -> bool:
    """Whether the workers are started by somebody else."""
    return bool(options.settings.get("listen")) and not given.locustfile


def _accounts(target: Target) -> Accounts | None:
    register, login = target.auth.register, target.auth.login
    return Accounts(register=register, login=login) if register and login else None


def _longest_s(given: Scenario, *, several: bool) -> float:
    window_s = sum(stage.seconds for stage in given.stages) or given.duration_s
    longest_s = max(window_s, given.longest_s)
    waits_s = given.quiet_s + (given.come_s if several else 0.0)
    waits_s += _ACCOUNT_S * (given.identities - 1)
    return waits_s + given.warmup_s + longest_s + given.grace_s + _SPARE_S


def _number(settings: Mapping[str, object], key: str, default: float) -> float:
    value = settings.get(key, default)
    return float(value) if isinstance(value, int | float) else default
