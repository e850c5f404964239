"""What loading the rules costs over `nplint --version`: `python benchmarks/startup.py` prints CPU times."""

import resource
import subprocess
import sys

ROUNDS = 30
PROGRAMS = {
    "nplint --version": "import sys; sys.argv = ['nplint', '--version']; from nplint.__main__ import main; main()",
    # As the command has it: without the collector, and without its walk at the end.
    "the rules": "import gc; gc.disable(); from nplint import plugins; plugins.load(); gc.freeze()",
    "nplint rules": "import sys; sys.argv = ['nplint', 'rules']; from nplint.__main__ import main; main()",
}


def cpu(program: str) -> float:
    """The milliseconds that a program takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-P", "-c", program], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Measure all in turn, and print the least of each, which other programs disturb the least."""
    rounds = [{name: cpu(program) for name, program in PROGRAMS.items()} for _ in range(ROUNDS)]
    least = {name: min(times[name] for times in rounds) for name in PROGRAMS}
    for name, time in least.items():
        print(f"{name:<18}{time:6.1f} ms  (+{time - least['nplint --version']:.1f})")


if __name__ == "__main__":
    main()
