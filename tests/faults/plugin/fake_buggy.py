"""A tool whose adapter has a bug."""

from fake_tools import DISTRIBUTION, METRICS, commands, control

__all__ = ["DISTRIBUTION", "METRICS", "commands", "control", "parse"]


def parse(outputs):
    return {}["a key that is not there"]
