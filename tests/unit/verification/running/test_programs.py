"""What came of a program, from the way in which it ended and from what it wrote."""

from __future__ import annotations

import re

import pytest

from synthcode.verification.running.job import Ran
from synthcode.verification.running.programs import result
from synthcode.verification.sandboxes.sandbox import Finished

NONCE = "5f" * 16
MESSAGE = re.compile(r"(?m)^\w+Error: .*")


def ended(exit_code: int, stdout: str = "", stderr: str = "", *, timed_out: bool = False) -> Ran:
    return result(Finished(exit_code, stdout.encode(), stderr.encode(), timed_out), NONCE, MESSAGE, 0.5)


def test_only_the_last_line_with_the_nonce_completes_a_program() -> None:
    assert ended(0, f"x\n{NONCE} 0 [1]\n{NONCE} end\n") == Ran("completed", ("0 [1]",), "", 0.5)
    assert ended(0, f"{NONCE} end\n{NONCE} 0 [1]\n").status == "stopped"
    assert ended(0, "0 [1]\nend\n").status == "stopped"
    assert ended(0, f" {NONCE} end\n").status == "stopped"
    assert ended(1, f"{NONCE} end\n").status == "failed"


@pytest.mark.parametrize("killed", [{"exit_code": 152}, {"exit_code": 137, "timed_out": True}])
def test_a_runtime_that_hangs_after_the_last_test_does_not_count(killed: dict[str, int]) -> None:
    assert ended(**killed, stdout=f"{NONCE} 0 [1]\n{NONCE} end\n") == Ran("completed", ("0 [1]",), "", 0.5)
    late = ended(**killed, stdout=f"{NONCE} 0 [1]\n")
    assert (late.status, late.used_up) == ("timed_out", "timed_out" not in killed)


@pytest.mark.parametrize(
    ("exit_code", "status"),
    [
        (1, "failed"),
        (126, "failed"),
        (127, "failed"),
        (255, "failed"),
        (139, "crashed"),
        (120, "refused"),
        (152, "timed_out"),
    ],
)
def test_how_a_program_ended(exit_code: int, status: str) -> None:
    """126 and 127 say that nothing could be started; a program may end with them, too, and stops no other one."""
    assert ended(exit_code).status == status


def test_a_message_is_the_first_error_without_the_nonce() -> None:
    assert ended(1, f"{NONCE} 0 1", "note\nKeyError: 'a'\x1b[2J\n").message.startswith("KeyError: 'a'")
    assert ended(1, f"{NONCE} 0 1", "").message == ""
