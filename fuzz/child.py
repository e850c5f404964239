"""One target in a process of its own: `python -m fuzz.child TARGET POOL [LIBFUZZER-ARGUMENT]...`."""

import importlib
import os
import pkgutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_OF_BYTES = 0.1
"""The share of mutations that are left to libFuzzer, which knows nothing of YAML and much of bytes."""


def main(name: str, pool: str, arguments: list[str]) -> None:
    """Fuzz a target until the arguments say that it is enough, or something is found."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["nplint"]):
        _import_all(importlib.import_module("nplint"))
    from fuzz.mutation import Mutator
    from fuzz.watchdog import limited

    target = importlib.import_module(f"fuzz.targets.{name}")
    inputs = [path.read_bytes() for path in sorted(Path(pool).iterdir())]

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        mutator = Mutator(seed, inputs)
        if mutator.random.random() < _OF_BYTES:
            return bytes(atheris.Mutate(data, len(data)))
        changed = mutator.mutate(data)
        return changed if len(changed) <= max_size else data[:max_size]

    atheris.Setup([sys.argv[0], *arguments], limited(target.check), custom_mutator=mutate)
    atheris.Fuzz()


def _import_all(package: ModuleType) -> None:
    """Import what nplint imports late, so that all of it is seen."""
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


if __name__ == "__main__":
    name, pool, *arguments = sys.argv[1:]
    # nplint itself leaves nothing behind here, but a target may have to write down what nplint reads.
    os.chdir(Path(pool).parent)
    main(name, pool, arguments)
