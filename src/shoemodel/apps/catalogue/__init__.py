"""Batch jobs over a catalogue: one row a SKU, on this machine or over Ray Data."""
