// The headers that most programs use. All of the library takes twice as long to load, even precompiled.
#ifndef SYNTHCODE_COMMON_H
#define SYNTHCODE_COMMON_H

// A precompiled header holds which templates its inline functions use, not what the compiler makes of them: it makes
// that for each program. Functions such as std::cyl_bessel_i, which hardly any program calls, would take half of that.
#include <cstddef>
#ifndef SYNTHCODE_SPECIAL_FUNCTIONS
#undef _GLIBCXX_USE_STD_SPEC_FUNCS
#endif

#include <algorithm>
#include <array>
#include <bitset>
#include <cassert>
#include <cctype>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <iomanip>
#include <iostream>
#include <list>
#include <map>
#include <numeric>
#include <optional>
#include <queue>
#include <set>
#include <sstream>
#include <stack>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "results.h"

// What a constant needs is made at once, and is part of the precompiled header: here, most of std::string.
#if __cpp_lib_constexpr_string >= 201907L
namespace synthcode_results {

template <typename C> constexpr bool makes_ends() {
    const C text[] = {C('a'), C('b'), C(0)};
    std::basic_string<C> one(text, 2);
    return one.c_str()[0] == one.data()[0];
}

template <typename C> constexpr bool makes_all() {
    const C text[] = {C('a'), C('b'), C(0)};
    std::basic_string<C> one(text, 2), two(one), three(2, C('a')), four(one.begin(), one.end()), five(text, text + 2);
    std::basic_string<C> six(std::move(one)), seven(text);
    one = two;
    one = std::move(three);
    one = text;
    one += C('a');
    one += text;
    one += two;
    one.append(text, 2).append(2, C('a')).append(text).append(two);
    one.insert(0, text).insert(0, two).insert(one.begin(), C('a'));
    one.push_back(C('a'));
    one.pop_back();
    one.replace(0, 1, text).replace(0, 1, 2, C('a'));
    one.reserve(100);
    one.resize(70, C('a'));
    one.clear();
    auto sum = (two + text) + C('a') + two + (text + std::move(four)) + (C('a') + two) + std::move(five);
    sum = sum + (six + seven);
    sum = two + std::move(six);
    sum = std::move(sum) + text;
    return sum.length() > 0 && sum.capacity() > 0 && sum.find(text) + sum.find(C('a')) == 0 && sum[0] == C('a');
}

constexpr bool strings_are_made = makes_all<char>() && makes_all<wchar_t>() && makes_ends<char8_t>() &&
                                  makes_ends<char16_t>() && makes_ends<char32_t>();

} // namespace synthcode_results
#endif

#endif
