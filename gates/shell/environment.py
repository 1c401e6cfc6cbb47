"""The environments of child processes: what they may know, and what the target's code runs in.

One door to variables.py (names and values) and installation.py (interpreter and packages).
"""

from gates.shell.installation import EnvironmentFailed, target_environment
from gates.shell.variables import VariableMissing, allowed, expand, generate_secrets

__all__ = [
    "EnvironmentFailed",
    "VariableMissing",
    "allowed",
    "expand",
    "generate_secrets",
    "target_environment",
]
