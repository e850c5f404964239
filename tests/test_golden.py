"""One report in every format, to the letter: tests/golden/<format>.<suffix>.

`UPDATE_GOLDEN=1 pytest tests/test_golden.py` writes the files anew and fails, so that somebody looks at the difference.
"""

import os
from pathlib import Path

import pytest

from nplint import output
from nplint.hookspecs import Terminal
from nplint.report import Report

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("format", output.FORMATS)
def test_a_report_in_every_format(canonical: Report, format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("json", "sarif"):
        monkeypatch.setattr(f"nplint.output.{module}.__version__", "1.2.3")
    text = output.FORMATS[format](canonical, Terminal())
    files = sorted(GOLDEN.glob(f"{format}.*"))
    assert len(files) == 1, f"write a golden file for {format}"
    if os.environ.get("UPDATE_GOLDEN"):
        files[0].write_bytes(text.encode())
        pytest.fail(f"{files[0].name} is written anew: look at what is different")
    assert text == files[0].read_bytes().decode()


def test_every_golden_file_is_of_a_format() -> None:
    assert [file.name for file in GOLDEN.iterdir() if file.stem not in output.FORMATS] == []
