"""Programs handed to Locust by path."""
