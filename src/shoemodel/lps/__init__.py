"""Leg-pose synthesis (LpS, section 3.2 of the paper)."""
