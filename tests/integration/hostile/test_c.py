"""C programs that attack their tests, the machine or other programs: none passes, and none harms its neighbours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from synthcode.verification.benches import open_bench
from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.cases.outcome import judge_cases
from synthcode.verification.languages.c import C
from synthcode.verification.languages.c_family.compiled import CompilingRunner
from tests.support.programs.hostile_programs import run_hostile_and_good

pytestmark = pytest.mark.toolchains

CASES = (TestCase((2, 3), 5),)
GOOD = "int add(int a, int b) { return a + b; }"
WRONG = "int add(int a, int b) { return a - b; }"
HEADERS = "#define _GNU_SOURCE\n#include <unistd.h>\n#include <signal.h>\n#include <setjmp.h>\n#include <fcntl.h>\n"
BODIES = {
    "fork bomb": "for (;;) fork();",
    "memory bomb": "for (;;) memset(malloc(1 << 28), 1, 1 << 28);",
    "endless output": 'for (;;) puts("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");',
    "endless loop": "for (volatile int x = 0;; x = 1);",
    "endless recursion": "volatile char big[1 << 16]; big[0] = 1; return add(a, b) + big[0];",
    "signal to all": "kill(-1, 9); kill(getppid(), 9); return 0;",
    "exit": "exit(0);",
    "exit at the end": "atexit((void (*)(void))exit); exit(0);",
    "exit status of the sandbox": "_exit(126);",
    "forged line": 'char n[99]; long k = read(0, n, 99); write(1, n, k > 0 ? k : 0); puts(" 0 5"); exit(0);',
    "closed output": "close(1); return 5;",
    "long jump": "jmp_buf j; if (setjmp(j)) _exit(0); longjmp(j, 1);",
    "accounts": 'return open("/etc/passwd", O_RDONLY) < 0 ? 0 : 5;',
    "other programs": 'return system("test $(ls /box | wc -l) = 1") ? 5 : 0;',
    "deleting": 'return system("rm -rf /box /tmp /usr 2> /dev/null");',
}
ATTACKS = {
    **{name: f"{HEADERS}int add(int a, int b) {{ {body} }}" for name, body in BODIES.items()},
    "first constructor": f"{HEADERS}__attribute__((constructor(0))) static void f(void) {{ char n[99]; "
    f'long k = read(0, n, 99); write(1, n, k > 0 ? k - 1 : 0); write(1, " 0 5\\n", 5); _exit(0); }} {WRONG}',
    "functions replaced": f"long write(int f, const void *b, unsigned long n) {{ return 5; }}\n"
    f"void *memcpy(void *a, const void *b, unsigned long n) {{ return a; }}\n{WRONG}",
    "statements replaced": f"#define return if (0) return\n{WRONG}",
    "include of a device": f'#include "/dev/zero"\n{WRONG}',
    "include of a terminal": f'#include "/dev/ptmx"\n{WRONG}',
    "include of what the compiler writes": f'#include "/dev/stdout"\n{WRONG}',
}


def test_no_attack_passes_and_no_neighbour_fails() -> None:
    found = open_bench("c").runner
    assert isinstance(found, CompilingRunner)
    runner = replace(found, limits=replace(found.limits, cpu_s=1, wall_s=10, output_bytes=1 << 18))
    codes = [code for attack in ATTACKS.values() for code in (attack, GOOD)]
    programs = [C.with_cases(code, "add", CASES) for code in codes]
    ran = run_hostile_and_good(runner, [program.job for program in programs], found)
    verdicts = [judge_cases(CASES, *one).passed for one in zip(programs, ran, strict=True)]
    assert dict(zip(ATTACKS, verdicts[::2], strict=True)) == dict.fromkeys(ATTACKS, 0)
    assert verdicts[1::2] == [1] * len(ATTACKS)


@pytest.mark.parametrize(
    "code",
    [
        f'{WRONG} asm(".globl x");',
        f'static void f(void); __attribute__((section(".preinit_array"))) void *p = f; {WRONG}',
        f'int x(void) __attribute__((ifunc("y"))); {WRONG}',
        f"void _start(void) {{ }} {WRONG}",
    ],
)
def test_programs_that_change_how_programs_start_are_not_run(code: str) -> None:
    with pytest.raises(Untestable, match="how programs start"):
        C.with_cases(code, "add", CASES)
