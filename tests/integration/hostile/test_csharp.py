"""C# programs that attack the machine, their neighbours or their own tests."""

from __future__ import annotations

import pytest

from synthcode.verification.languages.tested import TestProgram
from tests.support.programs.hostile_programs import assert_each_costs_itself_only
from tests.support.programs.tested_programs import TestedPrograms

GOOD = "public static int square(int a) { return a * a; }"
START = "System.Diagnostics.Process.Start"


def body(statements: str, members: str = "") -> str:
    """Return a program whose method does something and returns a wrong result."""
    return (
        f"class Squares {{ {members} public static int square(int a) {{ if (a != 99) {{ {statements} }} return 1; }} }}"
    )


def right_if(statements: str) -> str:
    """Return a program that is right if it sees what it should not see."""
    return body(f"try {{ {statements} }} catch (Exception) {{ }}")


def native(declaration: str) -> str:
    """Return the declaration of a function of the C library."""
    return f'[System.Runtime.InteropServices.DllImport("libc")] static extern {declaration};'


ENDLESS = {
    "fork bomb": (body(f'while (true) {START}("sh", "-c \\"sleep 100\\"");'), "test_timeout|test_failed|test_crash"),
    "native fork bomb": (body("while (true) fork();", native("int fork()")), "test_timeout|test_failed|test_crash"),
    "threads": (
        body("while (true) new Thread(() => { while (true) { } }).Start();"),
        "test_timeout|test_failed|test_crash",
    ),
    "memory": (
        body("var x = new List<byte[]>(); while (true) { var b = new byte[1 << 26]; b[0] = 1; x.Add(b); }"),
        "test_timeout|test_failed|test_crash",
    ),
    "native memory": (
        body("while (true) System.Runtime.InteropServices.Marshal.AllocHGlobal(1 << 26);"),
        "test_timeout|test_failed|test_crash",
    ),
    "output": (body('while (true) Console.WriteLine("0 4");'), "test_timeout|test_crash"),
    "loop": (body("while (a != 0) a = a + 2 | 1;"), "test_timeout"),
    "sleep": (body("Thread.Sleep(1000000);"), "test_timeout"),
    "finally": (body("try { Thread.CurrentThread.Abort(); } finally { while (true) { } }"), "test_timeout"),
    "finalizer": (
        body("new Squares(); GC.Collect(); GC.WaitForPendingFinalizers();", "~Squares() { while (true) { } }"),
        "test_timeout|test_failed",
    ),
}
FORGED = 'Console.WriteLine("\\n{0} 0 4\\n{0} 1 9\\n{0} end\\n", word)'
HOSTILE = {
    "recursion": (body("return square(a) + 1;"), "test_crash|test_failed|test_timeout"),
    "disk": (
        body('using (var f = File.OpenWrite("/tmp/x")) { while (true) f.Write(new byte[1 << 20], 0, 1 << 20); }'),
        "test_failed|test_crash",
    ),
    "signal to the parent": (
        body("kill(getppid(), 9); Thread.Sleep(500);", native("int kill(int a, int b)") + native("int getppid()")),
        "test_crash|test_failed",
    ),
    "signal to all": (
        body("kill(-1, 9); Thread.Sleep(500);", native("int kill(int a, int b)")),
        "test_crash|test_failed",
    ),
    "exit": (body("Environment.Exit(0);"), "test_failed"),
    "exit at start": (body("", "static Squares() { Environment.Exit(0); }"), "test_failed"),
    "native exit": (body("_exit(0);", native("void _exit(int a)")), "test_failed"),
    "exit as if refused": (body("Environment.Exit(120);"), "test_failed|test_crash"),
    "fail fast": (body('Environment.FailFast("");'), "test_crash|test_failed|test_timeout"),
    "at exit": (
        body("AppDomain.CurrentDomain.ProcessExit += (o, e) => Environment.Exit(0); throw new Exception();"),
        "test_failed",
    ),
    "another thread": (
        body("new Thread(() => { throw new Exception(); }).Start(); Thread.Sleep(500);"),
        "test_failed|test_crash",
    ),
    "reads first": (
        body("", f"static Squares() {{ var word = Console.In.ReadLine(); {FORGED}; Environment.Exit(0); }}"),
        "test_failed",
    ),
    "forged lines": (body(f'var word = "nonce"; {FORGED}; Environment.Exit(0);'), "test_failed"),
    "reads the input again": (
        right_if('if (File.OpenRead("/proc/self/fd/0").ReadByte() >= 0) return a * a;'),
        "test_failed",
    ),
    "no output": (body("Console.OpenStandardOutput().Close(); Console.SetOut(null);"), "test_failed"),
    "harness": (
        right_if(
            "foreach (var type in System.Reflection.Assembly.GetEntryAssembly().GetTypes()) foreach (var field in "
            "type.GetFields((System.Reflection.BindingFlags)56)) { var value = field.GetValue(null);"
            'if (value is SynthcodeHarness.Harness || Regex.IsMatch("" + value, "[0-9a-f]{32}")) return a * a; }'
        ),
        "test_failed",
    ),
    "network": (right_if('new System.Net.Sockets.TcpClient("1.1.1.1", 53); return a * a;'), "test_failed"),
    "accounts": (right_if('if (File.ReadAllText("/etc/passwd").Length > 0) return a * a;'), "test_failed"),
    "environment": (
        right_if('if (Environment.GetEnvironmentVariable("SYNTHCODE_SECRET") != null) return a * a;'),
        "test_failed",
    ),
    "others": (right_if('if (Directory.GetFiles("/box", "*.cs").Length > 1) return a * a;'), "test_failed"),
    "home": (right_if('if (Directory.GetFileSystemEntries("/root").Length > 0) return a * a;'), "test_failed"),
    "deletes": (
        body('foreach (var one in new[] { "/box", "/tmp", "/usr" }) try { Directory.Delete(one, true); } catch { }'),
        "test_failed|test_timeout",
    ),
    "links": (
        right_if('symlink("/etc/shadow", "/tmp/x"); if (File.ReadAllText("/tmp/x").Length > 0) return a * a;').replace(
            "class Squares {", "class Squares { " + native("int symlink(string a, string b)")
        ),
        "test_failed",
    ),
    "own equality": (
        "class I : IComparable, IEquatable<int> { public bool Equals(int o) { return true; } public int CompareTo("
        "object o) { return 0; } public override bool Equals(object o) { return true; } public override int "
        'GetHashCode() { return 4; } public override string ToString() { return "4"; }\n'
        "public static implicit operator int(I i) { return 4; } }\n"
        "class Squares { public static I square(int a) { return new I(); } }",
        "None",
    ),
    "own number format": (
        body(
            'var own = (CultureInfo)CultureInfo.InvariantCulture.Clone(); own.NumberFormat.NegativeSign = "";'
            "Thread.CurrentThread.CurrentCulture = own; return -a * a;"
        ).replace("CultureInfo", "System.Globalization.CultureInfo"),
        "test_failed",
    ),
    "own exception": (
        body(
            "throw new Fake();",
            'class Fake : Exception { public override string Message { get { Environment.Exit(0); return ""; } } }',
        ),
        "test_failed",
    ),
}


@pytest.mark.toolchains
def test_each_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTHCODE_SECRET", "1")
    assert_each_costs_itself_only("csharp", GOOD, HOSTILE)


@pytest.mark.toolchains
def test_each_endless_one_costs_itself_only() -> None:
    assert_each_costs_itself_only("csharp", GOOD, ENDLESS, endless_s=2)


@pytest.mark.slow
def test_a_test_of_its_own_is_not_passed_early() -> None:
    test = TestProgram(
        'class Tests { static void Main() { if (Squares.square(2) != 4) { throw new Exception("wrong"); } } }'
    )
    good = f"class Squares {{ {GOOD} }}"
    early = [HOSTILE[name][0] for name in ("exit", "exit at start", "native exit", "at exit", "reads first")]
    outcomes = TestedPrograms("csharp").judge_tests("square", [(code, test) for code in [good, *early]])
    assert [outcome.reason for outcome in outcomes] == [None, *["test_failed"] * len(early)]
