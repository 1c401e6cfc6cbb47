"""The imperative shell: every side effect, and nothing else."""
