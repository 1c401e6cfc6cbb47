"""The program of the errors probe."""

from gates.probes import _common
from gates.probes.errors.measure import measure

if __name__ == "__main__":
    _common.run(measure)
