"""What a comparison costs in a repository with history: `python benchmarks/revisions.py [MANIFESTS] [COMMITS]`.

Each command runs in turn, so that what else the machine does falls on all alike. Times are medians, and the ratios to a
bare interpreter are what to compare.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROUNDS = 9

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: web-{number}, namespace: team-{team}}}
spec:
  type: NodePort
  selector: {{app: web-{number}}}
  ports: [{{name: http, port: {port}}}]
"""
WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web-{number}, namespace: team-{team}}}
spec:
  selector: {{matchLabels: {{app: web-{number}}}}}
  template:
    metadata: {{labels: {{app: web-{number}}}}}
    spec: {{containers: [{{name: web, image: nginx}}]}}
"""


def manifest(number: int, port: int = 80) -> str:
    return f"{SERVICE}---\n{WORKLOAD}".format(number=number, team=number % 50, port=port)


def history(manifests: int, commits: int) -> str:
    """The repository as `git fast-import` reads it: all manifests, then commits that change one each."""
    lines = [_commit("all", [(f"team-{n % 50}/web-{n}.yaml", manifest(n)) for n in range(manifests)])]
    for number in range(commits - 1):
        changed = number % manifests
        name = f"team-{changed % 50}/web-{changed}.yaml"
        lines.append(_commit(f"change {number}", [(name, manifest(changed, 8000 + number))]))
    return "".join(lines)


def _commit(message: str, files: list[tuple[str, str]]) -> str:
    head = f"commit refs/heads/main\ncommitter nobody <nobody> 0 +0000\ndata {len(message)}\n{message}\n"
    return head + "".join(f"M 100644 inline {name}\ndata {len(text)}\n{text}\n" for name, text in files)


def measure(folder: Path, commands: dict[str, list[str]]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, cwd=folder, capture_output=True, check=False)
            times[name].append(time.perf_counter() - start)
    return {name: median(taken) for name, taken in times.items()}


def main(manifests: int = 5000, commits: int = 1000) -> None:
    python = [sys.executable, "-c", "pass"]
    nplint = [sys.executable, "-m", "nplint"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        git = ["git", "-C", name]
        subprocess.run([*git, "init", "--quiet", "--initial-branch", "main"], check=True)
        subprocess.run([*git, "fast-import", "--quiet"], input=history(manifests, commits).encode(), check=True)
        subprocess.run([*git, "reset", "--quiet", "--hard"], check=True)
        (folder / "README.md").write_text("read")
        subprocess.run([*git, "add", "README.md"], check=True)
        common = {"bare interpreter": python, "git status": ["git", "status", "--porcelain"]}
        idle = measure(folder, {**common, "nplint --staged, no manifest staged": [*nplint, "--staged"]})
        (folder / "team-7/web-7.yaml").write_text(manifest(7, 9999))
        subprocess.run([*git, "add", "team-7"], check=True)
        commands = {
            "nplint --staged, one manifest staged": [*nplint, "--staged"],
            "nplint --against HEAD~100": [*nplint, "--against", "HEAD~100"],
            "nplint, the work tree alone": nplint,
        }
        busy = measure(folder, {**common, **commands})
        (folder / ".nplint.yaml").write_text(
            "clusters:\n" + "".join(f"  team-{team}: {{paths: [team-{team}/**]}}\n" for team in range(50))
        )
        narrow = measure(folder, {**common, "the same in one of 50 declared clusters": [*nplint, "--staged"]})
    print(f"{manifests} manifests, {commits} commits")
    for found in (idle, busy, narrow):
        for label, taken in found.items():
            print(f"{label:<42}{taken * 1000:9.0f} ms{taken / found['bare interpreter']:8.1f}x")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
