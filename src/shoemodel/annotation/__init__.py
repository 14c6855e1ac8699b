"""Areas that people draw on photos (paper, section 4.1): the folder they lie in, tuples and files made of them."""
