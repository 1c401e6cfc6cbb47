"""Write an entry to gatescore/waivers.toml for one finding, for review."""

import argparse
import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from gates.cli import UsageError
from gates.commands.baseline import own_target
from gates.core.fingerprint import fingerprinted
from gates.core.joining import joined
from gates.core.model import Finding, GateReport
from gates.runner import governance
from gates.shell import config, last_run, rules_files, store

SHORTEST = 6  # digits of a fingerprint that may stand for it
HEAD = "# Findings that are accepted for a time, and tests whose failures are not counted.\n"


class Found(msgspec.Struct, frozen=True):
    """A finding and the gate that made it; it still has its context."""

    gate: str
    finding: Finding


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore waive`."""
    add = parser.add_argument
    add("finding", metavar="FINDING", help="fingerprint of the finding, six digits or more")
    add("target", nargs="?", metavar="TARGET", help="folder with a gatescore.toml, or such a file")
    add("--reason", required=True, help="why it is accepted")
    add("--owner", required=True, help="who answers for it")
    add("--days", type=int, default=30, help="how long it holds; default: 30")
    add("--run", metavar="DIR", help="the run that has the finding; default: the last one here")
    add("--policy", default="standard", metavar="NAME|FILE", help="default: standard")


def run(args: argparse.Namespace) -> int:
    """Append the entry, and show it."""
    path = own_target(args.target)
    try:
        rules = governance.present_rules(path, args.policy)
        kept = last_run.find(args.run, rules.target.target.name, Path.cwd())
        found = the_one(args.finding, every(kept.reports))
        text = entry(found, args, datetime.now(UTC).date())
        file = rules.target.root / rules_files.WAIVERS
        append(file, text, rules)
    except (config.ConfigError, last_run.NoRun) as error:
        raise UsageError(str(error)) from error
    except (store.StorageError, OSError) as error:
        raise UsageError(f"the waiver cannot be written: {error}") from error
    print(text, end="")
    print(f"added to {file}: review and commit it", file=sys.stderr)
    return 0


def every(reports: dict[str, GateReport]) -> list[Found]:
    """All findings of a run, named as the judge names them."""
    return [
        Found(gate, finding)
        for gate, report in reports.items()
        for finding in fingerprinted(
            joined(tuple(f for tool in report.reports for f in tool.findings)).findings
        )
    ]


def the_one(name: str, found: list[Found]) -> Found:
    """The finding of that fingerprint, or of its first digits. Raises UsageError."""
    fitting = [one for one in found if one.finding.fingerprint.startswith(name.lower())]
    if len(name) < SHORTEST or not fitting:
        text = f"{name}: no finding of the run has a fingerprint that begins so"
        short = f"{name}: name at least {SHORTEST} digits of the fingerprint"
        hint = "the scorecard shows it with each finding"
        raise UsageError(f"{short if len(name) < SHORTEST else text}; {hint}")
    if len(fitting) > 1:
        names = ", ".join(one.finding.fingerprint for one in fitting)
        raise UsageError(f"{name}: stands for {len(fitting)} findings: {names}")
    if not fitting[0].finding.metric:
        raise UsageError(f"{name}: this finding only illustrates a number; it is not counted")
    return fitting[0]


def entry(found: Found, args: argparse.Namespace, today: date) -> str:
    """The lines of the waiver, or of the quarantine where the finding is a failed test."""
    finding = found.finding
    common = {
        "reason": args.reason,
        "owner": args.owner,
        "created": today,
        "expires": today + timedelta(days=args.days),
    }
    if finding.metric == "tests.failed" and "::" in finding.context:
        name = f"quarantine-{finding.fingerprint[:8]}"
        return table("quarantine", {"id": name, "test": finding.context, **common})
    scope = {
        "id": f"{found.gate}-{finding.fingerprint[:8]}",
        "gate": found.gate,
        "rule": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": finding.severity.value,
    }
    place = f"{finding.path}:{finding.line}" if finding.path else finding.tool
    return table("waiver", {**scope, **common}, f"{place}: {finding.message}")


def table(name: str, values: dict[str, str | date], comment: str = "") -> str:
    """One entry of an array of tables."""
    said = f"# {visible(comment)}\n" if comment else ""
    lines = "".join(f"{key} = {literal(value)}\n" for key, value in values.items())
    return f"{said}[[{name}]]\n{lines}"


def visible(text: str) -> str:
    """A comment on one line, without characters that TOML does not allow there."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:200])


def literal(value: str | date) -> str:
    """A TOML value: a date, or a basic string."""
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def append(file: Path, text: str, rules: governance.Rules) -> None:
    """Add the entry; a file that would no longer be valid is left as it was."""
    before = file.read_text("utf-8") if file.exists() else HEAD
    file.parent.mkdir(exist_ok=True)
    draft = file.with_name(".waivers.draft.toml")
    try:
        draft.write_text(f"{before.rstrip()}\n\n{text}", encoding="utf-8")
        rules_files.read_waivers(draft, rules.policy.policy)
        draft.replace(file)
    except config.ConfigError as error:
        names = {str(draft): str(file)}
        raise rules_files.moved(error, "with this entry, which was not written", names) from error
    finally:
        draft.unlink(missing_ok=True)
