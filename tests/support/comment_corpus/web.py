"""Programs in JavaScript and TypeScript, each with what is left of it without comments."""

from __future__ import annotations

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
