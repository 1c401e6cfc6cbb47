"""The difference between two runs as one HTML file, in the language of the scorecard."""

import base64
import hashlib
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports import diff_text
from reports.diff import Change
from reports.numbers import number, with_unit
from reports.visible import block, line

_TONES = {"PASS": "pass", "WARN": "warn", "FAIL": "fail", "PENDING": "pending", "SKIPPED": "none"}
_SEVERITIES = {"critical": "fail", "high": "fail", "medium": "warn", "low": "pending"}
_LONGEST = 12_288


def render(found: Change) -> bytes:
    """Return the page as UTF-8: no script, no network, every foreign text escaped."""
    environment, policy = _prepared()
    return environment.get_template("diff.html.j2").render(found=found, policy=policy).encode()


@lru_cache(maxsize=1)
def _prepared() -> tuple[Environment, str]:
    environment = Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # the digest of the style is taken once
        finalize=lambda value: block(value, _LONGEST) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
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
    style = environment.get_template("style.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment, f"default-src 'none'; style-src 'sha256-{digest}'"
