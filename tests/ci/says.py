"""A tool that says what it is given everywhere it can: `says.py [--crash] TEXT…`."""

import json
import sys
from pathlib import Path

crash = sys.argv[1] == "--crash"
texts = sys.argv[2:] if crash else sys.argv[1:]
for text in texts:
    print(text)
    print(text, file=sys.stderr)
if crash:
    sys.exit(1)
given = {"tool": "fake", "severity": "high", "line": 1, "metric": "fake.errors"}
findings = [
    {**given, "rule": text, "message": text, "path": text, "reproduce": text, "fix": text}
    for text in texts
]
report = {
    "tool": "fake",
    "version": texts[-1],
    "examined": 1,
    "examined_unit": "files",
    "notes": texts,
    "findings": findings,
    "measurements": {"fake.errors": {"value": len(texts), "detail": texts[2]}},
}
Path("result.json").write_text(json.dumps(report), encoding="utf-8")
