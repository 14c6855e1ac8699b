"""Wearable-area detection (WD, section 3.1 of the paper)."""
