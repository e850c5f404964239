"""The page for a browser, in a real one."""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from nplint.check import Problem, Problems, rule
from nplint.cluster import Cluster
from nplint.document import Span
from nplint.engine import lint_clusters
from nplint.finding import Severity
from nplint.hookspecs import Terminal
from nplint.output.html import render
from nplint.profile import Profile
from nplint.reader import decode, read
from nplint.report import Report
from tests.conftest import Page, with_script

if TYPE_CHECKING:
    from tests.conftest import OpenPage


def shown(page: Page) -> list[str]:
    """The rules of the findings that are to be seen."""
    return [known["data-rule"] for known in page.all("details") if "hidden" not in known]


def title(page: Page) -> str:
    return "".join(page.texts["title"])


@pytest.fixture(scope="module")
def page(canonical: Report) -> str:
    return render(canonical, Terminal())


# --- the page as it is written


def test_the_page_needs_nothing_else(page: str) -> None:
    written = Page(page)
    assert re.findall(r"(?:src|url|import|@font-face|href)\b\s*[=(:]", page.partition("<body>")[0]) == []
    assert {tag for tag, known in written.tags if "src" in known} == set()
    assert {known["href"] for known in written.all("a")} == {
        f"https://example.com/{name}" for name in ("taken", "case", "many", "unreadable", "deleted")
    }
    assert all(known["rel"] == "noreferrer" for known in written.all("a"))
    (policy,) = [known["content"] for known in written.all("meta") if "Policy" in known.get("http-equiv", "")]
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives.keys() == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    assert {directives[name] for name in ("default-src", "base-uri", "form-action")} == {"'none'"}
    assert all(re.fullmatch(r"'sha256-[\w+/]+='", directives[name]) for name in ("style-src", "script-src"))


def test_the_page_is_one_file_in_ascii(page: str) -> None:
    assert page.isascii()
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert len(Page(page).all("script")) == len(Page(page).all("style")) == 1


def test_the_page_shows_lines_with_marks(page: str) -> None:
    text = re.sub(r"<[^>]*>", "", page.replace('<span class="number">', "\n"))
    assert "\n22      protocol: tcp\n23      nodePort: 30053again" in text
    assert '<mark class="error">30053</mark><i class="error">again</i>' in page
    assert '<mark class="related">30053</mark><i class="related">already taken here</i>' in page


def test_a_line_that_is_marked_as_a_whole_is_shown() -> None:
    @rule(severity=Severity.ERROR, source="https://example.com", good="", bad="")
    def whole_line(cluster: Cluster) -> Problems:
        """A line is wrong."""
        yield Problem(Span("a.yaml", 2, 1, 2, 14), "it is wrong")

    documents = read(decode("a.yaml", b"apiVersion: v1\nkind: Service\n\nmetadata: {}\n"))
    text = render(lint_clusters([Cluster(documents)], [whole_line]), Terminal())
    (lines,) = re.findall(r"<pre>.*?</pre>", text)
    number = '<span><span class="number">{}</span>'
    above, marked = (
        f"{number.format(1)}apiVersion: v1</span>",
        f'{number.format(2)}<mark class="error">kind: Service</mark>',
    )
    assert lines == f"<pre>{above}{marked}</span></pre>"


@pytest.mark.parametrize(("source", "links"), [("https://example.com", 1), ("javascript:alert(1)", 0), ("", 0)])
def test_only_the_address_of_a_page_is_a_link(source: str, links: int) -> None:
    @rule(severity=Severity.ERROR, source=source, good="", bad="")
    def somewhere(cluster: Cluster) -> Problems:
        """A line is wrong."""
        yield Problem(Span("a.yaml", 2, 1, 2, 14), "it is wrong")

    text = render(lint_clusters([Cluster(read(decode("a.yaml", b"kind: Service")))], [somewhere]), Terminal())
    assert text.count("<a ") == links
    assert "javascript" not in text


def test_notes_are_folded_and_the_rest_is_not(page: str) -> None:
    assert {(known["data-severity"], "open" in known) for known in Page(page).all("details")} == {
        ("error", True),
        ("warning", True),
        ("note", False),
    }


def test_a_clean_page_has_nothing_to_filter() -> None:
    clean = Page(render(lint_clusters([Cluster(())], []), Terminal()))
    assert clean.all("form") == clean.all("details") == []
    assert "nothing found in 0 files (0 Services, 0 with node ports)" in "".join(clean.texts["p"])


# --- the page in a browser


def test_a_browser_sees_every_finding(open_page: "OpenPage", page: str) -> None:
    opened = open_page(page)
    assert [tag for tag, _ in opened.tags] == [tag for tag, _ in Page(page).tags]
    assert len(shown(opened)) == len(opened.all("details")) == 10
    assert "".join(opened.texts["output"]) == "10 of 10 shown"
    assert "hidden" not in opened.all("form")[0]
    assert "CONSOLE" not in opened.log


NOTES = ["many-ports", "lower-case", "many-ports"]
SHOWN = {
    "severity=warning": ["lower-case"] * 2,
    "severity=warning&severity=note": ["many-ports", "lower-case", "lower-case", "many-ports", "lower-case"],
    "rule=deleted-service": ["deleted-service"],
    "cluster=lab+%26+more": ["many-ports", "lower-case", "taken-twice", "deleted-service"],
    "cluster=lab+%26+more&severity=error&rule=taken-twice": ["taken-twice"],
    "text=BROKEN.yaml": ["unreadable-manifest"],
    "text=needed++base%3A": ["deleted-service"],
    "text=%3Cimg": ["many-ports", "lower-case", "lower-case", "taken-twice", "taken-twice"],
    "text=no-such-word": [],
    "rule=no-such-rule&severity=note": NOTES,
    "else=1&severity=note": NOTES,
}
VISIBLE = "Array.from(document.querySelectorAll('details:not([hidden])'), (one) => one.dataset.rule)"


def test_the_address_says_what_is_shown(open_page: "OpenPage", page: str) -> None:
    script = f"""
        const shown = {{}};
        for (const fragment of {json.dumps(list(SHOWN))}) {{
            history.replaceState(null, "", "#" + fragment);
            dispatchEvent(new HashChangeEvent("hashchange"));
            shown[fragment] = {VISIBLE};
        }}
        document.title = JSON.stringify(shown);
    """
    assert json.loads(title(open_page(with_script(page, script)))) == SHOWN


CHOSEN = {
    "form.severity[0].click()": [5, "#severity=warning&severity=note"],
    "form.severity[0].click();": [10, "#"],
    "form.rule.value = 'many-ports'; form.rule.dispatchEvent(event)": [2, "#rule=many-ports"],
    "form.text.value = ' Ports  ARE '; form.text.dispatchEvent(event)": [2, "#rule=many-ports&text=+Ports++ARE+"],
    "form.rule.value = ''; form.text.value = ''; form.text.dispatchEvent(event)": [10, "#"],
    "form.cluster.value = 'lab & more'; form.cluster.dispatchEvent(event)": [4, "#cluster=lab+%26+more"],
}


def test_what_is_chosen_is_shown_and_stands_in_the_address(open_page: "OpenPage", page: str) -> None:
    script = f"""
        const event = new Event("input", {{bubbles: true}});
        const found = [];
        for (const act of [{", ".join(f"() => {{{act}}}" for act in CHOSEN)}]) {{
            act();
            found.push([{VISIBLE}.length, location.hash || "#"]);
        }}
        document.title = JSON.stringify(found);
    """
    assert json.loads(title(open_page(with_script(page, script)))) == list(CHOSEN.values())


@pytest.mark.parametrize("allowed", [True, False])
def test_the_policy_lets_no_other_script_run(open_page: "OpenPage", page: str, allowed: bool) -> None:
    opened = open_page(with_script(page, "document.title = 'forged';", allowed=allowed))
    assert title(opened) == ("forged" if allowed else "nplint report")


MANIFEST = "\n".join(f"line{number}: {'x' * (number % 70)}" for number in range(1, 1001))


def many(number: int) -> Report:
    """A report with so many findings, of all severities, in two clusters."""

    def check(severity: Severity) -> Callable[[Cluster], Problems]:
        def finds(cluster: Cluster) -> Problems:
            """Something is found.

            It matters.
            """
            for index in range(list(Severity).index(severity), number, 3):
                line = index % 1000 + 1
                place = Span("a.yaml", line, 1, line, 5)
                yield Problem(place, f"fact {index}", help="do that", related=((Span("a.yaml", 1, 1, 1, 5), "here"),))

        return finds

    rules = [
        rule(severity=one, source="https://example.com", good="", bad="")(check(one))._replace(name=f"some-{one.value}")
        for one in Severity
    ]
    documents = read(decode("a.yaml", f"apiVersion: v1\nkind: Service\n{MANIFEST}\n".encode()))
    return lint_clusters([Cluster(documents, Profile(name="prod"))], rules)


def test_five_thousand_findings_can_be_filtered(open_page: "OpenPage") -> None:
    text = render(many(5000), Terminal())
    opened = open_page(text, "severity=error&severity=warning&text=fact+4999")
    assert len(opened.all("details")) == 5000
    assert shown(opened) == ["some-warning"]
    assert "".join(opened.texts["output"]) == "1 of 5000 shown"
