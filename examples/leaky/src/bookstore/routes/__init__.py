"""The HTTP side: each module is one group of operations, thin over the store."""
