"""Schemas that kubeconform can use without a network, made of definitions that the user has."""

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KINDS = {
    "Service": "io.k8s.api.core.v1.Service",
    "ConfigMap": "io.k8s.api.core.v1.ConfigMap",
    "Deployment": "io.k8s.api.apps.v1.Deployment",
}
"""What is in the trees, and what it is called in the definitions."""

LOCATION = "{{.ResourceKind}}.json"
"""How kubeconform is to find a schema in the folder that `write` makes; it takes the items of a List one by one."""


def find(place: str) -> Path | None:
    """The newest definitions at a place: a file, a folder, or an installed package that has some in it."""
    path = Path(place)
    if not path.exists():
        package = importlib.util.find_spec(place) if place.isidentifier() else None
        folders = package.submodule_search_locations if package else None
        path = Path(next(iter(folders or []), place))
    if path.is_dir():
        files = [file for file in path.rglob("_definitions.json") if not file.parent.name.endswith("-strict")]
        return max(files, key=_version, default=None)
    return path if path.is_file() else None


def _version(file: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", file.parent.name)]


def write(definitions: Path, folder: Path) -> None:
    """Write a schema that refers to nothing outside of itself for each kind in the trees.

    Raises:
        KeyError: the definitions lack one of them.
    """
    data = json.loads(definitions.read_text("utf-8"))
    known = data.get("$defs") or data["definitions"]
    folder.mkdir(parents=True, exist_ok=True)
    for kind, name in KINDS.items():
        needed: dict[str, Any] = {}
        _collect(known, name, needed)
        schema = {"$ref": f"#/$defs/{name}", "$defs": needed}
        (folder / f"{kind.lower()}.json").write_text(json.dumps(schema), "utf-8")


def _collect(known: dict[str, Any], name: str, needed: dict[str, Any]) -> None:
    """Add a definition, and all that it refers to, with references that stay inside of the file."""
    if name in needed:
        return
    text = re.sub(r'("\$ref": ")[^"#]*#/(?:\$defs|definitions)/', r"\1#/$defs/", json.dumps(known[name]))
    needed[name] = json.loads(text)
    for other in _references(text):
        _collect(known, other, needed)


def _references(text: str) -> Iterator[str]:
    return (match[1] for match in re.finditer(r'"\$ref": "#/\$defs/([^"]+)"', text))
