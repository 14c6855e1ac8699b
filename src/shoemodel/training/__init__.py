"""Training of every module by one loop."""
