"""Programs whose strings look like comments and whose comments hide: with what stripping leaves of each."""

from __future__ import annotations

PYTHON = (
    '''\
#!/usr/bin/env python3
# -*- coding: utf-8 -*-
# Copyright
"""Module."""

import os  # noqa: F401

URL = "http://a#b"  # type: str
TEXT = """
# no
"""


# about f
@decorate  # why
def f(x, y=1):  # pylint: disable=all
    """Doc # no."""

    # first
    s = f"{x}# no{'#'}"  # second
    if x:
        "a comment"
    else: "another"
    return (x,  # third
            y)


class A:
    """Doc."""

    b"bytes"
    attribute = 1
    "what it is"
    other = 2; "same line"

    async def g(self): ("doc"  # in two
                        " more")


class B:
    # nothing
    "doc"
    "more"
''',
    '''\
#!/usr/bin/env python3
# -*- coding: utf-8 -*-

import os

URL = "http://a#b"
TEXT = """
# no
"""


@decorate
def f(x, y=1):
    s = f"{x}# no{'#'}"
    if x:
        pass
    else: pass
    return (x,
            y)


class A:
    b"bytes"
    attribute = 1
    other = 2

    async def g(self): pass


class B:
    pass
''',
)

JAVA = (
    '''\
// Copyright

package a.b; // p

import java.util.*;

/**
 * Doc.
 */
@Deprecated // d
public class A {
    // field

    String url = "http://x"; /* u */ char c = '"'; // "c"
    String text = """
        // no "quoted" /* no */
        """;

    @Override /* o */ public int f(int... xs /* many */) {
        int/**/y = 4 /* four */ / 2;
        return y; /* end */ }
}
''',
    '''\
package a.b;

import java.util.*;

@Deprecated
public class A {
    String url = "http://x"; char c = '"';
    String text = """
        // no "quoted" /* no */
        """;

    @Override public int f(int... xs) {
        int y = 4 / 2;
        return y; }
}
''',
)

JAVASCRIPT = (
    """\
#!/usr/bin/env node
/* eslint-disable */
"use strict"; // s
const r = /[/#"]\\/\\/ "/g; // r
const u = 'http://x' + "/* no */"; // u
const t = `// no ${f(/* c */ `/* no */ ${1 /* d */}`)} // no`;
let z = a/**// b;

/** doc */
export const f = (x /* x */, y) => { // arrow
  // inside
  return x /* several
    lines */ + y
}
call(/* a */ 1, /* b */)
""",
    """\
#!/usr/bin/env node
"use strict";
const r = /[/#"]\\/\\/ "/g;
const u = 'http://x' + "/* no */";
const t = `// no ${f(`/* no */ ${1 }`)} // no`;
let z = a / b;

export const f = (x, y) => {
  return x
 + y
}
call(1,)
""",
)

TYPESCRIPT = (
    """\
/// <reference types="node" />
// @ts-ignore
let a: Array<string> = ["//", `# ${1 /* one */}`]; // c

interface I { // i
  /** m */
  m(x: number /* n */): void;
}
function f<T /* t */, U>(x: T): T { return <any>x; } // f
""",
    """\
/// <reference types="node" />
let a: Array<string> = ["//", `# ${1 }`];

interface I {
  m(x: number): void;
}
function f<T, U>(x: T): T { return <any>x; }
""",
)

GO = (
    """\
//go:build linux
// +build linux

// Package a is one.
package a // p

// #include <stdio.h>
import "C"

// others
import "fmt" // f

//go:embed x.txt
var text string

//go:generate stringer
var w, r = `// no
/* no */`, '"' // w

/* F does
things. */
func F() (int, string) { //nolint
\tx := 1 /* one
\ttwo */
\treturn x, "//" // r
}
""",
    """\
//go:build linux
// +build linux

package a

// #include <stdio.h>
import "C"

import "fmt"

//go:embed x.txt
var text string

var w, r = `// no
/* no */`, '"'

func F() (int, string) {
\tx := 1
\treturn x, "//"
}
""",
)

PHP = (
    """\
#!/usr/bin/php
<!-- // html --> <?php // c ?> # html
<?php
# hash
#[Attribute] // a
class A {
    /** doc */
    public function f(int $a /* x */): string { // c ?>
<p># html // text</p>
<?php /* y */
        $b = <<<X
 // no {$a} # no
 X;
        $c = <<<'Y'
/* no */
Y;
        return "# no" . '//'; # end
    }
}
""",
    """\
#!/usr/bin/php
<!-- // html --> <?php ?> # html
<?php
#[Attribute]
class A {
    public function f(int $a): string { ?>
<p># html // text</p>
<?php
        $b = <<<X
 // no {$a} # no
 X;
        $c = <<<'Y'
/* no */
Y;
        return "# no" . '//';
    }
}
""",
)

RUBY = (
    """\
#!/usr/bin/env ruby
# encoding: utf-8
# frozen_string_literal: true

# head
x = ?# # c
y = %q(# no (nested #) no) # c
z = /#/ =~ "a#b" # c
w = /a # no
/x
puts "#{x # c
}" # d
h = { "#a": 1, b: :"#c" } # e
puts <<~A, <<-B # f
  # no #{x}

A
 # no
 B
=begin
block
=end
foo # g
  .bar # h
  # i
  .baz
# the end
__END__
# data
""",
    """\
#!/usr/bin/env ruby
# encoding: utf-8
# frozen_string_literal: true

x = ?#
y = %q(# no (nested #) no)
z = /#/ =~ "a#b"
w = /a # no
/x
puts "#{x
}"
h = { "#a": 1, b: :"#c" }
puts <<~A, <<-B
  # no #{x}

A
 # no
 B
foo
  .bar
  .baz
__END__
# data
""",
)

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

RUST = (
    """\
#!/usr/bin/env run
#![allow(dead_code)]
//! inner
/*! inner block */

/// doc
#[derive(Debug)] // d
struct A<'a>(&'a str);

/* a /* nested */ comment */
fn f<'a>(x: &'a str) -> char {
    println!("// no {}", x /* c */);
    let r = r#"// " no"#; // r
    let b = b"//"; /* b */ '"'
}
macro_rules! m { ($x:expr) => { /* c */ $x // t
}; }
""",
    """\
#!/usr/bin/env run
#![allow(dead_code)]

#[derive(Debug)]
struct A<'a>(&'a str);

fn f<'a>(x: &'a str) -> char {
    println!("// no {}", x);
    let r = r#"// " no"#;
    let b = b"//"; '"'
}
macro_rules! m { ($x:expr) => { $x
}; }
""",
)

KOTLIN = (
    '''\
#!/usr/bin/env kotlin
@file:JvmName("A") // c

/* a /* nested */ comment */
class A { // hi
    /** doc */
    fun f(x: Int): String { // f

        val s = """ // no ${x /* c */} """
        val c = '"' // q
        return "//$x" /* end */
    }
}
''',
    '''\
#!/usr/bin/env kotlin
@file:JvmName("A")

class A {
    fun f(x: Int): String {

        val s = """ // no ${x } """
        val c = '"'
        return "//$x"
    }
}
''',
)

CORPUS = {
    "python": PYTHON,
    "java": JAVA,
    "javascript": JAVASCRIPT,
    "typescript": TYPESCRIPT,
    "go": GO,
    "php": PHP,
    "ruby": RUBY,
    "c": C,
    "cpp": CPP,
    "csharp": CSHARP,
    "rust": RUST,
    "kotlin": KOTLIN,
}
"""Language -> (source, the same stripped). Both parse without error."""
