"""The training tuple: its checks, its files, its datasets."""
