"""ShoeModel: a photo of an unworn shoe in, pictures of legs wearing exactly that shoe out."""
