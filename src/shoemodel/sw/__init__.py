"""Shoe-wearing generation (SW, section 3.3 of the paper)."""

GENERATOR_VERSION = 1
"""Raised whenever the same weights, inputs and options would give another picture: a change of the sampler, the passes,
the pasting, their constants, or of a baseline (ours). Evaluation makes pictures of another version anew."""
