"""Texts of which a compiler's verdict is known: what it refuses after parsing, and what only looks like that."""

from __future__ import annotations

SOUND: dict[str, list[str]] = {
    "go": [
        "func f() {\nouter:\n\tfor {\n\t\tselect {\n\t\tdefault:\n\t\t\tbreak outer\n\t\t}\n\t}\n}",
        "func f(x int) { switch { case x > 1: fallthrough // on\n// and on\ncase x > 1: default: } }",
        'func f(x any) { switch x { case 1, "1", 1.0: case y: case y: } }\nvar m = map[int]T{a: {B: 1}, a: {B: 1}}',
        "func f(x int) (err error) { y, err := g(); { y := y; _ = y }; return }\nfunc g() (int, error) { for {} }",
        "func f(x int) int { switch { case x > 1: (panic(x))\ndefault: if x > 0 { return 1 } else { goto e } }; e: for {} }",
        "func f() { x, ok := m[1]; y, ok := <-c; z, ok := v.(int); a, b, _ := g(); func() int { return 1 }() }",
        'import "fmt"\nimport f "fmt"\nfunc init() {}\nfunc init() {}\nfunc (t T) x() {}\nvar x, _ = 1, 2\nvar _ = 3',
    ],
}
REFUSED: dict[str, list[str]] = {
    "go": [
        "func f() { L: for {} }",
        "func f() { L: for { break L }; L: for { break L } }",
        "func f() { L: if true { for { continue L } } }",
        "func f(x int) { switch x { case 1: case 1: } }",
        "func f(x int) { switch x { case 0x10, 16: } }",
        "func f(x int) { switch x { case -1: case -1: } }",
        "func f(x any) { switch x.(type) { case int: case string, int: } }",
        'var m = map[string]int{"a": 1, "a": 2}',
        "func f() { fallthrough }",
        "func f(x int) { switch x { case 1: fallthrough } }",
        "func f(x int) { switch x { case 1: if x > 0 { fallthrough }\ncase 2: } }",
        "func f(x any) { switch x.(type) { case int: fallthrough\ndefault: } }",
        "package p\npackage q\nfunc f() {}",
        "package p\nfunc f() {}\npackage p",
        "func f(x int) { x := 1 }",
        "func f() { var x int; x := 2 }",
        "func f() { const a = 1; var a int }",
        "func f() { a, a := 1, 2 }",
        "var x int\nfunc x() {}",
        'import ("fmt"; "os"; "fmt")\nfunc f() {}',
        "func f() { return 1 }",
        "func f() int { return }",
        "func f(x int) int { if x > 0 { return 1 } }",
        "func f(x int) int { for { break } }",
        "func f() { x, y := 1 }",
        "func f() { x := 1, 2 }",
        "var x, y = 1",
    ],
}
