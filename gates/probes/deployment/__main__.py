"""The deployment probe as a program: `python -m gates.probes.deployment input.json`."""

from gates.probes import _common
from gates.probes.deployment.measure import measure

_common.run(measure)
