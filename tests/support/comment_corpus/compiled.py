"""Programs in Java, Kotlin, Go and Rust, each with what is left of it without comments."""

from __future__ import annotations

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
