"""What the pages in the browser share: how they are served and look, and the brush for the areas of a shoe."""
