"""Layers become a picture at the photo's own resolution: edges, light, shadow, grain, background (ours), paste-back."""
