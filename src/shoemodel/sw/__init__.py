"""Shoe-wearing generation (SW, section 3.3 of the paper)."""
