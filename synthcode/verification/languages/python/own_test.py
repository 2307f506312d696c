"""Runs a Python program that tests itself, in a sandbox. This file is not imported: it is copied there, and run there.

The whole program is ``solution.py``. It passes if it comes to its end without an exception.
"""

# mypy: ignore-errors

import os
import sys
import types


def _main(nonce, write=os.write, end=os._exit, flush=sys.stdout.flush):
    with open("solution.py", encoding="utf-8") as file:
        program = compile(file.read(), "solution.py", "exec")
    module = types.ModuleType("__main__")
    sys.modules["solution"] = module  # a test may import what it tests
    exec(program, module.__dict__)
    flush()
    write(1, f"\n{nonce} end\n".encode())
    end(0)


if __name__ == "__main__":
    _main(sys.stdin.readline().strip())
