"""The page on which people draw the areas of one photo after another. What it writes is `shoemodel.annotation`'s."""
