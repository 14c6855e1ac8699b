"""(ours) The camera of a photo and the shoe in 3-D, by analysis by synthesis on proxy shoes."""
