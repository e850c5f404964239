"""Suppressions that do not do what they are for."""

from nplint import Cluster, Example, Problem, Problems, Severity, rule
from nplint.lapse import FORM, IGNORE, REASON, Fault
from nplint.spelling import shown


@rule(
    severity=Severity.WARNING,
    neighbours=True,
    source="https://github.com/nplint/nplint#suppress-a-finding",
    good=(
        """
        # nplint: ignore-file[node-port-in-dynamic-band] the cluster is older than 1.28
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          annotations:
            nplint.io/ignore: unnamed-port
            nplint.io/ignore-reason: a webhook names the ports
        spec:
          type: NodePort
          ports:
            - port: 80
              nodePort: 30080  # nplint: ignore[node-port-pinned] the firewall knows this port, rule FW-12
            # nplint: ignore[node-port-pinned] and this one, rule FW-13
            - {port: 443, nodePort: 30443}
        """,
    ),
    bad=(
        """
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          annotations:
            nplint.io/ignore: node-port-pinnd  # <- no rule is named node-port-pinnd: did you mean node-port-pinned?
            nplint.io/ignore-reason: the firewall knows this port
        spec:
          type: NodePort
          ports:
            - port: 80  # nplint: ignore[port-out-of-range] it was 80000 once  # <- this suppresses nothing: port-out-of-range is not found here
              nodePort: 30080  # nplint: ignore[node-port-pinned]  # <- this gives no reason
              targetPort: 80  # nplint: ignore node-port-pinned  # <- this suppresses nothing: write it `# nplint: ignore[rule] reason`
        """,
        Example(
            "",
            config="""
            ignore:
              - rule: node-port-pinned
                resource: shop/web
                reason: until the firewall is replaced
                until: 2025-06-30  # <- this ran out on 2025-06-30, so it suppresses nothing
              - rule: duplicate-port  # <- this suppresses nothing: duplicate-port is not found where this looks
                path: vendor/**
                reason: the vendor will mend it
            """,
        ),
    ),
)
def unused_suppression(cluster: Cluster) -> Problems:
    """A suppression suppresses nothing, names no rule, has run out, or gives no reason.

    Left in place, it hides the next finding of its kind, on which nobody has decided.

    A finding is left out by a comment on its line or alone above it, by a comment for the whole file, by an annotation
    of the resource, or by `ignore` in the configuration. Each names the rule and gives the reason. One that has run out
    suppresses nothing; one without a reason does, and is reported.

    A suppression is called useless only where its rule has looked: not in a template, and not where the rule was not
    asked, does not apply or hangs on files that were left out.
    """
    for lapse in cluster.lapses:
        message, why, help_ = _WORDS[lapse.fault]
        words = {"rule": shown(lapse.rule), "hint": lapse.hint}
        help_ = lapse.help or help_.format(reason=_REASONS[lapse.by])
        yield Problem(lapse.at, message.format(**words), why=why, help=help_, about=lapse.about)


_NOTHING = "this suppresses nothing"
_NOT_DONE = "What it is meant for is reported all the same."
_UNSURE = "Whoever finds it later cannot tell whether it still holds."

_WORDS = {
    Fault.MALFORMED: (f"{_NOTHING}: write it `{FORM}`", _NOT_DONE, ""),
    Fault.NO_TEXT: ('{rule} takes the names of rules as text: "rule, rule"', _NOT_DONE, ""),
    Fault.NO_COMMENT: (
        f"{_NOTHING}: JSON has no comments",
        _NOT_DONE,
        f"use the annotation {IGNORE}, or `ignore` in the configuration",
    ),
    Fault.MISPLACED: ("{rule} suppresses nothing here: {hint}", _NOT_DONE, ""),
    Fault.UNKNOWN_RULE: ("no rule is named {rule}: {hint}", _NOT_DONE, ""),
    Fault.EXPIRED: ("this ran out on {hint}, so it suppresses nothing", _NOT_DONE, "mend what it hid, or decide anew"),
    Fault.USELESS: (f"{_NOTHING}: {{hint}}", "", "drop it"),
    Fault.REASONLESS: ("this gives no reason", _UNSURE, "give the reason {reason}"),
}
"""The message of each fault, the consequence where it is not the usual one, and the way out."""

_REASONS = {
    "comment": f"behind the bracket: `{FORM}`",
    "annotation": f"in the annotation {REASON}",
    "configuration": "in `reason`",
}
