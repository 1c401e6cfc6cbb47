"""The environments of child processes: what they may know, and what the target's code runs in.

One door to variables.py (names and values), installation.py (interpreter and packages) and
node_environment.py (the packages of a Node target).
"""

from gates.shell.installation import EnvironmentFailed, target_environment
from gates.shell.node_environment import NodeEnvironment, link_modules, node_environment
from gates.shell.variables import VariableMissing, allowed, expand, generate_secrets

__all__ = [
    "EnvironmentFailed",
    "NodeEnvironment",
    "VariableMissing",
    "allowed",
    "expand",
    "generate_secrets",
    "link_modules",
    "node_environment",
    "target_environment",
]
