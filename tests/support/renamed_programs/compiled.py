"""Programs of compiled languages, before and after their variables are renamed."""

from __future__ import annotations

CASES = {
    "java": (
        """
class C {
    private int count;
    int f(int limit, String... names) throws E {
        int max = max(limit, 2), total[] = {1};
        for (String name : names) { total[0] += name.length() + max + C.max + this.limit; }
        outer:
        for (int i = 0; i < limit; i++) { if (i > count) break outer; }
        try (var in = open(names[0])) { } catch (E | F problem) { throw problem; }
        list.forEach(one -> { total[0] += one; });
        return total[0];
    }
    int g(int count) { return count; }
}
""",
        """
class C {
    private int count;
    int f(int v1, String... v2) throws E {
        int v3 = max(v1, 2), v4[] = {1};
        for (String v5 : v2) { v4[0] += v5.length() + v3 + C.max + this.limit; }
        outer:
        for (int v6 = 0; v6 < v1; v6++) { if (v6 > count) break outer; }
        try (var v7 = open(v2[0])) { } catch (E | F v8) { throw v8; }
        list.forEach(v9 -> { v4[0] += v9; });
        return v4[0];
    }
    int g(int count) { return count; }
}
""",
    ),
    "go": (
        """
package main
var limit = 3
func f(items []int, names ...string) (total int, err error) {
	count, max := 0, max(items[0], 1)
	for place, item := range items { total += item*place + p.total }
	point := Point{count: 1}
	add := func(value int) int { return value + limit }
	switch kind := any(names).(type) { case int: fmt.Println(kind) }
	return add(count), err
}
""",
        """
package main
var limit = 3
func f(v1 []int, v2 ...string) (v3 int, v4 error) {
	count, max := 0, max(v1[0], 1)
	for v5, v6 := range v1 { v3 += v6*v5 + p.total }
	v7 := Point{count: 1}
	add := func(v8 int) int { return v8 + limit }
	switch v9 := any(v2).(type) { case int: fmt.Println(v9) }
	return add(count), v4
}
""",
    ),
    "c": (
        """
#define SQUARE(x) ((x) * (x) + scale)
struct node { int value; struct node *next; };
static int size = 3;
int helper(int width);
int f(int *items, const char name[], int (*order)(int, int)) {
    int total = 0, x = 1, scale = 2, *last = items;
    struct node first = { .value = x };
    for (int i = 0; i < size; i++) { total += items[i] + first.value; }
    goto end;
end:
    return total + helper(x) + order(scale, *last) + strlen(name);
}
""",
        """
#define SQUARE(x) ((x) * (x) + scale)
struct node { int value; struct node *next; };
static int size = 3;
int helper(int v1);
int f(int *v2, const char v3[], int (*order)(int, int)) {
    int v4 = 0, x = 1, scale = 2, *v5 = v2;
    struct node v6 = { .value = x };
    for (int v7 = 0; v7 < size; v7++) { v4 += v2[v7] + v6.value; }
    goto end;
end:
    return v4 + helper(x) + order(scale, *v5) + strlen(v3);
}
""",
    ),
    "cpp": (
        """
struct P { int size; P(int size) : size(size) {} int twice() const { return 2 * size; } };
template <typename T, int N> int f(const vector<int>& items, int count, P&& point, int step = 1) {
    vector<int> table(count), more(count + 1, 0);
    auto [left, right] = minmax(items);
    auto add = [&, count, extra = 1](int value) -> int { return value + extra; };
    for (auto& item : items) { table[0] += item + std::max(left, N) + point.count; }
    return add(step) + more[0];
}
""",
        """
struct P { int size; P(int size) : size(size) {} int twice() const { return 2 * size; } };
template <typename T, int N> int f(const vector<int>& v1, int v2, P&& v3, int v4 = 1) {
    vector<int> table(v2), v5(v2 + 1, 0);
    auto [v6, v7] = minmax(v1);
    auto add = [&, v2, v8 = 1](int v9) -> int { return v9 + v8; };
    for (auto& v10 : v1) { table[0] += v10 + std::max(v6, N) + v3.count; }
    return add(v4) + v5[0];
}
""",
    ),
    "csharp": (
        """
class C {
    int count = 1;
    static int F(int[] items, int size, out int rest) {
        var (first, second) = (1, 2);
        foreach (var item in items) { first += item + Math.Max(size, second); }
        if (int.TryParse("1", out var number) && items is int[] list) { }
        Func<int, int> twice = one => one * 2;
        var made = new P { Size = 3, size = first };
        var query = from word in items where word > number select word;
        return G(count: 3).size + twice(first) + made.Size;
    }
}
""",
        """
class C {
    int count = 1;
    static int F(int[] v1, int size, out int v2) {
        var (v3, v4) = (1, 2);
        foreach (var v5 in v1) { v3 += v5 + Math.Max(size, v4); }
        if (int.TryParse("1", out var v6) && v1 is int[] v7) { }
        Func<int, int> twice = v8 => v8 * 2;
        var v9 = new P { Size = 3, size = v3 };
        var v10 = from v11 in v1 where v11 > v6 select v11;
        return G(count: 3).size + twice(v3) + v9.Size;
    }
}
""",
    ),
    "rust": (
        """
fn f<'a>(mut items: Vec<i32>, (left, right): (i32, i32), point: &'a Point, size: usize) -> i32 {
    let mut total = 0;
    if let Some(found) = items.iter().max() { total += found + std::cmp::max(left, right); }
    for (place, &item) in items.iter().enumerate() { println!("{} {size}", place + item, point.total); }
    let add = |one, two: i32| one + two;
    match total { None => 0, other if other > 2 => other, kept @ 1..=5 => kept, _ => add(total, 1) };
    'outer: loop { break 'outer; }
    let made = Point { left, y: total };
    vec![made; total]
}
""",
        """
fn f<'a>(mut v1: Vec<i32>, (left, v2): (i32, i32), v3: &'a Point, size: usize) -> i32 {
    let mut v4 = 0;
    if let Some(v5) = v1.iter().max() { v4 += v5 + std::cmp::max(left, v2); }
    for (v6, &v7) in v1.iter().enumerate() { println!("{} {size}", v6 + v7, v3.total); }
    let add = |v8, v9: i32| v8 + v9;
    match v4 { None => 0, v10 if v10 > 2 => v10, v11 @ 1..=5 => v11, _ => add(v4, 1) };
    'outer: loop { break 'outer; }
    let v12 = Point { left, y: v4 };
    vec![v12; v4]
}
""",
    ),
    "kotlin": (
        """
class C(val size: Int) {
    var count = 0
    fun f(items: List<Int>, names: Map<String, Int> = mapOf()): Int {
        val (first, second) = Pair(1, 2)
        val max = max(first, second)
        for ((key, value) in names) { println("$key ${value}") }
        items.forEach { one -> count += one + this.first }
        try { g(second = 3) } catch (problem: E) { throw problem }
        return items.map { it + size }.sum() + max + first
    }
}
""",
        """
class C(val size: Int) {
    var count = 0
    fun f(v1: List<Int>, v2: Map<String, Int> = mapOf()): Int {
        val (v3, second) = Pair(1, 2)
        val max = max(v3, second)
        for ((key, v4) in v2) { println("$key ${v4}") }
        v1.forEach { v5 -> count += v5 + this.first }
        try { g(second = 3) } catch (v6: E) { throw v6 }
        return v1.map { it + size }.sum() + max + v3
    }
}
""",
    ),
}
