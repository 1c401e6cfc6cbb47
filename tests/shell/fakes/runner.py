"""A runner that executes the stubborn tool, to be killed while it waits."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from gates.shell.process import Cancellation, Limits, execute

output = Path(sys.argv[1])
execute(
    [sys.executable, str(Path(__file__).with_name("stubborn.py")), str(output / "pids")],
    cwd=output,
    env={},
    output=output,
    limits=Limits(deadline_s=600),
    cancel=Cancellation(),
)
