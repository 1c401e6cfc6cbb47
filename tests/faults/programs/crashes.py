"""A tool that goes wrong in one way: `crashes.py signal|traceback|silent|half`."""

import os
import signal
import sys
from pathlib import Path

print("the last thing it did", file=sys.stderr, flush=True)
match sys.argv[1]:
    case "signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    case "139":
        sys.exit(139)
    case "traceback":
        raise ValueError("the tool broke")
    case "half":
        Path("result.json").write_text('{"tool": "fake", "examined": 1, "exam')
    case "pipe":
        os.mkfifo("result.json")
    case "empty":
        Path("result.json").touch()
