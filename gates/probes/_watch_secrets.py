"""Whether secrets that the service was shown are in its log: our canaries, and its real ones."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

import msgspec

from gates.core.documented import Documented, Made
from gates.core.model import Measurement, Severity
from gates.core.redact import appears
from gates.probes import _common
from gates.probes._caller import DEFAULT
from gates.probes._watching import Flaw, Watch, count
from gates.shell.network import NetworkError

METRIC = "observability.log_secrets"
SHORTEST = 8
SECRET = re.compile(r"pass|pwd|secret|token|credential|pin\b|key", re.IGNORECASE)


def plant(watch: Watch, path: str, writes: list[Documented]) -> dict[str, str]:
    """Show the service canaries; returns each kind with its value."""
    token, bearer, typed = (f"canary{secrets.token_hex(12)}" for _ in range(3))
    joint = "&" if "?" in path else "?"
    _send(watch, Made(method="GET", path=f"{path}{joint}token={token}"))
    _send(watch, Made(method="GET", path=path, headers=(("Authorization", f"Bearer {bearer}"),)))
    planted = {"a token in the query": token, "the value of an Authorization header": bearer}
    if not watch.given.login and writes:
        body = msgspec.json.encode({"password": typed})
        headers = (("Content-Type", "application/json"),)
        _send(watch, Made(method="POST", path=writes[0].path, headers=headers, body=body))
        planted["a password in the body of a request"] = typed
    return planted


def _send(watch: Watch, made: Made) -> None:
    try:
        watch.caller.ask(
            made.method, made.path, identity=None, headers=made.headers, body=made.body
        )
    except NetworkError:
        return


def real(watch: Watch) -> dict[str, str]:
    """What must not be in any log: the service's secrets, and those of our identities."""
    given = _common.variables()
    kinds = {
        f"the variable {name}": given[name]
        for name in given
        if name in watch.given.generated or SECRET.search(name)
    }
    for name, known in sorted(watch.caller.identities.items()):
        whose = "" if name == DEFAULT else f" of {name}"
        for header, value in known.headers.items():
            kinds[f"the credential in the header {header}{whose}"] = value.split(" ")[-1]
        body: dict[str, Any] = (known.login or {}).get("body") or {}
        for field, value in body.items():
            if SECRET.search(field):
                kinds[f"the field {field} of a login{whose}"] = str(value)
    return {kind: value for kind, value in kinds.items() if len(value) >= SHORTEST}


def judged(kinds: Mapping[str, str], text: str) -> tuple[Measurement, tuple[Flaw, ...]]:
    """Which kinds of secrets are in the log; never a value."""
    flaws = tuple(
        Flaw(
            metric=METRIC,
            rule="observability.secret-logged",
            subject=kind,
            message=f"{kind} is in the log; allowed: none",
            fix="Log no query, no body and no header as it came; name what may be logged.",
            severity=Severity.HIGH,
        )
        for kind in sorted(kinds)
        if appears(kinds[kind], text)
    )
    return count(METRIC, flaws, f"{len(kinds)} kinds of secrets were looked for"), flaws
