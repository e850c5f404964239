"""The findings alone, one JSON object a line, for programs that read line by line."""

from nplint.hookspecs import Terminal
from nplint.output.json import dumps, finding_data
from nplint.report import Report


def render(report: Report, terminal: Terminal) -> str:
    return "".join(f"{dumps(finding_data(finding))}\n" for finding in report.findings)
