"""Asks the staging environment which commit it runs."""

from typing import Any

import msgspec

from gates.core.deployed import Staging, is_commit
from gates.core.model import Reason
from gates.probes import _common
from gates.probes._auth_login import at
from gates.probes._looks import Flaw, Look, counted, unjudged
from gates.shell.network import NetworkError, Refused, Response, allow_list, request

METRIC = "deployment.staging_mismatches"


def looked(staging: Staging | None, allowed: tuple[str, ...], commits: tuple[str, ...]) -> Look:
    """Whether staging runs one of the commits. Raises ProbeError: its origin is not allowed."""
    if staging is None:
        return unjudged(METRIC, "the target file has no [staging]")
    if not commits:
        return unjudged(METRIC, "the commit of the target is not known: it is no repository")
    wrong = _mismatch(staging, allowed, commits)
    fix = "Deploy this commit to staging, and try it there before it goes further."
    flaws = (Flaw(rule="staging-other", message=f"staging {wrong}", fix=fix),) if wrong else ()
    return counted(METRIC, flaws, examined=1, detail="" if wrong else "it runs this commit")


def _mismatch(staging: Staging, allowed: tuple[str, ...], commits: tuple[str, ...]) -> str:
    """What is wrong with what staging says, "" if it names the commit."""
    try:
        allow = allow_list(staging.url, allowed)
        answer = request("GET", staging.url, allow=allow, deadline_s=staging.deadline_s)
    except Refused as error:
        raise _common.ProbeError(f"staging.url: {error}", Reason.REFUSED_BY_SAFETY) from None
    except NetworkError as error:
        return f"gives no answer: {error.kind.value}"
    if not 200 <= answer.status < 300:
        return f"answers {answer.status}"
    where = f"header {staging.header}" if staging.header else f"pointer {staging.pointer}"
    said = _said(staging, answer)
    if said is None:
        return f"does not name its commit: there is nothing at {where}"
    if not is_commit(said, commits):
        return f"runs {said.strip()[:64]!a}, not {commits[0][:12]}, at {where}"
    return ""


def _said(staging: Staging, answer: Response) -> str | None:
    if staging.header:
        return answer.header(staging.header)
    try:
        value: Any = at(msgspec.json.decode(answer.body), staging.pointer)
    except msgspec.DecodeError:
        return None
    return value if isinstance(value, str) else None
