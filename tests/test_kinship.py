"""Which files need not be read to know that a change brings nothing new."""

from typing import TYPE_CHECKING

import pytest

from nplint.kinship import kinship
from nplint.reader import decode, read

if TYPE_CHECKING:
    from tests.conftest import Nplint, Repository

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: {0}, namespace: {1}}}
spec: {{type: NodePort, selector: {{app: {0}-pods}}, ports: [{{port: 80, nodePort: {2}}}]}}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: {0}, namespace: {1}, labels: {{app: {0}-pods}}}}
spec:
  containers:
    - {{name: web, envFrom: [{{configMapRef: {{name: settings}}}}], env: [{{name: URL, value: "10.0.0.1:30077"}}]}}
  volumes: [{{name: secrets, secret: {{secretName: keys}}}}]
"""


def is_kin(text: str, data: str) -> bool | None:
    told = kinship(read(decode("a.yaml", text.encode())), ())
    return None if told is None else told("b.yaml", data.encode())


@pytest.mark.parametrize(
    ("text", "akin", "alien"),
    [
        (SERVICE.format("web", "shop", 30080), ["in shop", "{app: web-pods}", "port: 30080"], ["30081", ""]),
        # The same number, as YAML may have it otherwise, and what may hide it.
        (SERVICE.format("web", "shop", 30080), ["0x7580", "0o72600", "072600", "30_080", "kind: Secret"], ["7581"]),
        (POD.format("cart", "shop"), ["shop", "cart-pods", "settings", "keys", ": 30077"], ["web", "30078", "TCP"]),
        # Whoever leaves the namespace to kubectl may be in that of others who do.
        (
            POD.format("cart", "default"),
            ["kind: Pod", "namespace: default", "kind: Pod\nfieldPath: metadata.namespace"],
            ["kind: Pod\nmetadata:\n  namespace: store\n"],
        ),
        (
            POD.format("cart", '""'),
            ["kind: Pod", "kind: A\n  namespace: a\n---\nkind: B", '{"kind": "Pod"}'],
            ["kind: A\n  namespace: a\n---\nkind: B\n  namespace: b\n"],
        ),
    ],
)
def test_words_tell_what_has_to_do_with_a_manifest(text: str, akin: list[str], alien: list[str]) -> None:
    assert [data for data in (*akin, *alien) if is_kin(text, data)] == akin


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [b.yaml]\n",
        "apiVersion: v1\nkind: Service\nmetadata: [\n",
        "apiVersion: v1\nkind: Service\n{{ include }}\n",
    ],
)
def test_what_steers_others_or_cannot_be_read_may_matter_to_all(text: str) -> None:
    assert kinship(read(decode("a.yaml", text.encode())), ()) is None


def test_a_change_of_very_many_manifests_may_matter_to_all() -> None:
    pods = [POD.format(f"pod{number}", "shop") for number in range(600)]
    assert is_kin("---\n".join(pods[:100]), "port: 1") is False
    assert is_kin("---\n".join(pods), "port: 1") is None


def test_only_what_has_to_do_with_a_change_is_read(repository: "Repository", nplint: "Nplint") -> None:
    spaces = [f"team{number}" for number in range(9)]
    repository.commit(
        {f"{space}/svc.yaml": SERVICE.format(space, space, 30090 + number) for number, space in enumerate(spaces)}
        | {f"{space}/pod.yaml": POD.format(space, space) for space in spaces}
    )
    repository.stage({"team3/svc.yaml": f"# more\n{SERVICE.format('team3', 'team3', 30093)}"})
    quiet = nplint("--staged", "--format", "concise")
    assert (quiet.code, quiet.out) == (0, "")
    assert quiet.err.startswith("nothing found in 2 files (1 Service, 1 with node ports); 2 in the base")
    # Where there is something, it is judged among all the others.
    repository.stage({"team3/svc.yaml": SERVICE.format("team3", "team3", 30095)})
    loud = nplint("--staged", "--format", "concise", "--type", "standard", "--select", "node-port-conflict")
    assert (
        loud.out
        == "team3/svc.yaml:4:82: error[node-port-conflict] nodePort 30095 is claimed by Service team5/team5 too\n"
    )
    assert loud.err.startswith("1 error in 18 files (9 Services, 9 with node ports)")
