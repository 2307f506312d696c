"""JavaScript programs, and the same in TypeScript, that attack the machine, their neighbours or their own tests."""

from __future__ import annotations

import pytest

from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.hostile_programs import assert_each_costs_itself_only
from tests.support.programs.tested_programs import TestedPrograms

LANGUAGES = ("javascript", "typescript")
GOOD = "function square(a) { return a * a; }"


def body(statements: str) -> str:
    """Return a program whose function does something and returns a wrong result."""
    return f"function square(a) {{ {statements}; return 1; }}"


def unless(statements: str) -> str:
    """Return a program whose function gives the right result only if statements do not throw."""
    return f"function square(a) {{ try {{ {statements}; }} catch {{ return 1; }} return a * a; }}"


ENDLESS = {
    "fork bomb": (body("for (;;) require('child_process').spawn(process.execPath, ['-e', '0'])"), "test_timeout"),
    "threads": (
        body("for (;;) new (require('worker_threads').Worker)('for (;;);', { eval: true })"),
        "test_timeout|test_failed|test_crash",
    ),
    "memory": (body("const all = []; for (;;) all.push(Buffer.alloc(1 << 26, 1))"), "test_crash|test_failed"),
    "output": (body("for (;;) require('fs').writeSync(1, '0 4\\n'.repeat(1000))"), "test_timeout|test_crash"),
    "loop": (body("for (;;) a++"), "test_timeout"),
    "sleep": (body("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)"), "test_timeout"),
    "promises": (body("return (async () => { for (;;) await null; })()"), "test_timeout"),
}
FORGED = "require('fs').writeSync(1, `\\n${word} 0 4\\n${word} 1 9\\n${word} end\\n`)"
HOSTILE = {
    "disk": (body("for (;;) require('fs').appendFileSync('/tmp/x', Buffer.alloc(1 << 20))"), "test_failed"),
    "signal to the parent": (body("process.kill(process.ppid, 'SIGKILL')"), "test_crash|test_failed"),
    "signal to all": (body("process.kill(-1, 'SIGKILL')"), "test_crash|test_failed"),
    "exit": (body("process.exit(0)"), "test_failed"),
    "exit at start": (f"process.exit(0); {body('')}", "test_failed"),
    "exit at the end": (f"process.on('exit', () => {{ process.exitCode = 0; }}); {body('throw 0')}", "test_failed"),
    "reads first": (f"var word = require('fs').readFileSync(0, 'utf8'); {FORGED}; {body('')}", "test_failed"),
    "forged lines": (f"var word = 'nonce'; {body(f'{FORGED}; process.exit(0)')}", "test_failed"),
    "nonce of the parent": (
        unless("if (!/[0-9a-f]{32}/.test(require('fs').readFileSync('/proc/1/cmdline', 'utf8'))) throw 0"),
        "test_failed",
    ),
    "network": (
        "async function square(a) { return await new Promise((done) => { require('net').connect(53, '1.1.1.1')"
        ".on('connect', () => done(a * a)).on('error', () => done(1)); }); }",
        "test_failed",
    ),
    "accounts": (unless("require('fs').readFileSync('/etc/passwd')"), "test_failed"),
    "environment": (unless("if (!process.env.SYNTHCODE_SECRET) throw 0"), "test_failed"),
    "others": (unless("if (require('fs').readdirSync('/box').length < 4) throw 0"), "test_failed"),
    "home": (unless("if (!require('fs').readdirSync('/root').length) throw 0"), "test_failed"),
    "deletes": (
        body(
            "for (const f of ['/box', '/usr', '/tmp']) try { require('fs').rmSync(f, { recursive: true }); } catch {}"
        ),
        "test_failed",
    ),
    "links": (
        unless("require('fs').symlinkSync('/etc/shadow', '/tmp/x'); require('fs').readFileSync('/tmp/x')"),
        "test_failed",
    ),
    "own serialisation": (
        "JSON.stringify = () => '4'; Object.prototype.toJSON = () => 4; Number.prototype.toString = () => '4';"
        "Array.prototype[Symbol.iterator] = Map.prototype.forEach = Object.keys = () => [4];\n"
        "function square(a) { return { toJSON: () => a * a, valueOf: () => a * a, toString: () => `${a * a}` }; }",
        "test_failed",
    ),
    "own output": (
        f"require('fs').writeSync = process.stdout.write = (fd, text) => 1; process.emit = () => 1; {body('')}",
        "test_failed",
    ),
    "harness": (unless("if (!/[0-9a-f]{32}/.test(`${process.mainModule.children}`)) throw 0"), "test_failed"),
}


@pytest.mark.parametrize(
    "language",
    [
        pytest.param("javascript", marks=pytest.mark.slow),
        pytest.param("typescript", marks=pytest.mark.toolchains),
    ],
)
def test_each_costs_itself_only(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTHCODE_SECRET", "1")
    assert_each_costs_itself_only(language, GOOD, HOSTILE)


@pytest.mark.toolchains
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_endless_one_costs_itself_only(language: str) -> None:
    assert_each_costs_itself_only(language, GOOD, ENDLESS, endless_s=1)


@pytest.mark.parametrize("language", ["javascript", pytest.param("typescript", marks=pytest.mark.slow)])
def test_a_test_of_its_own_is_not_passed_early(language: str) -> None:
    test = TestProgram("const assert = require('assert');\nassert.deepEqual(square(2), 4);")
    early = [HOSTILE[name][0] for name in ("exit", "exit at start", "exit at the end", "reads first", "forged lines")]
    early += [f"return; {GOOD.replace('*', '+ 1 +')}", body("require('assert').deepEqual = () => 1")]
    outcomes = TestedPrograms(language).judge_tests("square", [(code, test) for code in [GOOD, *early]])
    assert outcomes[0].reason is None
    assert {outcome.reason for outcome in outcomes[1:]} <= {"test_failed", "compile_error"}
