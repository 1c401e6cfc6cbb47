"""From stored results to what people and machines read."""
