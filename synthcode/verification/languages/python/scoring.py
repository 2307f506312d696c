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
import time

from harness import entry_point, form, parsed

_SHORTEST_S = 0.1
_SLOWER = 20
"""A version that takes so many times the program's own time does not end."""
_MOST_WALL_S = 2


def _main(nonce):
    with open("cases.json", encoding="utf-8") as file:
        plan = json.load(file)
    started = time.process_time() + sum(os.times()[2:4])
    _run("solution.py", plan, lambda line: None, _MOST_WALL_S)
    own_s = time.process_time() + sum(os.times()[2:4]) - started
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
        os.waitpid(process, 0)
        return
    try:
        signal.setitimer(signal.ITIMER_PROF, cpu_s)
        signal.setitimer(signal.ITIMER_REAL, max(_MOST_WALL_S, 4 * cpu_s))
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


if __name__ == "__main__":
    _main(sys.stdin.readline().strip())
