"""Packs for others: the model card, and the way to the hub."""
