"""The error of an installation that cannot be used, apart: the command line starts without more."""


class InstallationError(Exception):
    """A package that offers us something cannot be used; the text says which, why, what to do."""
