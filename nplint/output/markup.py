"""Elements of an SVG or HTML text; whatever a manifest says is text in them, and nothing else."""

from base64 import b64encode
from hashlib import sha256
from pkgutil import get_data
from xml.etree.ElementTree import Element, tostring

from nplint.output.excerpt import printable


def tag(name: str, /, *content: str | Element, **attributes: str | float) -> Element:
    """An element. `class_` is the attribute `class`, `aria_label` is `aria-label`."""
    written = {key.rstrip("_").replace("_", "-"): printable(str(value)) for key, value in attributes.items()}
    element = Element(name, written)
    for item in content:
        if isinstance(item, Element):
            element.append(item)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + printable(item)
        else:
            element.text = (element.text or "") + printable(item)
    return element


def part(name: str, package: str, *files: str) -> Element:
    """A style or script, made of files of a package."""
    element = Element(name)
    element.text = "\n".join((get_data(package, file) or b"").decode("ascii") for file in files)
    return element


def page(title: str, style: Element, script: Element, *content: Element) -> str:
    """A page for a browser that needs no network and no other file, and runs no other script."""
    policy = ["default-src 'none'", f"style-src {_digest(style)}", f"script-src {_digest(script)}"]
    policy += ["base-uri 'none'", "form-action 'none'"]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content="; ".join(policy)),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="viewport", content="width=device-width"),
        tag("title", title),
        style,
    )
    body = tag("body", *content, script)
    text: bytes = tostring(tag("html", head, body, lang="en"), encoding="us-ascii", method="html")
    return f"<!DOCTYPE html>\n{text.decode('ascii')}\n"


def _digest(element: Element) -> str:
    """What a Content-Security-Policy knows a style or script by."""
    return f"'sha256-{b64encode(sha256((element.text or '').encode()).digest()).decode()}'"
