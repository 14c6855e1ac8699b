"""The one exception for what a user gave and the product cannot use."""


class InputError(ValueError):
    """Bad input: one sentence that names the thing, what was found and what is accepted.

    The command line prints it and exits with code 2.
    """
