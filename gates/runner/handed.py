"""What a program of a gate is handed: the surroundings of its tool, and an environment."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from gates.core.model import Reason
from gates.core.plan import PlannedGate
from gates.core.tool import Invocation, Options, ParseError
from gates.runner import moments, past
from gates.runner.session import Session
from gates.runner.stage import Grant
from gates.shell import environment

IDENTITY = "GATESCORE_HEADERS:"  # + the name of an identity


def options(gate: PlannedGate, name: str, grant: Grant, session: Session, folder: Path) -> Options:
    """The surroundings of one tool."""
    return Options(
        tree=str(session.tree),
        output=str(folder),
        files=session.files,
        presets=str(session.presets),
        python=session.programs.python,
        bin=session.programs.bin,
        target_python=grant.python,
        node_modules=grant.node_modules,
        cache=tool_cache(gate, name, session),
        base_tree=str(session.base_tree or ""),
        base_url=grant.base_url,
        base_origin=grant.base_origin,
        pid=grant.pid,
        ready_s=grant.ready_s,
        state=grant.state,
        spans=grant.spans,
        control=grant.control,
        recorded=str(exchanges_of(session)),
        results=str(session.results),
        base_document=grant.base_document,
        document=grant.document,
        history=past.exported(gate.settings, session),
        advisories=session.advisories,
        revision=session.revision,
        today=session.today,
        service_log=grant.service_log,
        settings={
            **gate.settings,
            "node": grant.node,
            "search_path": session.environ.get("PATH", ""),
            "policy_folder": str(session.policy_folder),
            "signoff_subject": session.signoff_subject,
            "moments": moments.exported(gate.settings, session),
            "absent": [gate.policy.criteria[name].metric for name in sorted(gate.absent)],
        },
        deadline_s=gate.policy.deadline_s,
    )


def exchanges_of(session: Session) -> Path:
    """The folder of what the gates of this run asked the service, and what it answered."""
    folder = session.scratch / "exchanges"
    folder.mkdir(exist_ok=True)
    return folder


def tool_cache(gate: PlannedGate, name: str, session: Session) -> str:
    """The folder that the tool may keep between runs, "" where nothing is to be taken over."""
    if not session.surroundings:
        return ""
    return str(session.cache / "tools" / f"{session.target.name}-{gate.id}-{name}")


def variables(
    invocation: Invocation, grant: Grant, session: Session
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The environment of one program; also the names of the variables that were kept from it."""
    env, removed = environment.allowed(session.environ, registry=invocation.registry)
    env |= {**beside_node(grant, env), **invocation.env}
    for secret in invocation.secrets:
        env |= secret_values(secret, grant, session)
    return env, removed


def beside_node(grant: Grant, env: Mapping[str, str]) -> dict[str, str]:
    """A search path on which the Node that runs the target comes first, where it has one."""
    if not grant.node:
        return {}
    return {"PATH": os.pathsep.join((str(Path(grant.node).parent), env["PATH"]))}


def secret_values(name: str, grant: Grant, session: Session) -> dict[str, str]:
    """The environment that carries one kind of secret."""
    match name:
        case "GATESCORE_AUTH":
            return {name: json.dumps(grant.headers)}
        case "GATESCORE_BASE_AUTH":
            return {name: json.dumps(grant.base_headers)}
        case "GATESCORE_IDENTITIES":
            return {name: msgspec.json.encode(grant.identities).decode()}
        case "GATESCORE_VARIABLES":
            return {name: json.dumps(session.secrets.variables)}
        case "GATESCORE_HEADERS":
            return header_variables(grant.headers)
        case _ if name.startswith(IDENTITY) and name.removeprefix(IDENTITY) in grant.identities:
            return header_variables(grant.identities[name.removeprefix(IDENTITY)].headers)
        case "GATESCORE_LOAD_TOKEN":
            return {name: session.environ.get(name, "")}
        case "GATESCORE_START":
            env, _ = environment.allowed(session.environ)
            env |= beside_node(grant, env)
            return {name: json.dumps({"env": env, "variables": session.secrets.variables})}
        case _:
            raise ParseError(Reason.ADAPTER_BUG, f"unknown kind of secret: {name}")


def header_variables(headers: Mapping[str, str]) -> dict[str, str]:
    """A variable for each header's value, in the order of the headers' names."""
    values = (headers[name] for name in sorted(headers))
    return {f"GATESCORE_HEADER_{i}": value for i, value in enumerate(values)}
