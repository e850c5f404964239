"""The grammars of Kubernetes' names. Each function says what is wrong with a name, or "" when nothing is."""

import re
from functools import lru_cache

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_LABEL_1035 = r"[a-z]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_PORT_NAME = r"[a-z0-9]+(-[a-z0-9]+)*"

_LABEL_WAY = "it takes lower-case letters, digits and inner hyphens"


def dns_label(text: str) -> str:
    """A label of RFC 1123: namespaces and the names of Service ports."""
    return _too_long(text, 63) or ("" if re.fullmatch(_LABEL, text) else _LABEL_WAY)


def service_name(text: str) -> str:
    """A label of RFC 1035: like RFC 1123's, but it begins with a letter."""
    way = "it takes lower-case letters, digits and inner hyphens, and begins with a letter"
    return _too_long(text, 63) or ("" if re.fullmatch(_LABEL_1035, text) else way)


def generated_name(text: str) -> str:
    """The beginning of a name, which may end in a hyphen; the server cuts it and puts five letters behind it."""
    masked = text[:-2] + "a" if len(text) > 1 and text.endswith("-") else text
    return service_name(masked) or service_name(text[:58] + "x")


def subdomain(text: str) -> str:
    """A DNS name of RFC 1123: labels with dots between them."""
    way = "it takes lower-case letters, digits, inner hyphens and dots between these"
    return _too_long(text, 253) or ("" if re.fullmatch(_SUBDOMAIN, text) else way)


def external_name(text: str) -> str:
    """What an ExternalName Service may stand for: a DNS name that may end in a dot."""
    return subdomain(text.removesuffix("."))


@lru_cache
def qualified_name(text: str) -> str:
    """`name` or `prefix/name`: the keys of labels, selectors and annotations."""
    parts = text.split("/")
    if len(parts) > 2:
        return "it has more than one slash"
    prefix, name = ["", parts[0]] if len(parts) == 1 else parts
    if len(parts) == 2 and not prefix:
        return "nothing stands before its slash"
    return (prefix and subdomain(prefix)) or _plain_name(name)


def label_value(text: str) -> str:
    """The value of a label: empty, or a name of at most 63 bytes."""
    return _plain_name(text) if text else ""


def port_name(text: str) -> str:
    """The name of a container's port, which targetPort refers to."""
    if len(text) > 15:
        return "it is longer than 15 characters"
    if not re.search(r"[a-z]", text):
        return "a name has a lower-case letter"
    return "" if re.fullmatch(_PORT_NAME, text) else "it takes lower-case letters, digits and single inner hyphens"


def finalizer(text: str) -> str:
    """A finalizer: one of Kubernetes' own, or `prefix/name`."""
    if "/" not in text and text not in ("kubernetes", "orphan", "foregroundDeletion"):
        return "it needs a prefix, as in example.com/name"
    return qualified_name(text)


def _plain_name(text: str) -> str:
    if len(text) < 64 and _NAME.fullmatch(text):
        return ""
    if not text:
        return "it is empty"
    if len(text.encode("utf-8", "surrogatepass")) > 63:
        return "it is longer than 63 bytes"
    return "it takes letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"


def _too_long(text: str, most: int) -> str:
    return f"it is longer than {most} characters" if len(text) > most else ""
