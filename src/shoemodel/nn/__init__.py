"""Parts that networks of several rooms share."""
