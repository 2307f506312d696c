"""Go programs that attack the machine, their neighbours or their own tests."""

from __future__ import annotations

import pytest

from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.hostile_programs import assert_each_costs_itself_only
from tests.support.programs.tested_programs import TestedPrograms

GOOD = "func square(a int) int { return a * a }"


def body(statements: str) -> str:
    """Return a program whose function does something and returns a wrong result."""
    return f"func square(a int) int {{ {statements}; return 1 }}"


ENDLESS = {
    "fork bomb": (
        body('for { syscall.ForkExec("/proc/self/exe", []string{"x"}, &syscall.ProcAttr{Files: []uintptr{0, 1}}) }'),
        "test_timeout|test_failed|test_crash",
    ),
    "goroutines": (body("for { go func() { select {} }() }"), "test_timeout|test_failed|test_crash"),
    "memory": (
        body("x := [][]byte{}; for { x = append(x, bytes.Repeat([]byte{1}, 1<<26)) }"),
        "test_timeout|test_failed|test_crash",
    ),
    "output": (body('for { fmt.Println("0 4") }'), "test_timeout|test_crash"),
    "loop": (body("for { a++ }"), "test_timeout"),
    "sleep": (body("time.Sleep(time.Hour)"), "test_timeout"),
}
HOSTILE = {
    "disk": (
        body(
            'f, _ := os.Create("/tmp/x"); b := make([]byte, 1<<20)\n'
            "for { if _, err := f.Write(b); err != nil { panic(err) } }"
        ),
        "test_failed",
    ),
    "signal to the parent": (body("syscall.Kill(os.Getppid(), 9); time.Sleep(time.Second)"), "test_crash"),
    "signal to all": (body("syscall.Kill(-1, 9); time.Sleep(time.Second)"), "test_crash|test_failed"),
    "exit": (body("os.Exit(0)"), "test_failed"),
    "exit at start": ("func init() { os.Exit(0) }\n" + body(""), "test_failed"),
    "reads first": (
        "var line, _ = bufio.NewReader(os.Stdin).ReadString('\\n')\n"
        'func init() { fmt.Printf("\\n%s 0 4\\n%s 1 9\\n%s end\\n", line, line, line); os.Exit(0) }\n' + body(""),
        "test_failed",
    ),
    "forged lines": (body('fmt.Println("\\n0 4\\n1 9\\nend"); os.Exit(0)'), "test_failed"),
    "names": (
        "type bool int\ntype string int\nconst true = 0\nfunc recover() int { return 4 }\n" + body(""),
        "test_failed",
    ),
    "network": (body('_, err := net.Dial("tcp", "1.1.1.1:53"); if err == nil { return a * a }'), "test_failed"),
    "accounts": (
        body('b, _ := os.ReadFile("/etc/passwd"); if len(b) > 0 { return a * a }'),
        "test_failed",
    ),
    "environment": (
        body('if strings.Contains(strings.Join(os.Environ(), ""), "SYNTHCODE") { return a * a }'),
        "test_failed",
    ),
    "others": (body('f, _ := filepath.Glob("/box/*.go"); if len(f) != 2 { return a * a }'), "test_failed"),
    "deletes": (body('os.RemoveAll("/box"); os.RemoveAll("/usr"); os.RemoveAll("/tmp")'), "test_failed"),
    "links": (
        body('os.Symlink("/etc/shadow", "/tmp/x"); b, _ := os.ReadFile("/tmp/x"); if len(b) > 0 { return a * a }'),
        "test_failed",
    ),
    "own equality": (
        "type I int\nfunc (I) MarshalJSON() ([]byte, error) { return []byte(`4`), nil }\nfunc (I) String() string "
        "{ return `4` }\nfunc square(a int) I { return 1 }",
        "test_failed",
    ),
    "harness": (
        body("pc, file, _, _ := runtime.Caller(2); if f := runtime.FuncForPC(pc); f != nil { panic(file + f.Name()) }"),
        "test_failed",
    ),
}


@pytest.mark.slow
def test_each_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTHCODE_SECRET", "1")
    assert_each_costs_itself_only("go", GOOD, HOSTILE)


@pytest.mark.toolchains
def test_each_endless_one_costs_itself_only() -> None:
    assert_each_costs_itself_only("go", GOOD, ENDLESS, endless_s=2)


@pytest.mark.slow
def test_a_test_of_its_own_is_not_passed_early() -> None:
    test = TestProgram('func main() { if square(2) != 4 { panic("wrong") } }')
    codes = [GOOD, *(HOSTILE[name][0] for name in ("exit", "exit at start", "reads first", "forged lines"))]
    outcomes = TestedPrograms("go").judge_tests("square", [(code, test) for code in codes])
    assert [outcome.reason for outcome in outcomes] == [None, *["test_failed"] * 4]
