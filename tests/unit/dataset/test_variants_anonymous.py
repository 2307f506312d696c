"""The entry point becomes ``f`` wherever a program means it, and nowhere else."""

from __future__ import annotations

import pytest

from synthcode.dataset.variants import anonymise
from synthcode.languages import LANGUAGES


def anonymous(language: str, code: str, name: str = "remove_occ") -> str:
    return anonymise(code, LANGUAGES[language], name)


class TestAnonymising:
    @pytest.mark.parametrize(
        ("language", "name", "before", "after"),
        [
            pytest.param(
                "go",
                "Sum",
                "type S struct{ Sum int }\n\nfunc Sum(s S) int { return s.Sum + Sum(S{Sum: 1}) }\n",
                "type S struct{ Sum int }\n\nfunc f(s S) int { return s.Sum + f(S{Sum: 1}) }\n",
                id="the key of a literal keeps its name, as the field does",
            ),
            pytest.param(
                "go",
                "Area",
                "type A interface{ Area() int }\n\nfunc (s S) Area() int { return 1 }\n"
                "func Area(s A) int { return s.Area() }\n",
                "type A interface{ f() int }\n\nfunc (s S) f() int { return 1 }\nfunc f(s A) int { return s.f() }\n",
                id="a method is renamed in its interface too",
            ),
            pytest.param(
                "java",
                "run",
                "class M {\n    static int run(int n) {\n"
                "        Runnable t = new Runnable() { public void run() { } };\n"
                "        t.run();\n        return run(n - 1);\n    }\n}\n",
                "class M {\n    static int f(int n) {\n        Runnable t = new Runnable() { public void run() { } };\n"
                "        t.run();\n        return f(n - 1);\n    }\n}\n",
                id="an override of a library's method keeps its name",
            ),
            pytest.param(
                "kotlin",
                "run",
                "class A : Runnable {\n    override fun run() { }\n}\n\nfun run(x: Int): Int = run(x - 1)\n",
                "class A : Runnable {\n    override fun run() { }\n}\n\nfun f(x: Int): Int = f(x - 1)\n",
                id="what is marked as an override of a library keeps its name",
            ),
            pytest.param(
                "java",
                "compare",
                "class A implements Comparator<B> {\n    @Override public int compare(B a, B b) { return 0; }\n}\n",
                "class A implements Comparator<B> {\n    @Override public int compare(B a, B b) { return 0; }\n}\n",
                id="an entry point that a library has named keeps its name",
            ),
            pytest.param(
                "php",
                "Sum",
                "<?php\nfunction Sum($x) { $sum = 1; return SUM($x - 1) + sum($x) + $sum; }\n",
                "<?php\nfunction f($x) { $sum = 1; return f($x - 1) + f($x) + $sum; }\n",
                id="PHP calls a function in any case",
            ),
            pytest.param(
                "ruby",
                "sum",
                "def sum(xs)\n  { sum: xs.first }[:sum]\nend\nprivate :sum\n",
                "def f(xs)\n  { sum: xs.first }[:sum]\nend\nprivate :f\n",
                id="the key of a hash and its symbol keep their name",
            ),
            pytest.param(
                "python",
                "count",
                "def count(s, counts):  # count\n    '''count'''\n    return s.count('count') + count(counts, key=1)\n",
                "def f(s, counts):\n    return s.count('count') + f(counts, key=1)\n",
                id="a member of something else, strings and parts of words stay",
            ),
            pytest.param(
                "python",
                "run",
                "class S:\n    def run(self):\n        return self.run()\n\n"
                "s = S()\nprint(s.run(), S().run(), S.run(s), os.run(), f'{s.run()} run')\nopen(run=1)\n",
                "class S:\n    def f(self):\n        return self.f()\n\n"
                "s = S()\nprint(s.f(), S().f(), S.f(s), os.run(), f'{s.f()} run')\nopen(run=1)\n",
                id="a method is called on its class and its instances",
            ),
            pytest.param(
                "java",
                "removeOcc",
                "class RemoveOcc { RemoveOcc() { } static int removeOcc(int a) { return new RemoveOcc().removeOcc(a)"
                " + RemoveOcc.removeOcc(1) + map(RemoveOcc::removeOcc) + map(y -> removeOcc(y)) + o.removeOcc(); } }",
                "class F { F() { } static int f(int a) { return new F().f(a)"
                " + F.f(1) + map(F::f) + map(y -> f(y)) + o.removeOcc(); } }",
                id="a class of the same name is F, constructors included",
            ),
            pytest.param(
                "java",
                "max",
                "class A { int max(int a) { return Math.max(a, max(a)) + Arrays.stream(a).max(); } }",
                "class A { int f(int a) { return Math.max(a, f(a)) + Arrays.stream(a).max(); } }",
                id="what the library calls the same stays",
            ),
            pytest.param(
                "kotlin",
                "run",
                "class run {\n    fun run(x: run): Int = run.run(run(x))\n}\nval a = ::run\n",
                "class F {\n    fun f(x: F): Int = F.f(f(x))\n}\nval a = ::f\n",
                id="a class of the very name",
            ),
            pytest.param(
                "kotlin",
                "trimmed",
                'fun String.trimmed(c: Char) = this.trimmed(c) + "a".trimmed(c) // "${1..trimmed}"\n',
                'fun String.f(c: Char) = this.f(c) + "a".f(c)\n',
                id="an extension is called on anything",
            ),
            pytest.param(
                "csharp",
                "RemoveOcc",
                'class Remove_Occ { int RemoveOcc() => this.RemoveOcc() + Other.RemoveOcc(@"RemoveOcc"); }',
                'class F { int f() => this.f() + Other.RemoveOcc(@"RemoveOcc"); }',
                id="csharp",
            ),
            pytest.param(
                "javascript",
                "count",
                "function count(xs) { const o = { count: 1, ...count, a: count }; return { count, b: o.count }; }\n"
                "module.exports = { count };\nexports.count = count;\nmodule.exports.count = count;\n",
                "function f(xs) { const o = { count: 1, ...f, a: f }; return { count: f, b: o.count }; }\n"
                "module.exports = { f };\nexports.f = f;\nmodule.exports.f = f;\n",
                id="fields keep their names, exports do not",
            ),
            pytest.param(
                "javascript",
                "run",
                "const o = { run: function () { return this.run(); } };\no.run(); p.run();\n",
                "const o = { f: function () { return this.f(); } };\no.f(); p.run();\n",
                id="a function in an object",
            ),
            pytest.param(
                "javascript",
                "run",
                "A.prototype.run = function () {};\nnew A().run(); a.run();\n",
                "A.prototype.f = function () {};\nnew A().f(); a.f();\n",
                id="a function on a prototype",
            ),
            pytest.param(
                "typescript",
                "run",
                "export function run(a: string): void;\nexport function run(a: any) { return run as typeof run; }\n",
                "export function f(a: string): void;\nexport function f(a: any) { return f as typeof f; }\n",
                id="overloads",
            ),
            pytest.param(
                "go",
                "Run",
                "package a\ntype T struct{}\nfunc (t *T) Run(n ...int) { t.Run(n...); os.Run() }\n",
                "package a\ntype T struct{}\nfunc (t *T) f(n ...int) { t.f(n...); os.Run() }\n",
                id="go",
            ),
            pytest.param(
                "php",
                "run",
                "<?php class Run { static function run() { return self::run() . $this->run() . Other::run(); } }\n"
                '$r = new Run; echo "{$r->run()} run", Run::run();\n',
                "<?php class F { static function f() { return self::f() . $this->f() . Other::run(); } }\n"
                '$r = new F; echo "{$r->f()} run", F::f();\n',
                id="php",
            ),
            pytest.param(
                "ruby",
                "odd?",
                "class Odd\n  def self.odd?(s) = odd?(s)\n  private_class_method :odd?\nend\nOdd.odd?(1.odd?)\n",
                "class F\n  def self.f(s) = f(s)\n  private_class_method :f\nend\nF.f(1.odd?)\n",
                id="ruby",
            ),
            pytest.param(
                "c",
                "run",
                '#define GO(x) run(x, "run") + rerun(x) // run\nint *run(int x);\nstruct s { int run; };\n'
                "int *run(int x) { return run(x) + p->run; }\n",
                '#define GO(x) f(x, "run") + rerun(x)\nint *f(int x);\nstruct s { int run; };\n'
                "int *f(int x) { return f(x) + p->run; }\n",
                id="macros, prototypes and fields of C",
            ),
            pytest.param(
                "cpp",
                "run",
                "class Run { Run(); ~Run(); int run(); };\nRun::Run() {}\nint Run::run() { std::run() + ::run(); }\n"
                "int main() { Run r; r.run(); Run* p = &r; p->run(); s.run(); }\n",
                "class F { F(); ~F(); int f(); };\nF::F() {}\nint F::f() { std::run() + ::f(); }\n"
                "int main() { F r; r.f(); F* p = &r; p->f(); s.run(); }\n",
                id="cpp",
            ),
            pytest.param(
                "rust",
                "max",
                "fn max(a: i32) -> i32 { std::cmp::max(a, max(a)).max(1) }\n"
                "mod t { use super::max; fn t() { assert_eq!(max(1), 1); } }\n",
                "fn f(a: i32) -> i32 { std::cmp::max(a, f(a)).max(1) }\n"
                "mod t { use super::f; fn t() { assert_eq!(f(1), 1); } }\n",
                id="rust",
            ),
            pytest.param(
                "rust",
                "run",
                "mod m { pub fn run() { os::run() } }\nuse m::run;\nfn main() { m::run(); run() }\n",
                "mod m { pub fn f() { os::run() } }\nuse m::f;\nfn main() { m::f(); f() }\n",
                id="a namespace of the text",
            ),
            pytest.param(
                "java",
                "run",
                "private Run(int a) { run(a); } // c",
                "private Run(int a) { f(a); }",
                id="members without their class",
            ),
        ],
    )
    def test_the_entry_point_becomes_f(self, language: str, name: str, before: str, after: str) -> None:
        assert anonymous(language, before, name) == after
        assert anonymous(language, after, name) == after
        assert anonymous(language, after, "f") == after

    @pytest.mark.parametrize("name", ["h", "", "\ud800"])
    def test_a_name_that_is_not_there_changes_nothing(self, name: str) -> None:
        assert anonymous("python", "def g(): pass  # c\n", name) == "def g(): pass\n"
