"""Adapter of the password probe: how they are kept, which are accepted, what gives one away."""

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import VARIABLES, caller_input, identity_secrets
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "passwords.weak_storage": Metric("Stored passwords that are plain, reversible or fast hashes"),
    "passwords.low_cost": Metric("Stored passwords that cost too little to guess"),
    "passwords.low_parallelism": Metric("Stored passwords that use one lane"),
    "passwords.leaks": Metric("Passwords, hashes, secrets and tokens of others in answers"),
    "passwords.weak_accepted": Metric("Weak passwords that are accepted"),
}
MAX_REQUESTS = 250
MAX_SECONDS = 45.0


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without a service."""
    if target.service is None:
        return ()
    auth, passwords = target.auth, target.passwords
    paths = [part.path for part in (auth.login, auth.refresh, auth.register) if part]
    given = caller_input(target, options, max_requests=MAX_REQUESTS, max_seconds=MAX_SECONDS)
    given |= {
        "database": _placed(passwords.database, options) if passwords else "",
        "query": passwords.query if passwords else "",
        "register": msgspec.to_builtins(auth.register) if auth.register else None,
        "login_paths": paths,
        "costs": options.settings.get("costs", {}),
    }
    return (probe("passwords", options, given, secrets=(*identity_secrets(target), VARIABLES)),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [service]")
    return read_report(outputs[-1], "passwords")


def control() -> Control:
    """A service that keeps passwords as MD5."""
    return planted.control("passwords")


def _placed(database: str, options: Options) -> str:
    """The store's place: `{state}` filled in, a relative file below the tree."""
    place = database.replace("{state}", options.state)
    known = "://" in place or place.startswith(("/", "file:", "${"))
    return place if known else f"{options.tree}/{place}"
