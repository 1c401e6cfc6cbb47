"""Compares what a service is said to do with what it does: documents, routes, answers."""
