"""Which files may hold manifests, as far as their names and folders tell."""

import os

KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", ".venv", ".tox", ".nox", "node_modules", "__pycache__"})

_MANIFEST_SUFFIXES = (".yaml", ".yml", ".json")
_TEMPLATE_SUFFIXES = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".gotmpl", ".erb")


def readable(path: str) -> str:
    """A path with its UTF-8 as characters, also where the locale says that files are named in ASCII."""
    try:
        return path if path.isascii() else path.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path


def is_searched(path: str) -> bool:
    """Whether a search of folders comes to a file of this path."""
    *folders, name = path.split("/")
    return may_hold_manifests(name) and SKIPPED_FOLDERS.isdisjoint(folders)


def may_hold_manifests(name: str) -> bool:
    """Whether a file of this name is read where a folder is searched."""
    if name in (".nplint.yaml", ".nplint.yml"):
        return False
    if name == "Kustomization":
        return True
    stem, suffix = os.path.splitext(name)
    if suffix in _TEMPLATE_SUFFIXES:
        suffix = os.path.splitext(stem)[1]
    return suffix.lower() in _MANIFEST_SUFFIXES


def lies_in(path: str, folder: str) -> bool:
    """Whether a path leads to the folder or into it, with all links followed."""
    root = os.path.join(os.path.realpath(folder), "")
    return "\0" not in path and os.path.join(os.path.realpath(path), "").startswith(root)
