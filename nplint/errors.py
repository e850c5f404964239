"""What the caller did wrong, told in a sentence."""


class NplintError(Exception):
    """A wrong call: a flag, path or rule name that cannot be. Each argument says what is wrong, and the way out."""


def reason(error: OSError | NplintError) -> str:
    """What the operating system says, or what was refused before it was asked, as the end of a sentence."""
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
