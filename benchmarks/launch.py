"""Runs one command and tells what it took: `launch.py STDOUT STDERR COMMAND...`.

A process of its own, and small: the peak that Linux tells of a child is never less than that of who started it.
"""

import os
import select
import sys
import time

INTERVAL = 0.02
"""The least number of seconds between two looks at the memory."""

SHARE = 0.02
"""How much of the time may go into looking, which takes longer where there is more to see."""


def run(out: str, err: str, command: list[str]) -> tuple[int, float, float, int, int]:
    """Exit code, seconds, processor seconds, and the peaks in KiB of the largest process and of all together."""
    writing = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)]
    actions += [(os.POSIX_SPAWN_OPEN, to, path, writing, 0o600) for to, path in ((1, out), (2, err))]
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    together = _watch(child) if sys.platform == "linux" else 0
    _, status, used = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    largest = used.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return os.waitstatus_to_exitcode(status), seconds, used.ru_utime + used.ru_stime, largest, together


def _watch(child: int) -> int:
    """The most KiB that a process and all that it started had at once; returns as soon as it has ended."""
    peak, pause = 0, INTERVAL
    ended = select.poll()
    ended.register(os.pidfd_open(child), select.POLLIN)
    while not ended.poll(pause * 1000):
        start = time.process_time()
        peak = max(peak, sum(map(_memory, _family(child))))
        pause = max(INTERVAL, (time.process_time() - start) / SHARE)
    return peak


def _family(process: int) -> list[int]:
    """A process and all that it started."""
    found = [process]
    for one in found:
        for thread in _threads(one):
            found += map(int, _read(f"/proc/{one}/task/{thread}/children").split())
    return found


def _threads(process: int) -> list[str]:
    try:
        return os.listdir(f"/proc/{process}/task")
    except OSError:
        return []


def _memory(process: int) -> int:
    """KiB of a process; what several share is divided among them."""
    for line in _read(f"/proc/{process}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _read(path: str) -> str:
    """The text of a file, nothing once its process has ended."""
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


if __name__ == "__main__":
    print(*run(sys.argv[1], sys.argv[2], sys.argv[3:]))
