"""A tool that prints N MiB of lines and exits 0, or sleeps after that with a third argument."""

import sys
import time

block = (b"x" * 1023 + b"\n") * 1024
print("first line", flush=True)
for _ in range(int(sys.argv[1])):
    sys.stdout.buffer.write(block)
print("last line", flush=True)
if sys.argv[2:]:
    time.sleep(600)
