"""Who makes the leg: one protocol, a file for each backend."""
