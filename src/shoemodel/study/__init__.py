"""The user study of section 5: line-ups of methods' pictures, what raters answer, and what follows from it."""
