"""Rules for the design of an HTTP API, each a pure function over its document or its answers."""
