"""The claims probe as a program: `python -m gates.probes.claims input.json`."""

from gates.probes import _common
from gates.probes.claims.measure import measure

_common.run(measure)
