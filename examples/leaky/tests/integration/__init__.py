"""Every operation over HTTP, on a service of our own or on the one that BOOKSTORE_URL names."""
