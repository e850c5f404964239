"""A rule: a function from a cluster to problems, with its documentation and examples."""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from nplint.cluster import Cluster
from nplint.document import Span
from nplint.finding import Confidence, Edit, Severity
from nplint.node import Node
from nplint.profile import Profile, When
from nplint.resource import Service
from nplint.spelling import nearest, recased, shown, way_out

LINK = re.compile(r"https?://[!#-;=?-{}~]+")
"""The address of a page: no script for a browser, and nothing that ends a link of Markdown or HTML."""


class Problem(NamedTuple):
    """What a rule knows: a place and a sentence.

    `label` is a word on the place itself, `related` other places of the same story, `help` the next step with its
    values. `severity` is given where a problem is less grave than the rule's others, `field` where the API server
    reports it on another field than the one it is written in, `why` where the consequence is not the rule's usual one.
    `about` is the node that a Span in `at` belongs to, where no path leads to the Span itself.

    `fact` is what is wrong in words that nothing else changes, where the message says more: names of neighbours, a
    number of pods, a guess. A baseline recognises the problem by it. `mutual` problems are as much those of the related
    resources: which of them is reported is a matter of the order of the files. They need a `fact`.
    """

    at: Node | Span
    message: str
    label: str = ""
    help: str = ""
    related: tuple[tuple[Node | Span, str], ...] = ()
    edits: tuple[Edit, ...] = ()
    severity: Severity | None = None
    field: str = ""
    confidence: Confidence = Confidence.CERTAIN
    why: str = ""
    about: Node | None = None
    fact: str = ""
    mutual: bool = False

    @property
    def node(self) -> Node | None:
        """The place in the manifest's structure, which tells the resource and the field."""
        return self.at if isinstance(self.at, Node) else self.about


class Unjudged(NamedTuple):
    """What a rule could not decide, and why: `what` names the kind of thing, such as `selector`."""

    at: Node
    what: str
    reason: str
    way_out: str = ""
    """What to do to have it judged, where that is in the user's hands."""


def replacement(node: Node, text: str, *, safe: bool, quotes: bool = True) -> tuple[Edit, ...]:
    """The edit that puts another text in the place of a value, in the quotes that the value has unless `quotes` is off.

    It is safe when it says what the author meant. Unpack it into `Problem.edits`. There is none where other places hang
    on the value through an anchor, alias or merge, or where a tag says what it is.
    """
    start = node.document.source.slice(node.span)[:1]
    if start in ("&", "*", "!") or node.document.is_shared(node.path):
        return ()
    quote = start if quotes and start in ("'", '"') else ""
    return (Edit(node.span, f"{quote}{text}{quote}", safe),)


def removal(node: Node, *, safe: bool) -> tuple[Edit, ...]:
    """The edit that takes a key out of its mapping, with its value and the comment behind it on the line.

    There is none where other places hang on the value, or where the mapping would have nothing left.
    """
    span = node.document.entry(node.path)
    return (Edit(span, "", safe),) if span else ()


def another_node_port(cluster: Cluster, service: Service, node: Node) -> tuple[Edit, ...]:
    """The edit that pins another node port in the place of one that the Service cannot have.

    It is not safe: who uses the port has to be told the new one. There is none where the cluster has no port to spare.
    """
    port = cluster.spare_ports.instead_of(node.number or 0, service)
    return replacement(node, str(port), safe=False) if port else ()


def reported(problem: Problem, cluster: Cluster) -> Problem:
    """The problem as it is, or at the first of its related places that is reported on, where its own one is not."""
    if not problem.node or not cluster.is_context(problem.node.document):
        return problem
    for place in problem.related:
        at, label = place
        if isinstance(at, Node) and not cluster.is_context(at.document):
            others = (other for other in problem.related if other is not place)
            related = ((problem.at, problem.label), *others)
            return problem._replace(at=at, label=label, about=None, related=related)
    return problem


def unknown_word(node: Node, name: str, known: Iterable[str]) -> Problem:
    """The problem of a value that is none of the words that the field `name` takes, with what may be meant."""
    words = [word for word in known if word]
    right, near = recased(node.text, words), nearest(node.text, words)
    way = f"it is spelled {right}" if right else way_out(node.text, words)
    meant = right or near
    edits = replacement(node, meant, safe=bool(right)) if meant else ()
    return Problem(node, f"{name} {shown(node.text)} is not valid: {way}", edits=edits)


Problems = Iterator[Problem | Unjudged]
Check = Callable[[Cluster], Problems]


Manifests = str | Mapping[str, str]


class Example(NamedTuple):
    """Manifests that show a rule: one text, or several by path. A line that is found ends in `# <- message`."""

    manifests: Manifests
    profile: Profile = Profile()
    before: Manifests | None = None
    """The manifests before the change, for a rule about changes."""
    config: str = ""
    """The configuration, for a rule about clusters as they are declared."""

    @property
    def files(self) -> dict[str, str]:
        """The texts by path, without the indentation they have in the rule's source."""
        return _files(self.manifests)

    @property
    def files_before(self) -> dict[str, str] | None:
        """The same for the texts before the change."""
        return None if self.before is None else _files(self.before)


def _files(manifests: Manifests) -> dict[str, str]:
    by_path = {"example.yaml": manifests} if isinstance(manifests, str) else manifests
    return {path: inspect.cleandoc(text) + "\n" for path, text in by_path.items()}


Examples = str | Example | tuple[str | Example, ...] | list[str | Example]


class Rule(NamedTuple):
    """A rule with all that `nplint explain` tells about it.

    `quiet` rules stay silent where it is not known whether they apply, because they would speak about every Service;
    what they would have said is counted. `default` tells whether the rule runs without being selected. What a rule with
    `neighbours` finds in a file hangs on other files too, so a run that leaves some out may find less, or more.
    """

    name: str
    severity: Severity
    summary: str
    rationale: str
    source: str
    good: tuple[Example, ...]
    bad: tuple[Example, ...]
    check: Check
    when: When
    quiet: bool
    default: bool
    neighbours: bool

    @property
    def is_about_changes(self) -> bool:
        """Whether it compares with an earlier revision, so that without one it finds nothing."""
        return bool(self.bad) and all(example.before is not None for example in self.bad)

    @property
    def link(self) -> str:
        """The source where that is the address of a page, else ""."""
        return self.source if LINK.fullmatch(self.source) else ""

    @property
    def why(self) -> str:
        """The consequence in short: the first paragraph of the rationale."""
        return " ".join(self.rationale.split("\n\n", 1)[0].split())


def rule(
    *,
    severity: Severity,
    source: str,
    good: Examples,
    bad: Examples,
    when: When | None = None,
    quiet: bool = False,
    default: bool = True,
    neighbours: bool = False,
) -> Callable[[Check], Rule]:
    """Make a rule of a check. Its name is the function's, its docstring the summary and, below it, why it matters."""

    def make(check: Check) -> Rule:
        summary, _, rationale = inspect.cleandoc(check.__doc__ or "").partition("\n")
        return Rule(
            name=check.__name__.replace("_", "-"),
            severity=severity,
            summary=summary,
            rationale=rationale.strip(),
            source=source,
            good=_examples(good),
            bad=_examples(bad),
            check=check,
            when=when or When(),
            quiet=quiet,
            default=default,
            neighbours=neighbours,
        )

    return make


def _examples(given: Examples) -> tuple[Example, ...]:
    several = given if isinstance(given, tuple | list) and not isinstance(given, Example) else (given,)
    return tuple(Example(example) if isinstance(example, str) else example for example in several)
