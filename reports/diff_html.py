"""The difference between two runs as one HTML file, in the language of the scorecard."""

from functools import lru_cache

from jinja2 import Environment

from reports import diff_text, templating
from reports.diff import Change
from reports.numbers import number, with_unit
from reports.visible import line

_TONES = {"PASS": "pass", "WARN": "warn", "FAIL": "fail", "PENDING": "pending", "SKIPPED": "none"}
_SEVERITIES = {"critical": "fail", "high": "fail", "medium": "warn", "low": "pending"}
_LONGEST = 12_288


def render(found: Change) -> bytes:
    """Return the page as UTF-8: no script, no network, every foreign text escaped."""
    environment, policy = _prepared()
    return environment.get_template("diff.html.j2").render(found=found, policy=policy).encode()


@lru_cache(maxsize=1)
def _prepared() -> tuple[Environment, str]:
    environment = templating.environment(_LONGEST, keeps=False)
    environment.filters |= {
        "line": line,
        "number": number,
        "with_unit": with_unit,
        "told": diff_text.told,
        "share": diff_text.change,
        "tone": lambda status: _TONES.get(status, "error" if status else "none"),
        "grade": lambda severity: _SEVERITIES.get(severity, "none"),
        "words": lambda status: status.replace("_", " ") or "not there",
    }
    style = templating.digest(environment, "style.css")
    return environment, f"default-src 'none'; style-src '{style}'"
