"""The output formats, each in a module that is imported when the format is used."""

from importlib import import_module

from nplint.hookspecs import Formatter, Terminal
from nplint.report import Report


def _late(module: str) -> Formatter:
    def render(report: Report, terminal: Terminal) -> str:
        text: str = import_module(f"nplint.output.{module}").render(report, terminal)
        return text

    return render


FORMATS: dict[str, Formatter] = {name: _late(name) for name in ("text", "concise", "json")}
