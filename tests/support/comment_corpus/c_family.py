"""Programs in C, C++ and C#, each with what is left of it without comments."""

from __future__ import annotations

C = (
    """\
#include <a//b.h> // i
#define A 1 // one /* two
#define S "// no" /* c */
#define F(x) \\
  /* first */ \\
  do { x; } while (0) // end \\
  of it
#define D /* c */ (1)
#define E /* nothing */
int f(int/**/a, char b /* b */) { // hi \\
   continued
  char c = '"'; // q
  char *s = "a\\
//b"; return a /* d */ / b; }
#if A // c
#endif /* A */
/* a */ /* b */ int y; /* c */ // d
""",
    """\
#include <a//b.h>
#define A 1
#define S "// no"
#define F(x) \\
  \\
  do { x; } while (0)
#define D (1)
#define E
int f(int a, char b) {
  char c = '"';
  char *s = "a\\
//b"; return a / b; }
#if A
#endif
int y;
""",
)

CPP = (
    """\
#define S R"x(// no)x" // c
#define N 1'000'000 // c
#define M 1'000 // c
auto s = R"d(// no )" /* no */
#define A 1 // no
)d"; // c
auto n = 1'000'000; // c

/// doc
template <class T> // t
[[nodiscard]] /* a */ T f(T x) { return x; }
#pragma once // c
""",
    """\
#define S R"x(// no)x"
#define N 1'000'000
#define M 1'000
auto s = R"d(// no )" /* no */
#define A 1 // no
)d";
auto n = 1'000'000;

template <class T>
[[nodiscard]] T f(T x) { return x; }
#pragma once
""",
)

CSHARP = (
    '''\
#region R // is a name
using System; // u

/// <summary>Doc.</summary>
class A {
    string a = @"// ""no"" /* "; // a
    string b = $"{1 /* c */} // no"; // b
    string c = $@"// {1} ""no"""; // c
    string d = """
        // no " ""
        """; // d
    char e = '"'; // e
#if DEBUG // f
    int x; /* g */
#endif // h
}
#endregion // z
''',
    '''\
#region R // is a name
using System;

class A {
    string a = @"// ""no"" /* ";
    string b = $"{1 } // no";
    string c = $@"// {1} ""no""";
    string d = """
        // no " ""
        """;
    char e = '"';
#if DEBUG
    int x;
#endif
}
#endregion
''',
)
