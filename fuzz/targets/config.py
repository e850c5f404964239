"""What steers nplint -> a configuration or a baseline, or one sentence that says what is wrong with it."""

from fuzz.bundle import File, split
from nplint import baseline, config
from nplint.errors import NplintError
from nplint.reader import decode


def check(data: bytes) -> None:
    """Read each file of an input as what its name says, as .nplint.yaml where that says nothing."""
    for file in split(data):
        try:
            _read(file)
        except NplintError as error:
            assert error.args
            assert all(isinstance(sentence, str) and sentence for sentence in error.args)


def _read(file: File) -> None:
    if file.path.endswith(".toml"):
        config.read(decode("pyproject.toml", file.data), ".")
    elif file.path.endswith(".json"):
        with open("baseline.json", "wb") as written:
            written.write(file.data)
        known = baseline.load("baseline.json", "baseline.json")
        baseline.text(known.entries)
    else:
        config.read(decode(".nplint.yaml", file.data), ".")
