"""Which settings make a tool see less. Keys are those of the tools' own documentation."""

import re
from collections.abc import Callable

from gates.probes.suppressions.settings_read import Setting

COVERAGE = 90.0  # per cent: what the gate tests asks for; less is a lower bar
# Folders that tools write: leaving them out hides nothing that anybody wrote.
GENERATED = frozenset(
    {"node_modules", "dist", "build", "out", "coverage", "reports", "htmlcov", "target", "tmp"}
    | {".git", ".hg", ".svn", ".venv", "venv", "env", ".tox", ".nox", ".eggs", "__pycache__"}
    | {".next", ".cache", ".turbo", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"}
    | {"package-lock.json", "pnpm-lock.yaml", "yarn.lock", "uv.lock", "site-packages"}
)
HIDING = re.compile(
    r"(?:^|\s)(?:--(?:collect-only|co|deselect|ignore|ignore-glob|maxfail|exitfirst|setup-only"
    r"|setup-plan|no-cov|lf|last-failed|sw|stepwise)(?=[\s=]|$)|-[kmx](?=[\s=\"']|$)|-k\S+)"
)
YES = frozenset({"true", "1", "yes", "on"})
NO = frozenset({"false", "0", "no", "off", "none"})


def weakens(one: Setting) -> bool:
    """Whether a setting makes its tool see less."""
    return any(key.fullmatch(one.key) and test(one.value) for key, test in RULES)


def filled(value: object) -> bool:
    """Whether a list or text of patterns or codes names something that somebody wrote."""
    match value:
        case list():
            return any(filled(one) for one in value)
        case str():
            parts = (part.strip().strip("[]\"'") for part in re.split(r"[,\s]+", value))
            return any(part and not is_generated(part) for part in parts)
        case _:
            return value is not None


def is_generated(pattern: str) -> bool:
    """Whether a pattern stands for nothing but what tools write."""
    parts = [part for part in pattern.split("/") if part.strip("*.")]
    return any(part in GENERATED for part in parts)


def yes(value: object) -> bool:
    """Whether it is switched on, in the words of any format."""
    return str(value).strip().lower() in YES


def no(value: object) -> bool:
    """Whether it is switched off."""
    return str(value).strip().lower() in NO


def one_of(*words: str) -> Callable[[object], bool]:
    """Whether it is one of some words."""
    return lambda value: str(value).strip().lower() in words


def hides(value: object) -> bool:
    """Whether options of pytest keep tests from being run."""
    words = value if isinstance(value, list) else [value]
    return HIDING.search(" ".join(map(str, words))) is not None


def lowers(value: object) -> bool:
    """Whether a bound of coverage is below ours."""
    try:
        return float(str(value)) < COVERAGE
    except ValueError:
        return True


RULES = tuple(
    (re.compile(key), test)
    for key, test in (
        (r"ruff\.(?:lint\.|format\.)?(?:extend-)?(?:exclude|ignore)", filled),
        (r"ruff\.(?:lint\.)?(?:extend-)?per-file-ignores(?:\..+)?", filled),
        (r"mypy\.(?:overrides\.)?(?:exclude|disable_error_code)", filled),
        (r"mypy\.(?:overrides\.)?(?:ignore_(?:errors|missing_imports)|allow_\w+)", yes),
        (r"mypy\.(?:overrides\.)?implicit_\w+", yes),
        (r"mypy\.(?:overrides\.)?(?:strict|(?:strict|disallow|check|warn|no|extra)_\w+)", no),
        (r"mypy\.(?:overrides\.)?follow_imports", one_of("skip", "silent")),
        (r"pyright\.(?:exclude|ignore)", filled),
        (r"pyright\.report\w+", one_of("false", "none", "information", "warning")),
        (r"pyright\.typeCheckingMode", one_of("off", "basic")),
        (r"bandit\.(?:skips|tests|exclude_dirs|exclude)", filled),
        (r"flake8\.(?:(?:extend-)?(?:ignore|exclude)|per-file-ignores)", filled),
        (r"pylint\.(?:.+\.)?disable", filled),
        (r"isort\.(?:extend_)?skip(?:_glob)?", filled),
        (r"black\.(?:(?:extend|force)-)?exclude", filled),
        (r"pytest\.(?:ini_options\.)?addopts", hides),
        (r"pytest\.(?:ini_options\.)?(?:norecursedirs|collect_ignore(?:_glob)?)", filled),
        (r"coverage\.(?:run|report)\.(?:omit|exclude_lines|exclude_also|partial_\w+)", filled),
        (r"coverage\.report\.fail_under", lowers),
        (r"coverage\.report\.ignore_errors", yes),
        (r"tsconfig\.exclude", filled),
        (r"tsconfig\.compilerOptions\.(?:skip(?:Default)?LibCheck|noCheck|suppress\w+)", yes),
        (r"tsconfig\.compilerOptions\.allowU(?:nreachableCode|nusedLabels)", yes),
        (r"tsconfig\.compilerOptions\.no(?!Emit|Lib|Resolve|Check)[A-Z]\w*", no),
        (r"tsconfig\.compilerOptions\.(?:strict\w*|alwaysStrict|useUnknown\w+|exact\w+)", no),
        (r"eslint\.(?:ignores|rules\..+)", filled),
        (r"eslintIgnore|jest\.(?:test|coverage)PathIgnorePatterns", filled),
        (r"ignored", filled),
    )
)
