"""A ValidatingAdmissionPolicy of the API server as a rule: what it would refuse, said before it is asked."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from nplint import admission
from nplint.admission import Request
from nplint.asking import answered
from nplint.check import Check, Problem, Problems, Rule, Unjudged
from nplint.checks import given_up, marked
from nplint.cluster import Cluster
from nplint.document import Document, Span
from nplint.errors import NplintError
from nplint.expressions import Batch, Question, Validation, Verdict, looked_at, mistakes, verdicts
from nplint.finding import Severity
from nplint.mistakes import misshapen, repeated, text_of, unknown
from nplint.node import Node
from nplint.profile import When
from nplint.reach import reach
from nplint.resource import Resource
from nplint.sandbox import Sandbox
from nplint.variables import LEXEME, MOST, Variables, used

_GROUP = "admissionregistration.k8s.io/"
_POLICY, _BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
_NAMES = ("object", "oldObject", "request", "namespaceObject", "params", "authorizer", "variables")
_UNSUPPORTED = {
    r"\bparams\b": "it takes parameters, which are in the cluster",
    r"\bauthorizer\b": "it asks what somebody is allowed to do",
    r"\brequest\.(?!operation\b|name\b|namespace\b|kind\b|resource\b)\w+": "it asks who makes the request, or how",
}
_ACTIONS = {"Deny": Severity.ERROR, "Warn": Severity.WARNING, "Audit": Severity.NOTE}
_DONE = {Severity.ERROR: "refuses", Severity.WARNING: "warns of", Severity.NOTE: "takes down"}


def is_policy(document: Document) -> bool:
    """Whether a document is a policy of the API server, or the binding of one."""
    node = Node(document, value=document.value)
    return text_of(node["apiVersion"]).startswith(_GROUP) and text_of(node["kind"]) in (_POLICY, _BINDING)


class _Policy(NamedTuple):
    """A policy with its bindings. One without any is taken as bound to all that it looks at."""

    node: Node
    bindings: tuple[Node, ...]
    unsupported: dict[str, str]
    variables: Variables

    @property
    def name(self) -> str:
        return text_of(self.node["metadata"]["name"])

    @property
    def rule_name(self) -> str:
        """Its name as that of a rule, which has no dots and begins with a letter."""
        name = self.name.replace(".", "-")
        return name if name[:1].isalpha() else f"policy-{name}"

    @property
    def spec(self) -> Node:
        return self.node["spec"]

    @property
    def severity(self) -> Severity:
        actions = [
            _ACTIONS[text_of(item)] for binding in self.bindings for item in binding["spec"]["validationActions"]
        ]
        return max(actions, default=Severity.ERROR)

    @property
    def hinders(self) -> str:
        """Why nothing of the policy can be judged, "" where most of it can."""
        if self.spec["paramKind"].present or any(one["spec"]["paramRef"].present for one in self.bindings):
            return _UNSUPPORTED[r"\bparams\b"]
        conditions = (self.unsupported_in(text_of(one["expression"])) for one in self.spec["matchConditions"])
        return next(filter(None, conditions), "")

    def unsupported_in(self, expression: str) -> str:
        """Why an expression cannot be evaluated without the cluster, "" where it can."""
        reason = self._unsupported(expression)
        for number, name in enumerate(self.variables.behind(expression), 1):
            if reason:
                return reason
            reason = self._unsupported(self.variables.expressions[name])
            if number > MOST:
                return f"it hangs on more than {MOST} variables"
        return reason

    def _unsupported(self, expression: str) -> str:
        plain = re.sub(LEXEME, lambda found: found[0] if found[1] else "", expression)
        said = (reason for pattern, reason in _UNSUPPORTED.items() if re.search(pattern, plain))
        return next(said, "") or self.unsupported.get(expression, "")

    def matches(self, request: Request, cluster: Cluster) -> bool | str:
        matched = admission.matches(self.spec["matchConstraints"], request, cluster)
        if matched is not True or not self.bindings:
            return matched
        places = (one["spec"]["matchResources"] for one in self.bindings)
        return admission.any_of(admission.matches(place, request, cluster, without_rules=True) for place in places)


def rules(documents: Sequence[Document], sandbox: Sandbox) -> list[tuple[str, Rule]]:
    """The policies among documents as rules, each with its file.

    Raises:
        NplintError: one of them says something that the API server would not take.
    """
    nodes = [Node(document, value=document.value) for document in documents]
    wrong = [mistake for node in nodes for mistake in _misshapen(node)]
    if wrong:
        raise NplintError(*(f"{span.place}: {sentence}" for span, sentence in sorted(wrong)))
    policies = [node for node in nodes if text_of(node["kind"]) == _POLICY]
    bindings: dict[str, list[Node]] = {text_of(node["metadata"]["name"]): [] for node in policies}
    for node in nodes:
        bound = node["spec"]["policyName"]
        if not bound.present:
            continue
        if text_of(bound) not in bindings:
            raise NplintError(f"{bound.span.place}: {unknown('policy', text_of(bound), bindings or ['none'])}")
        bindings[text_of(bound)].append(node)
    return [
        (node.document.source.path, _rule(_policy(node, bindings[text_of(node["metadata"]["name"])], sandbox), sandbox))
        for node in policies
    ]


def _misshapen(node: Node) -> Iterator[tuple[Span, str]]:
    yield from misshapen(node, "policy" if text_of(node["kind"]) == _POLICY else "binding")
    yield from repeated(node.document)


def _policy(node: Node, bindings: Sequence[Node], sandbox: Sandbox) -> _Policy:
    spec = node["spec"]
    known = {text_of(one["name"]): text_of(one["expression"]) for one in spec["variables"]}
    typed = [(one["expression"], "bool") for one in (*spec["validations"], *spec["matchConditions"])]
    typed += [(one["messageExpression"], "string") for one in spec["validations"] if one["messageExpression"].present]
    typed += [(one["expression"], "") for one in spec["variables"]]
    for each, _ in typed:
        for variable in used(text_of(each)):
            if variable not in known:
                raise NplintError(f"{each.span.place}: {unknown('variable', variable, known or ['none'])}")
    unsupported, wrong = {}, []
    for each, span, sentence in mistakes(sandbox, typed, _NAMES):
        if sentence.startswith("undeclared reference"):
            unsupported[text_of(each)] = f"it uses what is not supported here: {sentence}"
        else:
            wrong.append(f"{span.place}: {sentence}")
    if wrong:
        raise NplintError(*wrong)
    return _Policy(node, tuple(bindings), unsupported, Variables(known))


def _rule(policy: _Policy, sandbox: Sandbox) -> Rule:
    done = _DONE[policy.severity]
    return Rule(
        name=policy.rule_name,
        severity=policy.severity,
        summary=f"The admission policy {policy.name} does not let a resource through.",
        rationale=f"The API server {done} such a resource.",
        source="",
        good=(),
        bad=(),
        check=_check(policy, sandbox),
        when=When(),
        quiet=False,
        default=True,
        # The Namespace of a resource decides, which may stand in any file.
        neighbours=True,
    )


def _check(policy: _Policy, sandbox: Sandbox) -> Check:
    asks = _Asks.of(policy)

    def check(cluster: Cluster) -> Problems:
        asked: dict[int, Request] = {}
        for request in admission.requests(cluster):
            matched = policy.matches(request, cluster)
            if matched is False:
                continue
            unknown = matched if isinstance(matched, str) else asks.unknown(request, cluster)
            for reason in [unknown] if unknown else dict.fromkeys(asks.unknown_in(request.resource).values()):
                yield _unjudged(policy, request.resource, reason)
            if not unknown:
                asked[id(request.resource)] = request
        items = [_item(request, cluster) for request in asked.values()]
        answers = verdicts(sandbox, asks.question, [Batch(items)])
        for resource, found in answered(policy.rule_name, [request.resource for request in asked.values()], answers):
            if isinstance(found, str):
                yield given_up(resource, found)
                continue
            unknown_in = asks.unknown_in(resource)
            for verdict in found:
                if verdict.place not in unknown_in:
                    yield from _said(policy, resource, asks.question, verdict)

    return check


class _Asks(NamedTuple):
    """What a policy asks, and why nobody can answer it without the cluster: any of it, and by the validation."""

    question: Question
    hinders: str
    unsupported: dict[int, str]
    words: dict[str, list[int]]
    """The validations that have a word, by their places; -1 is that of the conditions."""

    @classmethod
    def of(cls, policy: _Policy) -> "_Asks":
        validations, hinders = list(policy.spec["validations"]), policy.hinders
        reasons = [policy.unsupported_in(text_of(one["expression"])) for one in validations]
        # What is not supported is not evaluated: it holds.
        asked = [_validation(policy, one, bool(reason)) for one, reason in zip(validations, reasons, strict=True)]
        conditions = [text_of(one["expression"]) for one in policy.spec["matchConditions"]] if not hinders else []
        question = Question(tuple(asked), tuple(map(policy.variables.bound, conditions)))
        unsupported = {place: reason for place, reason in enumerate(reasons) if reason}
        return cls(question, hinders, unsupported, _words(question))

    def unknown(self, request: Request, cluster: Cluster) -> str:
        """Why nothing of a resource can be judged, "" where something can."""
        if any(request.resource.unrendered()):
            return "it is not rendered yet"
        if "namespaceObject" in self.words and _namespace(request, cluster) is None:
            return "it asks for the namespace, which is not in the input"
        return self.hinders or self._filled_in(request.resource).get(-1, "")

    def unknown_in(self, resource: Resource) -> dict[int, str]:
        """Why some of the validations cannot be judged, by their places."""
        return self.unsupported | {place: why for place, why in self._filled_in(resource).items() if place >= 0}

    def _filled_in(self, resource: Resource) -> dict[int, str]:
        chosen = sorted(admission.chosen_by_the_cluster(resource), reverse=True)
        places = ((place, word) for word in chosen for place in self.words.get(word, ()))
        return {place: f"it looks at {word}, which the cluster fills in" for place, word in places}


def _words(question: Question) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    texts = [(-1, text) for text in question.conditions]
    texts += [(place, one.expression) for place, one in enumerate(question.validations)]
    for place, text in texts:
        for word in set(re.findall(r"\w+", text)):
            found.setdefault(word, []).append(place)
    return found


def _validation(policy: _Policy, node: Node, is_unsupported: bool) -> Validation:
    if is_unsupported:
        return Validation("true")
    message = text_of(node["messageExpression"])
    return Validation(
        policy.variables.bound(text_of(node["expression"])),
        policy.variables.bound(message) if message and not policy.unsupported_in(message) else "",
    )


def _namespace(request: Request, cluster: Cluster) -> Any:
    found = [cluster.namespace_objects.get(name) for name in cluster.namespaces(request.resource)]
    return found[0].node.value if len(found) == 1 and found[0] else None


def _item(request: Request, cluster: Cluster) -> dict[str, Any]:
    resource, before = request.resource, cluster.before or cluster
    group, _, version = resource.api_version.rpartition("/")
    object = admission.shown_object(resource, cluster)
    return {
        "object": object,
        "oldObject": admission.shown_object(request.old, before) if request.old else None,
        "namespaceObject": _namespace(request, cluster),
        "request": {
            "operation": request.operation,
            "name": resource.name,
            "namespace": object.get("metadata", {}).get("namespace", ""),
            "kind": {"group": group, "version": version, "kind": resource.kind},
            "resource": {"group": group, "version": version, "resource": admission.plural(resource.kind)},
        },
    }


def _unjudged(policy: _Policy, resource: Resource, reason: str) -> Unjudged:
    said = f"the policy {policy.name} is not judged everywhere: {reason}"
    return Unjudged(resource.node, "resource", said, said)


def _said(policy: _Policy, resource: Resource, question: Question, verdict: Verdict) -> Problems:
    validation = policy.spec["validations"][verdict.place] if verdict.place >= 0 else policy.spec
    expression = question.validations[verdict.place].expression if verdict.place >= 0 else ""
    if verdict.error:
        if text_of(policy.spec["failurePolicy"]) == "Ignore":
            return
        if verdict.is_limit or resource.kind != "Service" or resource.group:
            # The API server has other limits, and fills in defaults of other kinds that are not known here.
            yield _unjudged(policy, resource, f"it cannot be evaluated: {verdict.error}")
            return
        message = f"the policy {policy.name} cannot be evaluated: {verdict.error}"
    else:
        written = " ".join(text_of(validation["expression"]).split())
        message = verdict.said or " ".join(text_of(validation["message"]).split()) or f"failed expression: {written}"
    reason = text_of(validation["reason"]) or "Invalid"
    yield Problem(
        marked(resource, looked_at(resource, reach(expression, ("object",)))),
        message,
        why=f"The API server {_DONE[policy.severity]} such a {resource.kind} ({reason}): policy {policy.name}.",
    )
