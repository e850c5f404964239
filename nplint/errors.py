"""What the caller did wrong, told in one sentence."""


class NplintError(Exception):
    """A wrong call: a flag, path or rule name that cannot be. The text is for the user and names the way out."""
