"""Which rules of different tools name the same defect."""

import re

_SECRET_SCANNERS = frozenset({"detect_secrets", "kingfisher", "gitleaks", "betterleaks"})
_RUFF_OF_BANDIT = re.compile(r"S(\d{3})")  # flake8-bandit keeps bandit's numbers


def canonical(tool: str, rule: str) -> str:
    """One name for a rule, the same for every tool that has it; else the tool's own."""
    if tool in _SECRET_SCANNERS:
        return "secret"
    if tool == "ruff" and (match := _RUFF_OF_BANDIT.fullmatch(rule)):
        return f"bandit B{match[1]}"
    return f"{tool} {rule}"
