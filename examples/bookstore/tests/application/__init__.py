"""The application from inside: what only its own process can show."""
