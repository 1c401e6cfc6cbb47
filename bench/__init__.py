"""Measures gatescore side by side with what a user would run instead; see docs/benchmarks.md."""
