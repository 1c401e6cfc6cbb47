"""Whether a service is documented: its operations, its files, its contract, its variables."""
