"""Open TODO comments for gatescore: a tool, a report format and a command."""
