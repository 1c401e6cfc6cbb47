"""Reads the control of a tool: a tiny known-bad input under `gates/controls/<tool>/`.

Each file there ends with `.planted`, so that no linter, type checker or packer takes it for ours;
`control.toml` names the rule that has to come back.
"""

import tomllib
from pathlib import Path

from gates.core.tool import Control

CONTROLS = Path(__file__).parents[2] / "controls"
SUFFIX = ".planted"


def control(tool: str) -> Control:
    """The control of a tool: its files by the path they get in the planted target."""
    folder = CONTROLS / tool
    rule = tomllib.loads((folder / "control.toml").read_text("utf-8"))["rule"]
    files = {
        str(path.relative_to(folder)).removesuffix(SUFFIX): path.read_text("utf-8")
        for path in sorted(folder.rglob(f"*{SUFFIX}"))
    }
    return Control(files=files, rule=str(rule))
