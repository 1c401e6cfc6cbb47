"""What is raised when a request cannot be served just now, whoever it comes from."""


class Unavailable(Exception):
    """Ends a request with 503; the text is for the log, not for the client."""
