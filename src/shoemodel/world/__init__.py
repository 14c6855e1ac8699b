"""The synthetic world: scenes whose labels are exact by construction."""
