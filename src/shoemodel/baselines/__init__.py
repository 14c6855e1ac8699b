"""The paper's baselines (5.1, Table 3, Fig. 5), each a diffusers pipeline, in one table."""
