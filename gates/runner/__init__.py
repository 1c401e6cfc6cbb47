"""A plan in, results on disk out: stages, one gate, and the schedule of all of them."""
