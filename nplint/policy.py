"""A ValidatingAdmissionPolicy of the API server as a rule: what it would refuse, said before it is asked."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nplint import admission, matching
from nplint.admission import Wish
from nplint.check import Check, Problem, Problems, Rule, Unjudged
from nplint.checks import answered, given_up, marked
from nplint.cluster import Cluster
from nplint.document import Document, Span
from nplint.errors import NplintError
from nplint.expressions import Batch, Question, Validation, Verdict, looked_at, mistakes, verdicts
from nplint.finding import Severity
from nplint.matching import Request
from nplint.mistakes import misshapen, repeated, text_of, unknown
from nplint.node import Node
from nplint.profile import When
from nplint.reach import reach
from nplint.resource import Resource, Service
from nplint.sandbox import Sandbox
from nplint.variables import LEXEME, MOST, Variables, used

_GROUP = "admissionregistration.k8s.io/"
_VERSIONS = ("v1", "v1beta1", "v1alpha1")
_POLICY, _BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
_NAMES = ("object", "oldObject", "request", "namespaceObject", "params", "authorizer", "variables")
_KNOWN = r"\s*\.\s*(operation|name|namespace|kind|resource)\b"
_PARAMETERS = "it takes parameters, which are in the cluster"
_UNSUPPORTED = {
    r"(?<![\w.])params\b": _PARAMETERS,
    r"(?<![\w.])authorizer\b": "it asks what somebody is allowed to do",
    rf"(?<![\w.])request\b(?!{_KNOWN})": "it asks who makes the request, or how",
    r"(?<![\w.])variables\b(?!\s*\.)": "it takes a variable otherwise than by its name",
}
# The library has these two for texts alone, and does not let others be added.
_MISSING = r"undeclared reference|found no matching overload for '(indexOf|lastIndexOf)'"
_ACTIONS = {"Deny": Severity.ERROR, "Warn": Severity.WARNING, "Audit": Severity.NOTE}
_DONE = {Severity.ERROR: "refuses", Severity.WARNING: "warns of", Severity.NOTE: "takes down"}


def manifests(document: Document) -> list[Node]:
    """The manifests in a document, the items of a List each on their own."""
    node = Node(document, value=document.value)
    items = list(node["items"]) if text_of(node["kind"]).endswith("List") else []
    return [Node(document, item.path, item.value, root=len(item.path)) for item in items] or [node]


def is_policy(node: Node) -> bool:
    """Whether a manifest is a policy of the API server, or the binding of one."""
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
        """How grave it is at most."""
        return max(map(_severity, self.bindings), default=Severity.ERROR)

    @property
    def hinders(self) -> str:
        """Why nothing of the policy can be judged, "" where most of it can."""
        if self.spec["paramKind"].present or any(one["spec"]["paramRef"].present for one in self.bindings):
            return _PARAMETERS
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

    def in_force(self, request: Request, cluster: Cluster) -> "_InForce":
        """Whether it is asked about a request, and how grave that is by the bindings which mean it."""
        constraints = self.spec["matchConstraints"]
        matched = matching.matches(constraints, request, cluster)
        if matched is False and matching.operations(constraints) <= {"DELETE", "CONNECT"}:
            is_named = any(matching.names(rule, request.resource) for rule in constraints["resourceRules"])
            matched = "it is about deletions and connections, which no manifest tells" if is_named else False
        if matched is not True or not self.bindings:
            return _InForce(matched, Severity.ERROR)
        places = [(one, one["spec"]["matchResources"]) for one in self.bindings]
        found = [(matching.matches(place, request, cluster, without_rules=True), one) for one, place in places]
        grave = [_severity(one) for matched, one in found if matched is True]
        return _InForce(matching.any_of(matched for matched, _ in found), max(grave, default=Severity.ERROR))


class _InForce(NamedTuple):
    matched: bool | str
    severity: Severity


def _severity(binding: Node) -> Severity:
    return max(_ACTIONS[text_of(item)] for item in binding["spec"]["validationActions"])


def rules(nodes: Sequence[Node], sandbox: Sandbox) -> list[tuple[str, Rule]]:
    """Policies and their bindings as rules, each with its file.

    Raises:
        NplintError: one of them says something that the API server would not take.
    """
    wrong = [mistake for node in nodes for mistake in _misshapen(node)]
    wrong += [
        mistake for one in {id(node.document): node.document for node in nodes}.values() for mistake in repeated(one)
    ]
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
    is_policy = text_of(node["kind"]) == _POLICY
    shape = list(misshapen(node, "policy" if is_policy else "binding"))
    yield from shape
    version = text_of(node["apiVersion"]).removeprefix(_GROUP)
    if version not in _VERSIONS:
        yield node["apiVersion"].span, unknown("version", version, _VERSIONS)
    if is_policy and not shape and not any(node["spec"][step].value for step in ("validations", "auditAnnotations")):
        yield node["spec"].key.span, "a policy needs validations"


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
        if re.match(_MISSING, sentence):
            unsupported[text_of(each)] = f"it uses what is not supported here: {sentence}"
        else:
            wrong.append(f"{span.place}: {sentence}")
    if wrong:
        raise NplintError(*wrong)
    return _Policy(node, tuple(bindings), unsupported, Variables(known))


def _rule(policy: _Policy, sandbox: Sandbox) -> Rule:
    done = _DONE[policy.severity]
    asked = [" ".join(text_of(one["expression"]).split()) for one in policy.spec["validations"]]
    return Rule(
        name=policy.rule_name,
        severity=policy.severity,
        summary=f"The admission policy {policy.name} does not let a resource through.",
        rationale="\n\n".join(
            [f"The API server {done} such a resource.", *(f"It has to be so: {one}" for one in asked)]
        ),
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
        asked: list[tuple[Request, Severity, dict[int, str]]] = []
        for request in matching.requests(cluster):
            matched, severity = policy.in_force(request, cluster)
            if matched is False:
                continue
            unknown = matched if isinstance(matched, str) else asks.unknown(request, cluster)
            unknown_in = {} if unknown else asks.unknown_in(request, cluster)
            for reason in [unknown] if unknown else dict.fromkeys(unknown_in.values()):
                yield _unjudged(policy, request.resource, reason)
            if not unknown:
                asked.append((request, severity, unknown_in))
        answers = verdicts(sandbox, asks.question, [Batch([admission.item(one[0], cluster) for one in asked])])
        for (request, severity, unknown_in), found in answered(policy.rule_name, asked, answers):
            if isinstance(found, str):
                yield given_up(request.resource, found)
                continue
            for verdict in found:
                if verdict.place not in unknown_in:
                    yield from _said(policy, request.resource, asks.question, verdict, severity)

    return check


class _Asks(NamedTuple):
    """What a policy asks, and why nobody can answer it without the cluster: any of it, and by the validation."""

    question: Question
    hinders: str
    unsupported: dict[int, str]
    wishes: tuple[Wish, ...]
    """What the validations want to know, and last the conditions."""
    is_audited: bool

    @classmethod
    def of(cls, policy: _Policy) -> "_Asks":
        validations, hinders = list(policy.spec["validations"]), policy.hinders
        reasons = [policy.unsupported_in(text_of(one["expression"])) for one in validations]
        # What is not supported is not evaluated: it holds.
        asked = [_validation(policy, one, bool(reason)) for one, reason in zip(validations, reasons, strict=True)]
        conditions = [text_of(one["expression"]) for one in policy.spec["matchConditions"]] if not hinders else []
        question = Question(tuple(asked), tuple(map(policy.variables.bound, conditions)))
        unsupported = {place: reason for place, reason in enumerate(reasons) if reason}
        texts = [*(one.expression for one in question.validations), " ".join(question.conditions)]
        is_audited = bool(policy.spec["auditAnnotations"].value)
        return cls(question, hinders, unsupported, tuple(map(Wish.of, texts)), is_audited)

    def unknown(self, request: Request, cluster: Cluster) -> str:
        """Why nothing of a resource can be judged, "" where something can."""
        resource = request.resource
        if any(resource.node.placeholders()):
            return matching.UNRENDERED
        if resource.node.document.source.path in cluster.kustomizations.altered:
            return "its kustomization changes it"
        return self.hinders or admission.unknown(self.wishes[-1], request, cluster)

    def unknown_in(self, request: Request, cluster: Cluster) -> dict[int, str]:
        """Why some of the validations cannot be judged, by their places."""
        found = {place: admission.unknown(wish, request, cluster) for place, wish in enumerate(self.wishes[:-1])}
        found |= self.unsupported
        if self.is_audited:
            found[len(found)] = "its audit annotations are not evaluated here"
        return {place: reason for place, reason in found.items() if reason}


def _validation(policy: _Policy, node: Node, is_unsupported: bool) -> Validation:
    if is_unsupported:
        return Validation("true")
    message = text_of(node["messageExpression"])
    return Validation(
        policy.variables.bound(text_of(node["expression"])),
        policy.variables.bound(message) if message and not policy.unsupported_in(message) else "",
    )


def _unjudged(policy: _Policy, resource: Resource, reason: str) -> Unjudged:
    said = f"the policy {policy.name} is not judged everywhere: {reason}"
    return Unjudged(resource.node, "resource", said, said)


def _said(policy: _Policy, resource: Resource, question: Question, verdict: Verdict, severity: Severity) -> Problems:
    validation = policy.spec["validations"][verdict.place] if verdict.place >= 0 else policy.spec
    expression = question.validations[verdict.place].expression if verdict.place >= 0 else ""
    if verdict.error:
        if text_of(policy.spec["failurePolicy"]) == "Ignore":
            return
        if verdict.is_limit or not isinstance(resource, Service) or not verdict.is_of_missing:
            # The API server has other limits and functions, and defaults of other kinds that are not known here.
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
        severity=severity,
        why=f"The API server {_DONE[severity]} such a {resource.kind} ({reason}): policy {policy.name}.",
    )
