"""Which version of a tool is installed, as far as the tools' own environment knows it."""

from importlib.metadata import PackageNotFoundError, version

from gates.core.tool import Tool

UNKNOWN = "unknown"  # also of what ran in the target's environment, until its report says it


def version_of(tool: Tool) -> str:
    """The version of the distribution that holds the program."""
    try:
        return version(tool.DISTRIBUTION)
    except PackageNotFoundError:
        return UNKNOWN
