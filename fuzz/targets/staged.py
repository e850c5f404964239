"""Files -> what a change of some brings to light, which is the same among those that are near and among all."""

from zlib import crc32

from fuzz.bundle import split
from fuzz.case import configuration
from fuzz.memory import Memory, found

OPTIONS: tuple[dict[str, str], ...] = (
    {},
    {"type_": "standard", "network": "vpc"},
    {"type_": "turbo"},
    {"type_": "standard", "network": "tunnel", "node_port_range": "20000-32767"},
)


def check(data: bytes) -> None:
    """Compare the files with what they were before; those of which the input does not tell that have not changed."""
    files = [file for file in split(data) if _is_a_path(file.path)]
    now = {file.path: file.data for file in files if not file.revision}
    before = now | {file.path: file.data for file in files if file.revision}
    if now and now == before:
        del before[next(iter(now))]
    number, config = crc32(data), configuration(files)
    options = {} if config.targets else OPTIONS[number % len(OPTIONS)]
    near, everywhere = (
        found(Memory(before=before, now=now), options, config, is_local=is_local) for is_local in (True, False)
    )
    assert near == everywhere, "a look at what is near finds something else than a look at everything"


def _is_a_path(path: str) -> bool:
    """Whether git can hold a file of this path."""
    return not {"", ".", "..", ".git"}.intersection(path.split("/"))
