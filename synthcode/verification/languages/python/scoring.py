"""Calls many versions of a Python program on the same cases, each in a process of its own, in a sandbox.

This file is not imported: it is copied there, and run there, next to ``harness.py``, ``cases.json``, ``solution.py``
(the program) and ``mutant_0.py`` and so on (its versions). It writes ``NUMBER PLACE RESULT`` for each call of one,
and ``NUMBER done`` when it has ended, in whatever way.
"""

# mypy: ignore-errors

import json
import os
import signal
import sys

from harness import entry_point, form, parsed

_SHORTEST_S = 0.1
_SLOWER = 20
"""A version that takes so many times the program's own time does not end."""
_MOST_S = 2
_CHECK_S = 0.25
_MOST_IDLE_CHECKS = 8
"""A version that sleeps at so many checks in a row, and needs no processor meanwhile, does not end either."""


def _main(nonce):
    with open("cases.json", encoding="utf-8") as file:
        plan = json.load(file)
    started = sum(os.times()[:4])
    _run("solution.py", plan, lambda line: None, _MOST_S)
    own_s = sum(os.times()[:4]) - started
    for number in range(plan["versions"]):

        def emit(line, number=number):
            os.write(1, f"\n{nonce} {number} {line}\n".encode())

        _run(f"mutant_{number}.py", plan, emit, max(_SHORTEST_S, _SLOWER * own_s))
        emit("done")
    os.write(1, f"\n{nonce} end\n".encode())


def _run(path, plan, emit, cpu_s):
    """Run a version in a process of its own, which a signal ends after so many seconds of the processor."""
    process = os.fork()
    if process:
        _wait(process)
        return
    try:
        signal.setitimer(signal.ITIMER_PROF, cpu_s)
        function = entry_point(path, plan)
        for place, source in plan["cases"]:
            arguments = parsed(source)
            try:
                result = form(function(*arguments))
            except Exception as problem:
                result = {"raised": type(problem).__name__}
            emit(f"{place} {json.dumps(result)}")
    finally:
        os._exit(0)


def _wait(process):
    """Wait for a version, and end one that only sleeps. The clock decides nothing else: the machine may be busy."""
    before, idle = None, 0

    def check(number, frame):
        nonlocal before, idle
        now = _state(process)
        idle = idle + 1 if now is not None and now == before and now[0] == "S" else 0
        before = now
        if idle >= _MOST_IDLE_CHECKS:
            os.kill(process, signal.SIGKILL)

    signal.signal(signal.SIGALRM, check)
    signal.setitimer(signal.ITIMER_REAL, _CHECK_S, _CHECK_S)
    os.waitpid(process, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)


def _state(process):
    """Return what a process does, such as R or S, and the processor's time that it has used; None if it has ended."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], fields[11], fields[12]


if __name__ == "__main__":
    _main(sys.stdin.readline().strip())
