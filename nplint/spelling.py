"""What somebody may have meant by a word that is not known."""

from collections.abc import Iterable

LONGEST = 64
"""How much of a value a message shows: the longest label of a DNS name and a little more."""

LONG = 500
"""How much of a name or a sentence is ever shown; no name that the API server takes is as long."""

_LINE_ENDS = {ord("\n"): r"\n", ord("\r"): r"\r", ord("\t"): r"\t"}


def recased(text: str, known: Iterable[str]) -> str | None:
    """The known word that differs in nothing but the letters' case and space around it."""
    plain = text.strip().casefold()
    return next((word for word in known if word.casefold() == plain), None)


def nearest(text: str, known: Iterable[str]) -> str | None:
    """The known word that a typing error may have made this one of."""
    if len(text) > LONGEST:
        return None
    from difflib import get_close_matches

    words = {word.casefold(): word for word in known}
    return next((words[found] for found in get_close_matches(text.casefold(), words, 1, 0.7)), None)


def way_out(word: str, known: Iterable[str]) -> str:
    """What to do about a word that is not known: the one that may be meant, or else all that there are."""
    near = nearest(word, known)
    return f"did you mean {near}?" if near else f"there are {listed(known)}"


def listed(words: Iterable[str], conjunction: str = "and") -> str:
    """Words as a sentence lists them: `TCP, UDP and SCTP`."""
    *most, last = words
    return f"{', '.join(most)} {conjunction} {last}" if most else last


def few(words: Iterable[str], most: int = 3) -> str:
    """The same for different words of which there may be more than a sentence can hold."""
    known = list(dict.fromkeys(words))
    return listed(known if len(known) <= most else [*known[: most - 1], f"{len(known) - most + 1} more"])


def shown(text: str) -> str:
    """A value as a message shows it: on one line, cut to 64 characters, and as `""` where there is no text at all."""
    return cut(cut(text, LONGEST).translate(_LINE_ENDS), LONGEST) or '""'


def cut(text: str, most: int) -> str:
    """As much of the beginning of a text as there is room for."""
    return text if len(text) <= most else f"{text[: most - 3]}..."
