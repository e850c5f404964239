"""From texts and paths to a cluster and its rules, for programs that embed nplint."""

from collections.abc import Mapping, Sequence
from io import BytesIO

from nplint import plugins, reader, rulefiles, sources
from nplint.check import Rule
from nplint.document import Document


def read_text(text: str | bytes, name: str = "<text>") -> tuple[Document, ...]:
    """The documents of a text, which is called `name` in findings; none where it holds no manifest."""
    return reader.read(reader.decode(name, text.encode() if isinstance(text, str) else text))


def read_paths(*paths: str) -> tuple[Document, ...]:
    """The documents of files and folders, as the command line reads them.

    Raises:
        NplintError: a path does not exist.
    """
    return sources.gather(paths, BytesIO(), must_hold_manifests=False).documents


def load_rules(*, plugin_modules: Sequence[str] = (), rule_paths: Sequence[str] = ()) -> Mapping[str, Rule]:
    """The rules by name: nplint's own, those of installed packages and of the given modules, and those of YAML files.

    Raises:
        NplintError: one of them cannot be loaded, or two have one name.
    """
    return plugins.load(plugin_modules).with_files([rulefiles.RuleFiles(path) for path in rule_paths]).rules
