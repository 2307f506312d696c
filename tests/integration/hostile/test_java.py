"""Java programs that attack the machine, their neighbours or their own tests."""

from __future__ import annotations

import pytest

from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.hostile_programs import assert_each_costs_itself_only
from tests.support.programs.tested_programs import TestedPrograms

GOOD = "class Squares { static int square(int a) { return a * a; } }"


def body(statements: str, members: str = "") -> str:
    """Return a program whose method does something and returns a wrong result."""
    method = f"static int square(int a) throws Throwable {{ if (a != 99) {{ {statements} }} return 1; }}"
    return f"class Squares {{ {members} {method} }}"


def right_if(statements: str) -> str:
    """Return a program that is right if it sees what it should not see."""
    return body(f"try {{ {statements} }} catch (Throwable problem) {{ }}")


ENDLESS = {
    "fork bomb": (body('while (true) new ProcessBuilder("sleep", "100").start();'), "test_failed|test_crash"),
    "threads": (body("while (true) new Thread(() -> { while (true) { } }).start();"), "test_crash|test_timeout"),
    "memory": (body("List<long[]> x = new ArrayList<>(); while (true) x.add(new long[1 << 20]);"), "test_crash"),
    "output": (body('while (true) System.out.println("0 4");'), "test_timeout"),
    "raw output": (
        body("var out = new FileOutputStream(FileDescriptor.out); while (true) out.write(new byte[1 << 16]);"),
        "test_timeout|test_crash",
    ),
    "loop": (body("while (a != 0) { }"), "test_timeout"),
    "sleep": (body("Thread.sleep(1000000);"), "test_timeout"),
    "lock": (body("while (true) { synchronized (System.out) { Thread.sleep(1000); } }"), "test_timeout"),
}
HOSTILE = {
    "recursion": (body("return square(a) + 1;"), "test_failed"),
    "disk": (
        body('try (var f = new FileOutputStream("/tmp/x")) { while (true) f.write(new byte[1 << 20]); }'),
        "test_failed",
    ),
    "signal": (
        body('new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start(); Thread.sleep(900);'),
        "test_crash|test_failed",
    ),
    "signal to the parent": (body('new ProcessBuilder("kill", "-9", "1").start().waitFor();'), "test_failed"),
    "exit": (body("System.exit(0);"), "test_failed"),
    "exit with its driver's status": (body("System.exit(86);"), "test_crash"),
    "halt": (body("Runtime.getRuntime().halt(0);"), "test_failed"),
    "exit at start": (body("", "static { System.exit(0); }"), "test_failed"),
    "exit later": (
        body(
            "", "static { new Thread(() -> { try { Thread.sleep(5); } finally { System.exit(0); } }).start(); }"
        ).replace("try { Thread.sleep(5); } finally", "try { Thread.sleep(5); } catch (Exception e) { } finally"),
        "test_failed",
    ),
    "hook": (
        body('Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("end")));'),
        "test_failed",
    ),
    "static state": (
        body(
            'System.setProperty("line.separator", "x"); Locale.setDefault(Locale.GERMANY); System.setOut(null);'
            "System.setErr(null); System.setIn(null); TimeZone.setDefault(null);"
            "Thread.setDefaultUncaughtExceptionHandler((t, e) -> System.exit(0));"
        ),
        "test_failed",
    ),
    "interrupts all": (
        body("for (Thread one : Thread.getAllStackTraces().keySet()) one.interrupt();"),
        "test_failed",
    ),
    "reads first": (
        right_if("if (System.in.read() >= 0 || new FileInputStream(FileDescriptor.in).read() >= 0) return a * a;"),
        "test_failed",
    ),
    "reads the input again": (
        right_if('if (new FileInputStream("/proc/self/fd/0").read() >= 0) return a * a;'),
        "test_failed",
    ),
    "forged lines": (
        body(
            'String all = "\\n0 4\\n1 9\\nend\\n"; System.out.println(all);'
            "new FileOutputStream(FileDescriptor.out).write(all.getBytes()); System.exit(0);"
        ),
        "test_failed",
    ),
    "reflection": (
        right_if(
            "Object task = null; for (var f : Thread.class.getDeclaredFields()) { f.setAccessible(true);"
            "task = f.get(Thread.currentThread()); } if (task != null) return a * a;"
        ),
        "test_failed",
    ),
    "unsafe": (right_if('Class.forName("sun.misc.Unsafe"); return a * a;'), "test_failed"),
    "driver": (right_if('Class.forName("RunEach"); return a * a;'), "test_failed"),
    "debugger": (  # it waits no longer than a machine that lets it look needs: jcmd itself tries for ten seconds
        right_if(
            'var seen = new File("/tmp/threads"); var look = new ProcessBuilder("jcmd", '
            '"" + ProcessHandle.current().pid(), "Thread.print").redirectOutput(seen).start();'
            "look.waitFor(3, java.util.concurrent.TimeUnit.SECONDS);"
            'if (java.nio.file.Files.readString(seen.toPath()).contains("main")) return a * a;'
        ),
        "test_failed",
    ),
    "network": (right_if('new java.net.Socket("1.1.1.1", 53); return a * a;'), "test_failed"),
    "accounts": (right_if('if (new File("/etc/passwd").length() > 0) return a * a;'), "test_failed"),
    "environment": (right_if('if (("" + System.getenv()).contains("SYNTHCODE")) return a * a;'), "test_failed"),
    "others": (right_if('if (new File("/box").list().length > 1) return a * a;'), "test_failed"),
    "deletes": (
        body(
            'new ProcessBuilder("rm", "-rf", "/box", "/tmp", "/usr").redirectError(ProcessBuilder.Redirect.DISCARD)'
            ".start().waitFor();"
        ),
        "test_failed|test_timeout",
    ),
    "links": (
        right_if(
            'var link = java.nio.file.Path.of("/tmp/l"); java.nio.file.Files.createSymbolicLink(link, '
            'java.nio.file.Path.of("/etc/shadow")); if (java.nio.file.Files.size(link) > 0) return a * a;'
        ),
        "test_failed",
    ),
    "own equality": (
        "class Squares { static Object square(int a) { return new Object() {"
        'public boolean equals(Object o) { return true; } public String toString() { return "4"; } }; } }',
        "None",
    ),
    "own exception": (
        body(
            "throw new Fake();", "static class Fake extends Exception { public String getMessage() { while (true); } }"
        ),
        "test_failed",
    ),
    "own iterator": (
        "class Squares { static Iterable<Integer> square(int a) { return () -> new Iterator<>() {"
        "public boolean hasNext() { return true; } public Integer next() { return 4; } }; } }",
        "None",
    ),
}


@pytest.mark.toolchains
def test_each_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTHCODE_SECRET", "1")
    assert_each_costs_itself_only("java", GOOD, HOSTILE)


@pytest.mark.toolchains
def test_each_endless_one_costs_itself_only() -> None:
    assert_each_costs_itself_only("java", GOOD, ENDLESS, endless_s=1)


@pytest.mark.toolchains
def test_a_test_of_its_own_is_not_passed_early() -> None:
    test = TestProgram(
        "class Main { public static void main(String[] a) throws Throwable {"
        "if (Squares.square(2) != 4) throw new AssertionError(); } }"
    )
    names = ("exit at start", "halt", "hook")
    outcomes = TestedPrograms("java").judge_tests(
        "square", [(one, test) for one in (GOOD, *(HOSTILE[n][0] for n in names))]
    )
    assert [outcome.reason for outcome in outcomes] == [None, *["test_failed"] * len(names)]
