"""Texts of C and C++, by language, that their compilers take or refuse: gcc 12 and clang judged them."""

from __future__ import annotations

SOUND = {
    "c": [
        "int f(int n) { int x = 1; { int x = 2; n += x; } for (int x = 0; x < n; x++) n--; return x + n; }",
        ("int counter; int counter; static int k; static int k;\nint f(void) { return counter + k; }"),
        ("extern int total; extern int total; int total = 1;\nint f(void) { extern int total; return total; }"),
        (
            "int f(int n) { int r = 0; for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) { if (i "
            "* j > 5) goto done; r++; } done: return r; }"
        ),
        "void f(int n) { if (n) goto end; n++; end: }",
        (
            "int f(int n) { if (n) goto end; n++; end: return n; }\n"
            "int g(int n) { if (n) goto end; n--; end: return n; }"
        ),
        (
            "int f(int x, int y) { switch (x) { case 1: switch (y) { case 1: return 1; default: break; "
            "} break; case 2: { return 2; } default: break; } return 0; }"
        ),
        (
            "void send(char *to, const char *from, int count) { int n = (count + 7) / 8; switch (count "
            "% 8) { case 0: do { *to = *from++; case 7: *to = *from++; case 6: *to = *from++; } while "
            "(--n > 0); } }"
        ),
        ("int f(int x) { switch (x) {\n#ifdef FOO\ncase 1: return 2;\n#else\ncase 1: return 3;\n#endif\n} return 0; }"),
        ("#ifdef _WIN32\nint f(int x) { return x; }\n#else\nint f(int x) { return x + 1; }\n#endif"),
        ("int f(void) {\n#if defined(X)\nint a = 1;\n#else\nint a = 2;\n#endif\nreturn a; }"),
        ("struct S {\n#ifdef A\n int x;\n#else\n long x;\n#endif\n};\nint f(struct S *s) { return s->x; }"),
        (
            "#define FOREACH(i, n) for (int i = 0; i < (n); i++)\n"
            "int f(int n) { int s = 0; FOREACH(i, n) { if (i == 3) continue; if (i > 5) break; s += i; "
            "} return s; }"
        ),
        "double f(void) { return 1.5e3 + 0x1.8p3 + 1e-3f + .5 + 1. + 0xFFull + 10UL + 0b1010 + 017 + 0; }",
        ("#ifdef A\n#elifdef B\n#elifndef C\n#endif\nint f(void) { return 1; }"),
        (
            "#if __has_include(<stdio.h>)\n"
            "#include <stdio.h>\n"
            "#endif\n"
            "#define LOG(fmt, ...) printf(fmt __VA_OPT__(,) __VA_ARGS__)\n"
            'void f(void) { LOG("x"); LOG("%d", 1); }'
        ),
        ("#include <complex.h>\ndouble f(double complex z) { return creal(z * I) + cimag(z); }"),
        ("int f(int n) { int s = 0; for (int i = 0; i < n; i++) s++; for (int i = 0; i < n; i++) s--; return s; }"),
        "int f(int x) { int g(int); int g(int y); return g(x); }",
        (
            "int *a, b, c[3], (*d)(int), **e;\n"
            "int f(void) { unsigned long long int x = 1; long unsigned int y = 2; int long z = 3; "
            "const int const_ = 1; return (int)(x + y + z) + const_ + b; }"
        ),
    ],
    "cpp": [
        (
            "int f(int a) { return a; }\n"
            "double f(double a) { return a; }\n"
            "int f(int a, int b) { return a + b; }\n"
            "int f(const char* a) { return *a; }\n"
            "template <typename T> T f(T a, T b, T c) { return a; }\n"
            "template <> int f<int>(int a, int b, int c) { return b; }"
        ),
        (
            "#include <vector>\n"
            "class A { std::vector<int> v; public: int& operator[](int i) { return v[i]; } const int& "
            "operator[](int i) const { return v[i]; } int g() & { return 1; } int g() && { return 2; } "
            "int size() const; };\n"
            "int A::size() const { return 1; }"
        ),
        (
            "int f(int); int f(int x); int f(int y) { return y; }\n"
            "struct A; struct A; struct A { int x; void g(); };\n"
            "void A::g() { }"
        ),
        (
            "int f(int n) { int x = 1; { int x = 2; n += x; } for (int x = 0; x < 2; x++) { } for (int "
            "x = 0; x < 2; x++) { { int x = 3; } } if (int x = n) { return x; } else if (int y = x + "
            "1; y) { return y; } if (n) { int n = 2; return n; } return x; }"
        ),
        (
            "int f(int x) { auto g = [](int x) { return x; }; auto h = [&](int y) { int z = y; return "
            "z + x; }; auto k = [x = 1, y = 2]() mutable { return x++ + y; }; int z = 1; return g(1) + "
            "h(2) + k() + z; }"
        ),
        (
            "#include <string>\n"
            "struct S { S(int, int) { } }; int f(int a, int b) { S x(a * b, a * b); S y{a, b}; double "
            "r(a * b); std::string s(3, 'x'); return (int)r; }"
        ),
        (
            "int& g(); int f(int x, int y) { ++++x; ++(x = 3); (x = 4) = 5; g() = 3; (x > y ? x : y) = "
            "2; x > y ? x : y = 3; return x; }"
        ),
        (
            "#include <vector>\n"
            "struct V { V operator+(const V&) const { return *this; } V& operator=(int) { return "
            "*this; } }; void f(V a, V b) { a + b = 3; }"
        ),
        (
            "struct A { int x, y; A() : A(0) { } explicit A(int v) : x(v), y{v} { } A(const A&) = "
            "default; A(A&&) noexcept = default; A& operator=(const A&) = delete; virtual ~A() = "
            "default; static int n; inline static int m = 1; mutable int k = 2; };\n"
            "int A::n = 0;"
        ),
        (
            "struct B { virtual int f() const = 0; virtual void g() { } virtual ~B() { } }; struct D "
            "final : public B { int f() const override final { return 1; } void g() override { B::g(); "
            "} using B::B; };"
        ),
        (
            "template <typename T> struct S { void f() requires (sizeof(T) > 4) { } void f() requires "
            "(sizeof(T) <= 4) { } void f() { } };"
        ),
        (
            "struct A { int x; auto&& get(this auto&& self) { return self.x; } static int "
            "operator()(int a) { return a; } int operator[](int a, int b) { return a + b; } }; int f() "
            "{ if consteval { return 1; } else { } auto n = 1uz; auto l = [] static { return 1; }; int "
            "y = auto(n); label: return l() + y; end: }"
        ),
        (
            "#include <chrono>\n"
            "#include <string>\n"
            'using namespace std::literals; auto f() { return 10ms + 2h; } auto g() { return "a"s + '
            'R"x(a)"b)x" + "c"; } unsigned long long operator""_km(unsigned long long x) { return x * '
            "1000; } auto h = 5_km + 0b1010 + 1'000'000 + 0x1.8p3 + 1e-3f + 017 + 0xFFull; auto w = "
            'L"a"; auto u = u8"é"; auto c = U\'x\';'
        ),
        (
            "enum class C { A, B }; int f(C c, int x) { switch (c) { case C::A: { int y = 1; return y; "
            "} case C::B: [[fallthrough]]; default: break; } switch (int z = x; z) { case 'a': case "
            "'b': case -1: case sizeof(int): return 1; } switch (x) { case 1: switch (x) { case 1: "
            "return 2; } } return 0; }"
        ),
        (
            "int f(int n) { for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) if (i * j > 5) "
            "goto done; done: return n; }"
        ),
        (
            "#include <utility>\n"
            "int f() { static int c = 0; thread_local int d = 1; constexpr int e = 2; unsigned long "
            "long int j = 6; long unsigned k = 7; auto [a, b] = std::pair{1, 2}; const auto& [x, y] = "
            "std::make_pair(a, b); return ++c + d + e + j + k + a + b + x + y; }"
        ),
        (
            "class A { int x; friend class B; friend int g(const A& a) { return a.x; } friend bool "
            "operator==(const A&, const A&) = default; template <class T> friend class C; };"
        ),
        (
            "struct A { explicit operator bool() const { return true; } operator int() { return 1; } "
            "template <class T> operator T*() { return nullptr; } int operator()(int a) const { return "
            "a; } A* operator->() { return this; } A& operator,(A& a) { return a; } void* operator "
            "new(unsigned long n); };"
        ),
        ("#include <tuple>\nint f() { auto [_, b] = std::tuple(1, 2); return b; }"),
    ],
}

REFUSED = {
    "c": [
        "#include stdio\nint f(void) { return 1; }",
        ("int sum(const int *a, int n) { int s = 0; for (int i = 0; i < n; i++) s += a[i]; int s = 1; return s; }"),
        "int clamp(int v, int lo, int hi) { int v = lo; return v < hi ? v : hi; }",
        "int add(int a, int a) { return a + a; }",
        ("int sq(int x) { return x * x; }\nint sq(int x) { return x * x; }"),
        ("struct P { int x; };\nstruct P { int y; };\nint f(struct P p) { return p.x; }"),
        ("struct P { int x; int x; };\nint f(struct P *p) { return p->x; }"),
        ("enum C { RED, GREEN, RED };\nint f(void) { return RED; }"),
        "int f(int x) { switch (x) { case 1: return 1; case 2: return 2; case 1: return 3; } return 0; }",
        "int f(int x) { switch (x) { default: return 1; case 2: return 2; default: return 0; } }",
        "int f(int x) { if (x) break; return x; }",
        "int f(int x) { switch (x) { case 1: continue; } return x; }",
        "int f(int x) { case 1: return x; }",
        "int f(int x) { again: x++; if (x < 3) goto again; again: return x; }",
        "int f(int x) { if (x < 0) goto fail; return x; }",
        "int f(void) { return 089; }",
        "int f(void) { return 0b102; }",
        "double f(void) { return 1e; }",
        "int f(int x) { return 5++; }",
        "int f(int x) { return x++++; }",
        "int f(int a, int b) { a + b = 3; return a; }",
        "int *f(void) { return &5; }",
        "int f(void) { long long long x = 1; return (int)x; }",
        "int f(void) { signed unsigned x = 1; return (int)x; }",
        ("static extern int counter;\nint f(void) { return counter; }"),
        "int f(void) { void x; return 1; }",
        "int f(int a, void) { return a; }",
        "int f(int register) { return register; }",
        "int switch(int x) { return x; }",
        "struct S { int for; }; int f(struct S *s) { return s->for; }",
        "int f(int a, ..., int b) { return a; }",
        ('#include <stdio.h>\nint f(void) { return 1; }\nprintf("%d\\n", f());'),
    ],
    "cpp": [
        "int f(int x) { if (x) goto out; return x; }",
        "long f() { long long long x = 1; return x; }",
        "int f() { return 09; }",
        "int f(int x) { switch (x) { case 1: return 1; case 1: return 2; } return 0; }",
        "void f() { void x; }",
        "int f(int x) { case 1: return x; }",
        "int f(int n) { for (int i = 0; i < n; i++) { int i = 2; n -= i; } return n; }",
        ("#include <vector>\nint f(std::vector<int> v) { for (int x : v) { int x = 1; } return 0; }"),
        "int f() { try { return 1; } catch (int e) { int e = 2; return e; } }",
        "int g(); int f() { if (int x = g(); x > 1) { int x = 2; return x; } return 0; }",
        ("#include <utility>\nint f(std::pair<int, int> p) { int a = 1; auto [a, b] = p; return a; }"),
        "int f() { auto g = [](int a, int a) { return a; }; return g(1, 2); }",
        "class A { public: int f(int a) { return a; } int f(int b) { return b; } };",
        ("class A { int x; };\nclass A { int y; };"),
        "template <typename T, typename T> T f(T a) { return a; }",
        "struct A { A() {} A() : x(1) {} int x; };",
        (
            "#include <vector>\n"
            "#include <algorithm>\n"
            "void f(std::vector<int> v) { for (;;) { std::for_each(v.begin(), v.end(), [](int x) { if "
            "(x) break; }); } }"
        ),
        "int f() { try { } catch (...) { } catch (int e) { } return 0; }",
        "int f() { try { } catch () { } return 0; }",
        "int f() { return 12lul; }",
        "int f(int a, int b) { if (a && b = 1) return 1; return 0; }",
        "int f() { const int x; return x; }",
        "int f() { int& x; return x; }",
        "int f() { auto x; return 1; }",
        "int f(int& & a) { return a; }",
        "int f(int a = 1, int b) { return a + b; }",
        "int f() { int class = 1; return class; }",
        "int delete(int x) { return x; }",
        ("#include iostream\nint f() { return 1; }"),
        "int f() { template <typename T> T g(T a) { return a; } return 1; }",
        "struct A { template <class T> virtual void f(T); };",
        "int f() override { return 1; }",
        "virtual int f() { return 1; }",
        "int f() const { return 1; }",
        "struct A { static int f() const { return 1; } };",
        "struct A { static virtual int f() { return 1; } };",
        "struct A { void A() { } };",
        "struct A { ~A(int x) { } };",
        "struct A { int x; A(int v) : x(v), x(v) { } };",
        "struct A { auto x = 1; };",
        ('#include <string>\nint f() { return std.string("a").size(); }'),
        ('#include <string>\nstd::string f(int x) { return f"{x}"; }'),
    ],
}
