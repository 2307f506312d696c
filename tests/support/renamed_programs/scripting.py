"""Programs of scripting languages, before and after their variables are renamed."""

from __future__ import annotations

CASES = {
    "python": (
        """
import math as m
def f(items, size=3, *rest, **more):
    total, (first, second) = 0, rest
    for place, item in enumerate(items):
        total += item.size * math.sqrt(place)
    with open(items[0]) as source, lock:
        pass
    squares = [one * one for one in items if one]
    key = lambda value: -value
    print(f"{total:>{size}}", sorted(squares, key=key), rest.total)
    return {first: second, **more}
""",
        """
import math as m
def f(v1, v2=3, *v3, **v4):
    v5, (v6, v7) = 0, v3
    for v8, v9 in enumerate(v1):
        v5 += v9.size * math.sqrt(v8)
    with open(v1[0]) as v10, lock:
        pass
    v11 = [v12 * v12 for v12 in v1 if v12]
    key = lambda v13: -v13
    print(f"{v5:>{v2}}", sorted(v11, key=key), v3.total)
    return {v6: v7, **v4}
""",
    ),
    "javascript": (
        """
const helper = (a) => a + 1;
function f(items, {size, deep: [inner]}, ...rest) {
    let total = 0, size2;
    for (const item of items) { total += item.total + helper(item) + `${inner}`; }
    const made = { items, total: total, [rest]: 1 };
    return made;
}
module.exports = { f };
""",
        """
const helper = (v1) => v1 + 1;
function f(items, {size, deep: [v2]}, ...v3) {
    let v4 = 0, v5;
    for (const v6 of items) { v4 += v6.total + helper(v6) + `${v2}`; }
    const v7 = { items, total: v4, [v3]: 1 };
    return v7;
}
module.exports = { f };
""",
    ),
    "typescript": (
        """
interface Shape { area(scale: number): number; [key: string]: any }
function f(items: number[], key?: string): items is Shape {
    const total: number = items.reduce((sum: number, one) => sum + one, 0);
    return total > (key as any).total;
}
class C { constructor(private size: number) { const twice = size * 2; } }
""",
        """
interface Shape { area(v1: number): number; [key: string]: any }
function f(v2: number[], v3?: string): v2 is Shape {
    const v4: number = v2.reduce((v5: number, v6) => v5 + v6, 0);
    return v4 > (v3 as any).total;
}
class C { constructor(private size: number) { const v7 = size * 2; } }
""",
    ),
    "php": (
        """<?php
function f($items, &$size, ...$rest) {
    global $_GET;
    foreach ($items as $key => $item) { $total["key"] = "$item {$key}" . $this->size; }
    $add = function ($one) use ($size) { return $one + $size; };
    return max($add($total), strlen('size'), g(size: 3), self::$rest);
}
""",
        """<?php
function f($v1, &$size, ...$rest) {
    global $_GET;
    foreach ($v1 as $v2 => $v3) { $v4["key"] = "$v3 {$v2}" . $this->size; }
    $v5 = function ($v6) use ($size) { return $v6 + $size; };
    return max($v5($v4), strlen('size'), g(size: 3), self::$rest);
}
""",
    ),
    "ruby": (
        """
def f(items, size = 2, *rest, key: 1, &block)
  total, (first, *others) = 0, rest
  items.each_with_index { |(left, right), place| total += left * place + self.size + count }
  twice = ->(one) { one * 2 }
  puts "#{total} #{twice.call(first)}", key: size
rescue Failure => problem
  others.map { |one| one.total } + key + :total
end
""",
        """
def f(v1, v2 = 2, *v3, key: 1, &v4)
  v5, (v6, *v7) = 0, v3
  v1.each_with_index { |(v8, v9), v10| v5 += v8 * v10 + self.size + count }
  v11 = ->(v12) { v12 * 2 }
  puts "#{v5} #{v11.call(v6)}", key: v2
rescue Failure => v13
  v7.map { |v12| v12.total } + key + :total
end
""",
    ),
}
