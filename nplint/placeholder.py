"""Marks that template tools leave in a text until they fill it in."""

TEMPLATE_MARKS = (("{{", "}}"), ("{%", "%}"), ("<%", "%>"))
"""Go templates (Helm), Jinja and the like: text with these may be no YAML at all."""

VALUE_MARKS = (*TEMPLATE_MARKS, ("${", "}"))
"""Marks that may stand in a value of good YAML; `${X}` is what envsubst and Flux fill in."""


def find(text: str, marks: tuple[tuple[str, str], ...]) -> tuple[int, int] | None:
    """Where the first closed mark stands, as offsets. Linear in the text, whatever stands in it."""
    found = []
    for opening, closing in marks:
        start = text.find(opening)
        end = text.find(closing, start + len(opening)) if start >= 0 else -1
        if end >= 0:
            found.append((start, end + len(closing)))
    return min(found, default=None)
