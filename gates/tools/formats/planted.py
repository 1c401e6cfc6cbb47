"""Reads the control of a tool: a tiny known-bad input under `gates/controls/<tool>/`.

Each file there ends with `.planted`, so that no linter, type checker or packer takes it for ours;
`control.toml` names the rule that has to come back, and `shares` a folder with more files.
"""

import tomllib
from pathlib import Path

from gates.core.tool import Control

CONTROLS = Path(__file__).parents[2] / "controls"
SUFFIX = ".planted"


def control(tool: str) -> Control:
    """The control of a tool: its files by the path they get in the planted target."""
    folder = CONTROLS / tool
    said = tomllib.loads((folder / "control.toml").read_text("utf-8"))
    shared = files(CONTROLS / said["shares"]) if "shares" in said else {}
    return Control(files={**shared, **files(folder)}, rule=said["rule"])


def files(folder: Path) -> dict[str, str]:
    """The planted files of a folder, by the path they get in the target."""
    return {
        str(path.relative_to(folder)).removesuffix(SUFFIX): path.read_text("utf-8")
        for path in sorted(folder.rglob(f"*{SUFFIX}"))
    }
