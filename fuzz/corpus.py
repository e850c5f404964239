"""What fuzzing starts from: the projects of the tests, the examples of the rules, the odd files here, and others."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from fuzz.bundle import File, join
from fuzz.case import plugins

HERE = Path(__file__).parent
PROJECTS = HERE.parent / "tests" / "projects"
_SUFFIXES = (".yaml", ".yml", ".json", ".toml", ".j2", ".tpl")
_MOST_BYTES = 32 * 1024


def whole() -> Iterator[bytes]:
    """Whole inputs: projects, examples and odd files."""
    for project in sorted(PROJECTS.iterdir()):
        yield join(_files(project))
    for rule in plugins().rules.values():
        for example in (*rule.good, *rule.bad):
            texts = [*example.files.items()]
            if example.config:
                texts += [(".nplint.yaml", example.config)]
            files = [File(path, text.encode()) for path, text in texts]
            before = [File(path, text.encode(), "base") for path, text in (example.files_before or {}).items()]
            yield join([*files, *before])
    for file in sorted((HERE.parent / "rules").glob("*.yaml")):
        yield join([File(f"rules/{file.name}", file.read_bytes()), *_files(PROJECTS / "selectorless")])
    for file in sorted((HERE / "seeds").iterdir()):
        yield file.read_bytes()


def single(folders: Iterable[Path]) -> Iterator[bytes]:
    """Single files: the manifests in some folders."""
    for folder in folders:
        yield from (file.data for file in _files(folder))


def _files(folder: Path) -> list[File]:
    found = (path for path in sorted(folder.rglob("*")) if path.suffix in _SUFFIXES and path.is_file())
    return [
        File(path.relative_to(folder).as_posix(), path.read_bytes())
        for path in found
        if path.stat().st_size <= _MOST_BYTES
    ]


def write(folder: Path, seeds: Iterable[bytes]) -> int:
    """Put seeds into a folder, each in a file; how many there are."""
    distinct = dict.fromkeys(seeds)
    for number, seed in enumerate(distinct):
        (folder / f"{number:05}").write_bytes(seed)
    return len(distinct)
