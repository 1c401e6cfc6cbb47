"""What a child may know: an allow-listed environment, generated secrets, filled-in values."""

import os
import re
import secrets
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

_SYSTEM_PATH = (
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
)
_FIXED = {
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "COLUMNS": "120",
    "NO_COLOR": "1",
}
_KEPT = frozenset({"TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "COMSPEC", "PATHEXT"})
_REGISTRY = re.compile(
    r"HOME|PIP_.*|UV_.*|NPM_CONFIG_.*|(HTTPS?|ALL|NO)_PROXY|SSL_CERT_(FILE|DIR)|"
    r"REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS|XDG_(CACHE|CONFIG|DATA)_HOME",
    re.IGNORECASE,
)
# Names that would have changed what a tool does, so that their removal is worth a line.
_TELLING = re.compile(
    r".*_ADDOPTS|PYTEST_.*|PYTHON.*|BASH_ENV|ENV|LD_.*|DYLD_.*|MYPY.*|RUFF_.*|COVERAGE_.*|GIT_.*|"
    r"BANDIT_.*|PIP_AUDIT_.*|SCHEMATHESIS_.*|HYPOTHESIS_.*|LOCUST_.*|NODE_OPTIONS|VIRTUAL_ENV|"
    r"SOURCE_DATE_EPOCH|GATESCORE_AUTH"
)
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class VariableMissing(Exception):
    """A value names a variable that is not set; the text says which and where."""


def allowed(
    environ: Mapping[str, str], *, registry: bool = False
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the environment of a child, and the removed names that would have changed a tool.

    `registry` adds what package managers need: HOME, PIP_*, UV_*, proxies and certificates.
    """
    child = {name: value for name, value in environ.items() if _passes(name, registry)}
    child |= _FIXED | {"PATH": _path()}
    removed = (
        name
        for name, value in environ.items()
        if _TELLING.fullmatch(name) and child.get(name) != value
    )
    return child, tuple(sorted(removed))


def generate_secrets(names: Iterable[str]) -> dict[str, str]:
    """Return a fresh random value for each name: 47 characters, safe in URLs and shells.

    Each has upper and lower case, a digit and punctuation, as password rules ask.
    """
    return {name: f"Aa1-{secrets.token_urlsafe(32)}" for name in names}


def expand(value: str, variables: Mapping[str, str], *, where: str = "") -> str:
    """Return `value` with each `${NAME}` replaced. Raises VariableMissing, naming `where`."""

    def replaced(reference: re.Match[str]) -> str:
        name = reference[1]
        if name not in variables:
            place = f" ({where})" if where else ""
            raise VariableMissing(
                f"the variable {name} is not set{place}: export it before the run, or name it in "
                "service.env_generate for a random value"
            )
        return variables[name]

    return _REFERENCE.sub(replaced, value)


def referenced(values: Iterable[str]) -> frozenset[str]:
    """Return the names that `${NAME}` stands for in these values."""
    return frozenset(name for value in values for name in _REFERENCE.findall(value))


def _passes(name: str, registry: bool) -> bool:
    if name == "UV_PYTHON":  # would choose another interpreter than the one we name
        return False
    return name in _KEPT or (registry and _REGISTRY.fullmatch(name) is not None)


def _path() -> str:
    return os.pathsep.join((str(Path(sys.executable).parent), *_SYSTEM_PATH))
