"""The output formats, each in a module that is imported when the format is used."""

from importlib import import_module

from nplint.hookspecs import Formatter, Terminal
from nplint.report import Report


def _late(module: str, *, silent_when_clean: bool = False) -> Formatter:
    def render(report: Report, terminal: Terminal) -> str:
        if silent_when_clean and not report.shown(suppressed=terminal.show_suppressed):
            return ""
        text: str = import_module(f"nplint.output.{module}").render(report, terminal)
        return text

    return render


FORMATS: dict[str, Formatter] = {
    "text": _late("text", silent_when_clean=True),
    "concise": _late("concise", silent_when_clean=True),
    "json": _late("json"),
    "json-lines": _late("json_lines"),
    "sarif": _late("sarif"),
    "github": _late("github", silent_when_clean=True),
    "gitlab": _late("gitlab"),
    "junit": _late("junit"),
    "checkstyle": _late("checkstyle"),
    "markdown": _late("markdown"),
    "html": _late("html"),
}
