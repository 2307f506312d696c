"""C++ programs that attack their tests, the machine or other programs: none passes, and none harms its neighbours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from synthcode.verification.benches import open_bench
from synthcode.verification.cases.case import TestCase
from synthcode.verification.cases.outcome import judge_cases, judge_program
from synthcode.verification.languages.c_family.compiled import CompilingRunner
from synthcode.verification.languages.cpp import CPP
from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.benches import runner_of
from tests.support.programs.hostile_programs import run_hostile_and_good

pytestmark = pytest.mark.toolchains

CASES = (TestCase((2, 3), 5),)
TEST = 'int main() { if (!(add(2, 3) == 5)) throw std::runtime_error("wrong"); assert(add(1, 1) == 2); }'
GOOD = "int add(int a, int b) { return a + b; }"
WRONG = "int add(int a, int b) { return a - b; }"
HEADERS = "#include <bits/stdc++.h>\n#include <unistd.h>\n#include <signal.h>\n#include <sys/socket.h>\n"
ATTACKS = {
    "fork bomb": f"{HEADERS} int add(int a, int b) {{ for (;;) fork(); }}",
    "memory bomb": f"{HEADERS} int add(int a, int b) {{ for (;;) memset(malloc(1 << 28), 1, 1 << 28); }}",
    "disk filler": f'{HEADERS} int add(int a, int b) {{ for (int i = 0;; i++) {{ ofstream f("f" + to_string(i)); '
    "f << string(1 << 24, 'x'); if (!f) abort(); } }",
    "endless output": f"{HEADERS} int add(int a, int b) {{ for (;;) cout << string(1 << 16, 'x'); }}",
    "endless loop": "int add(int a, int b) { volatile int x = 0; for (;;) x = x + 1; }",
    "sleep": f"{HEADERS} int add(int a, int b) {{ sleep(1000); return 5; }}",
    "signal to all": f"{HEADERS} int add(int a, int b) {{ kill(-1, SIGKILL); kill(getppid(), SIGKILL); return 0; }}",
    "exit": f"{HEADERS} int add(int a, int b) {{ exit(0); }}",
    "raw exit": f"{HEADERS} int add(int a, int b) {{ _exit(0); }}",
    "early exit": f"{HEADERS} struct Ends {{ Ends() {{ _exit(0); }} }} ends; {WRONG}",
    "first constructor": f"{HEADERS} __attribute__((constructor(0))) static void f() {{ char b[99]; "
    "long n = read(0, b, 99);"
    f' write(1, b, n > 0 ? n - 1 : 0); write(1, " end\\n", 5); _exit(0); }} {WRONG}',
    "exit status": f"{HEADERS} int add(int a, int b) {{ _exit(127); }}",
    "refusal": f"{HEADERS} int add(int a, int b) {{ _exit(120); }}",
    "forged line": f'{HEADERS} int add(int a, int b) {{ string n; getline(cin, n); cout << n << " end" << endl; '
    'cout << n << " 0 5" << endl; exit(0); }',
    "write replaced": f'{HEADERS} extern "C" ssize_t write(int, const void*, size_t n) {{ _exit(0); }} {WRONG}',
    "long jump": f"{HEADERS} jmp_buf j; int add(int a, int b) {{ if (setjmp(j)) _exit(0); longjmp(j, 1); }}",
    "signal handler": f"{HEADERS} int add(int a, int b) {{ signal(SIGSEGV, [](int) {{ _exit(0); }}); raise(SIGSEGV); "
    "return 0; }",
    "accounts": f'{HEADERS} int add(int a, int b) {{ ifstream f("/etc/passwd"); string s; getline(f, s); '
    "return s.empty() ? 0 : 5; }",
    "environment": f'{HEADERS} int add(int a, int b) {{ return getenv("SECRET_OF_A_TEST") ? 5 : 0; }}',
    "network": f'{HEADERS} int add(int a, int b) {{ return system("getent hosts localhost >/dev/null && ls /sys/class/'
    'net/eth0") == 0 ? 5 : 0; }',
    "other programs": f"{HEADERS} int add(int a, int b) {{ int n = 0; for (auto& e : filesystem::directory_iterator("
    '"/box")) n += e.path().filename() != "program"; return n ? 5 : 0; }',
    "deleting": f'{HEADERS} int add(int a, int b) {{ return system("rm -rf /box /tmp /usr /bin 2>/dev/null"); }}',
    "symlink": f'{HEADERS} int add(int a, int b) {{ symlink("/etc/shadow", "s"); ifstream f("s"); '
    "return f.good() ? 5 : 0; }",
    "assert switched off": f"#define NDEBUG\n#include <cassert>\n#define assert(x)\n#define throw if (0) throw\n"
    f"#define if(x) if (0)\n{WRONG}",
    "test's function replaced": "#include <stdexcept>\nnamespace std { } int add(int a, int b) { return a - b; }\n"
    "struct runtime_error { runtime_error(const char*) { __builtin_exit(0); } };",
    "include of a device": f'#include "/dev/zero"\n{WRONG}',
    "include of a terminal": f'#include "/dev/ptmx"\n{WRONG}',
    "include of what the compiler writes": f'#include "/dev/stdout"\n{WRONG}',
    "compiler bomb": "template <int N> struct B { static const int v = B<N - 1>::v + B<N - 2>::v + B<N % 7>::v; }; "
    f"constexpr long f(long n) {{ return n < 2 ? n : f(n - 1) + f(n - 2); }} constexpr long x = f(60); {WRONG}",
}


@pytest.fixture(scope="module")
def runner() -> CompilingRunner:
    found = open_bench("cpp").runner
    assert isinstance(found, CompilingRunner)
    return replace(found, limits=replace(found.limits, cpu_s=1, wall_s=10, output_bytes=1 << 18))


def test_no_attack_passes_and_no_neighbour_fails(runner: CompilingRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_A_TEST", "1")
    codes = [code for attack in ATTACKS.values() for code in (attack, GOOD)]
    programs = [CPP.with_cases(code, "add", CASES) for code in codes]
    ran = run_hostile_and_good(runner, [program.job for program in programs], runner_of("cpp"))
    verdicts = [judge_cases(CASES, *one).passed for one in zip(programs, ran, strict=True)]
    assert dict(zip(ATTACKS, verdicts[::2], strict=True)) == dict.fromkeys(ATTACKS, 0)
    assert verdicts[1::2] == [1] * len(ATTACKS)


def test_no_attack_passes_a_test_of_the_seeds_own(runner: CompilingRunner) -> None:
    quick = [name for name in ATTACKS if name not in ("compiler bomb", "include of a device", "sleep", "fork bomb")]
    jobs = [CPP.with_test(ATTACKS[name], TestProgram(TEST), "add") for name in quick]
    verdicts = [judge_program(one).passed for one in runner.run(jobs)]
    assert dict(zip(quick, verdicts, strict=True)) == dict.fromkeys(quick, 0)
