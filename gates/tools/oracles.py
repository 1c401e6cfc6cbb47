"""Adapter of the oracles probe: the behaviours that the team has written down hold."""

import msgspec

from gates.core.model import Reason, ToolReport
from gates.core.oracle_presets import from_target
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Metric, Options, ParseError, ToolOutput
from gates.tools.formats import planted
from gates.tools.formats.caller import VARIABLES, caller_input, identity_secrets
from gates.tools.formats.report import probe, read_report

DISTRIBUTION = "gatescore"
METRICS = {
    "oracles.failed": Metric("Oracles that do not hold"),
    "oracles.run": Metric("Oracles that were run"),
    "oracles.flows_missing": Metric("Critical flows without an oracle"),
}
MAX_REQUESTS = 1_000
MAX_SECONDS = 240.0


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run of the probe; nothing for a target without oracles."""
    if target.service is None or target.oracles is None:
        return ()
    auth = target.auth
    given = {
        **caller_input(target, options, max_requests=MAX_REQUESTS, max_seconds=MAX_SECONDS),
        "tree": options.tree,
        "folder": target.oracles.files,
        "flows": target.oracles.flows,
        "identities": ["default", *target.identities],
        "given": from_target(
            msgspec.to_builtins(auth.login) if auth.login else None,
            msgspec.to_builtins(auth.register) if auth.register else None,
        ),
    }
    secrets = (VARIABLES, *identity_secrets(target))
    return (probe("oracles", options, given, secrets=secrets),)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the probe's report. Raises ParseError."""
    if not outputs:
        raise ParseError(Reason.NO_RESULT, "nothing was run: the target file has no [oracles]")
    return read_report(outputs[-1], "oracles")


def control() -> Control:
    """A service that does not keep what it was given."""
    return planted.control("oracles")
