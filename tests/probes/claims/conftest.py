"""A small tree with a log, and the claims probe on it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gates.core.claims.rules import Claims
from gates.core.model import GateReport, GateResult, GateStatus, ToolReport
from gates.probes.claims.measure import measure

LOG = ".orchestration/implementation-log.md"
README = "# Shop\n\nWords.\n"
SAME: dict[str, str | bytes] = {
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["FastAPI>=1", "msgspec"]\n',
    "src/shop/app.py": "import os\n\n\nclass Store:\n    def add(self):\n        return 1\n",
    "src/shop/web.js": "export class Cart { total(a, b) { return a } }\nfunction pay() {}\n",
}
Look = Callable[..., ToolReport]


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    write(folder, {"README.md": README, **SAME})
    return folder


@pytest.fixture
def look(tree: Path, tmp_path: Path) -> Look:
    """Write the log, and what is given of base, times, results and documents; return the report."""

    def looked(log: str, *, base: Mapping[str, str | bytes] | None = None, **given: Any):
        write(tree, {LOG: log})
        asked: dict[str, Any] = {"tree": str(tree), "claims": Claims(**given.pop("rules", {}))}
        if base is not None:
            write(tmp_path / "base", {"README.md": README, **base})
            asked["base_tree"] = str(tmp_path / "base")
        for key in ("times", "document", "base_document"):
            if key in given:
                file = tmp_path / f"{key}.json"
                file.write_bytes(msgspec.json.encode(given.pop(key)))
                asked[key] = str(file)
        if "results" in given:
            asked["results"] = str(stored(tmp_path / "results", *given.pop("results")))
        found = sorted(p.relative_to(tree).as_posix() for p in tree.rglob("*"))
        files = tuple(n for n in found if (tree / n).is_file() and not (tree / n).is_symlink())
        sources = tuple(name for name in files if name.startswith("src/"))
        asked |= {"files": files, "sources": sources, "variables_in": ("src",)}
        asked |= {"root_files": ("*.md", "pyproject.toml"), **given}
        return measure(msgspec.to_builtins(asked))

    return looked


def stored(folder: Path, *reports: tuple[GateReport, GateStatus]) -> Path:
    for report, status in reports:
        place = folder / report.gate
        place.mkdir(parents=True)
        (place / "report.json").write_bytes(msgspec.json.encode(report))
        result = GateResult(id=report.gate, title="", level=2, status=status)
        (place / "result.json").write_bytes(msgspec.json.encode(result))
    return folder


def rules(report: ToolReport) -> list[str]:
    return [finding.rule.removeprefix("claims.") for finding in report.findings]


def value(report: ToolReport, metric: str) -> float | None:
    return report.measurements[f"claims.{metric}"].value
