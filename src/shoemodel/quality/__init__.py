"""Is one result good? The judge and what is measured with it; the evaluation's tables use the same measures (ours)."""
