"""What somebody may have meant by a word that is not known."""

from collections.abc import Iterable


def recased(text: str, known: Iterable[str]) -> str | None:
    """The known word that differs in nothing but the letters' case and space around it."""
    plain = text.strip().casefold()
    return next((word for word in known if word.casefold() == plain), None)


def nearest(text: str, known: Iterable[str]) -> str | None:
    """The known word that a typing error may have made this one of."""
    from difflib import get_close_matches

    words = {word.casefold(): word for word in known}
    return next((words[found] for found in get_close_matches(text.casefold(), words, 1, 0.7)), None)


def listed(words: Iterable[str]) -> str:
    """Words as a sentence lists them: `TCP, UDP and SCTP`."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
