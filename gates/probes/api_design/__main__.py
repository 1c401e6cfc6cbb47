"""The program of the api-design probe."""

from gates.probes import _common
from gates.probes.api_design.measure import measure

if __name__ == "__main__":
    _common.run(measure)
