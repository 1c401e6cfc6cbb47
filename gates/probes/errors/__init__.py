"""Looks at what error answers tell and at the envelope they are in: recorded ones and its own."""
