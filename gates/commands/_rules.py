"""What is known of a rule: from the newest run here, from planted controls, and from ruff."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gates import catalog
from gates.core.model import Finding, Scorecard
from gates.core.policy import Policy
from gates.shell import beats, store
from gates.tools.formats import planted

RUNS = Path(".gatescore") / "runs"
_RUFF = re.compile(r"[A-Z]{1,6}\d{1,4}")
_DEADLINE_S = 30.0


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule by name. `found` is a finding of the newest run here, `planted` a bad file of ours."""

    name: str
    tools: tuple[str, ...]
    gates: tuple[str, ...]
    title: str = ""
    why: str = ""
    fix: str = ""
    url: str = ""
    found: str = ""
    planted: str = ""


def rule(name: str, policy: Policy) -> Rule | None:
    """What is known of a rule; None where nothing knows it."""
    found = next((one for one in findings() if one.rule == name), None)
    tools = tuple(tool for tool, known in controls().items() if known == name)
    told = by_ruff(name)
    if found is not None:
        tools = tuple(dict.fromkeys((found.tool, *tools)))
    elif told and not tools:
        tools = ("ruff", "ruff_review", "ruff_security")
    if not tools:
        return None
    return Rule(
        name=name,
        tools=tools,
        gates=tuple(id for id, gate in policy.gates.items() if set(tools) & set(gate.tools)),
        title=told.get("summary", "") or (found.message if found else ""),
        why=told.get("explanation", ""),
        fix=(found.fix if found else "") or told.get("fix", ""),
        url=found.url if found else "",
        found=shown(found) if found else "",
        planted=example(tools[0]) if controls().get(tools[0]) == name else "",
    )


def findings() -> Iterator[Finding]:
    """Those of the newest run here, if there is one."""
    newest = max(beats.find(RUNS).beats, key=lambda one: one.card.run.started_at, default=None)
    if newest is None:
        return
    try:
        card = store.read_json(newest.file, Scorecard)
    except store.StorageError:
        return
    for gate in card.gates:
        yield from gate.findings


def controls() -> dict[str, str]:
    """The rule that the control of each built-in tool brings back."""
    kept = ((name, planted.CONTROLS / name / "control.toml") for name in catalog.BUILT_IN)
    return {
        name: str(tomllib.loads(file.read_text("utf-8"))["rule"])
        for name, file in kept
        if file.is_file()
    }


def known(policy: Policy) -> tuple[str, ...]:
    """Every name that can be explained: gates, criteria, and the rules that are known here."""
    criteria = (one for gate in policy.gates.values() for one in gate.criteria)
    rules = (*controls().values(), *(one.rule for one in findings()))
    return tuple(dict.fromkeys((*policy.gates, *criteria, *rules)))


def example(tool: str) -> str:
    """The planted file of a tool that is shortest, with its name."""
    files = planted.files(planted.CONTROLS / tool)
    if not files:
        return ""
    name = min(files, key=lambda one: (len(files[one]), one))
    return f"{name}\n{files[name].strip()}"


def shown(finding: Finding) -> str:
    """A finding on one line."""
    place = f"{finding.path}:{finding.line}: " if finding.path else ""
    digits = f" ({finding.fingerprint[:12]})" if finding.fingerprint else ""
    return f"{place}{finding.rule}: {finding.message}{digits}"


def by_ruff(name: str) -> dict[str, str]:
    """What ruff says of a rule of its own; empty for any other."""
    program = Path(sys.executable).parent / ("ruff.exe" if sys.platform == "win32" else "ruff")
    if not _RUFF.fullmatch(name) or not program.exists():
        return {}
    try:
        done = subprocess.run(
            (str(program), "rule", name, "--output-format", "json"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_DEADLINE_S,
            check=False,
        )
        said = json.loads(done.stdout) if done.returncode == 0 else {}
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}
    return {key: value for key, value in said.items() if isinstance(value, str)}
