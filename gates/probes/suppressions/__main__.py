"""The count as a program: `python -m gates.probes.suppressions input.json`."""

from gates.probes import _common
from gates.probes.suppressions.measure import measure

_common.run(measure)
