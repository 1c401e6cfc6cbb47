"""The documentation probe as a program: `python -m gates.probes.documentation input.json`."""

from gates.probes import _common
from gates.probes.documentation.measure import measure

_common.run(measure)
