"""IP addresses and CIDR blocks as the API server reads them, leading zeros and all."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

Address = IPv4Address | IPv6Address

_LEADING_ZEROS = re.compile(r"(?<![0-9A-Fa-f])0+(?=[0-9A-Fa-f])")
_LENGTH = re.compile(r"0*(\d{1,3})", re.ASCII)
_LOCAL_MULTICAST = IPv4Network("224.0.0.0/24")


def parse(text: str) -> Address | None:
    """An address without zone or prefix length, or None. Leading zeros mean nothing: 010.0.0.1 is 10.0.0.1."""
    try:
        address = ip_address(_LEADING_ZEROS.sub("", text))
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    return None if address.scope_id is not None else address.ipv4_mapped or address


def family(address: Address) -> str:
    """`IPv4` or `IPv6`."""
    return f"IPv{address.version}"


def is_block(text: str) -> bool:
    """Whether the text is a CIDR block; bits behind the prefix may be set."""
    address, _, length = text.partition("/")
    # The prefix of ::ffff:10.0.0.0 counts all 128 bits, although the address is read as 10.0.0.0.
    bits, found = (128 if ":" in address else 32), _LENGTH.fullmatch(length)
    return parse(address) is not None and found is not None and int(found[1]) <= bits


def outside_use(address: Address) -> str:
    """Why an address cannot be an external one of a Service, or ""."""
    if address.is_unspecified:
        return "it stands for no address"
    if address.is_loopback:
        return "it is a loopback address"
    if address.is_link_local:
        return "it is a link-local address"
    if _is_link_local_multicast(address):
        return "it is a link-local multicast address"
    return ""


def _is_link_local_multicast(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return address in _LOCAL_MULTICAST
    # The flags in the upper half of the second byte do not matter, only the scope in the lower half does.
    return address.packed[0] == 0xFF and address.packed[1] & 0x0F == 0x02
