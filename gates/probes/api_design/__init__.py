"""Measures the design of an API: its document by rules, its answers by requests that may write."""
