"""A tool that repeats all it hears from the service everywhere it can: `tells.py [crash|hang]`."""

import os
import sys
import time
import urllib.request
from pathlib import Path

from _result import write

base = os.environ["FAKE_BASE_URL"]
answer = urllib.request.urlopen(base + "/tell", timeout=5)
said = [*map(": ".join, answer.headers.items()), *answer.read().decode().splitlines()]
said += [value for name, value in os.environ.items() if name.startswith("GATESCORE_")]
for line in said:
    print(line)
    print(line, file=sys.stderr)
Path("notes.bin").write_bytes(b"\xff\xfe" + "\n".join(said).encode())
with Path("large.bin").open("w") as file:
    file.write("\n".join(said))
    file.truncate(65 * 2**20)
Path("deep/er").mkdir(parents=True)
Path("deep/er/trace.txt").write_text("\n".join(said))
if sys.argv[1:] == ["hang"]:
    Path("started").touch()
    time.sleep(600)
if sys.argv[1:] == ["crash"]:
    sys.exit(f"cannot go on: {' '.join(said)}")
finding = {"tool": "fake", "rule": "said", "severity": "low", "path": "a.py", "line": 1}
write(
    findings=[{**finding, "message": line, "reproduce": f"curl {line}"} for line in said],
    notes=said,
    measurements={"fake.errors": {"value": 0, "detail": said[-1]}},
)
