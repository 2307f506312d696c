// Results as canonical JSON, see synthcode/verification/cases/results.py. Containers are known by what they can do, so
// that this file needs few headers: with all of them, names of programs may clash with those of the library.
#ifndef SYNTHCODE_RESULTS_H
#define SYNTHCODE_RESULTS_H

#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <cxxabi.h>
#include <exception>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace synthcode_results {

template <typename T> std::string text(const T &value);

template <typename T>
concept Range = requires(const T &value) {
    value.begin() != value.end();
    *value.begin();
};
template <typename T>
concept Tuple = requires { std::tuple_size<T>::value; };
template <typename T>
concept Optional = requires(const T &value) {
    { value.has_value() } -> std::same_as<bool>;
    *value;
};

inline std::string quoted(const char *bytes, std::size_t length) {
    static const char digits[] = "0123456789abcdef";
    std::string out = "\"";
    for (std::size_t i = 0; i < length; ++i) {
        const unsigned char c = static_cast<unsigned char>(bytes[i]);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += static_cast<char>(c);
        } else if (c < 0x20 || c == 0x7f) {
            out += "\\u00";
            out += digits[c >> 4];
            out += digits[c & 15];
        } else {
            out += static_cast<char>(c);
        }
    }
    return out + '"';
}

template <typename T> std::string integer(T value) {
    std::string out;
    const bool negative = value < 0;
    do {
        const int digit = static_cast<int>(value % 10);
        out.insert(out.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
        value /= 10;
    } while (value != 0);
    return negative ? "-" + out : out;
}

inline std::string number(double value, int digits) {
    if (std::isnan(value)) return "{\"float\": \"nan\"}";
    if (std::isinf(value)) return value > 0 ? "{\"float\": \"inf\"}" : "{\"float\": \"-inf\"}";
    char out[64];
    std::snprintf(out, sizeof out, "%.*g", digits, value);
    std::string written = out;
    return written.find_first_of(".e") == std::string::npos ? written + ".0" : written;
}

template <typename T> std::string items(const T &value) {
    std::string out;
    for (const auto &item : value) {
        if (!out.empty()) out += ", ";
        out += text(item);
    }
    return "[" + out + "]";
}

template <typename T, std::size_t... I> std::string fields(const T &value, std::index_sequence<I...>) {
    std::string out;
    ((out += (I == 0 ? "" : ", ") + text(std::get<I>(value))), ...);
    return "[" + out + "]";
}

template <typename T> std::string text(const T &value) {
    using Key = std::remove_cv_t<std::remove_pointer_t<std::decay_t<T>>>;
    if constexpr (std::is_same_v<T, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::is_same_v<T, char>) {
        return quoted(&value, 1);
    } else if constexpr (std::is_integral_v<T>) {
        return integer(value);
    } else if constexpr (std::is_enum_v<T>) {
        return integer(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
        return number(static_cast<double>(value), std::is_same_v<T, float> ? 9 : 17);
    } else if constexpr (std::is_null_pointer_v<T> || std::is_empty_v<T>) {
        return "null";
    } else if constexpr (std::is_pointer_v<std::decay_t<T>> && std::is_same_v<Key, char>) {
        const char *bytes = value;
        return bytes == nullptr ? "null" : quoted(bytes, std::char_traits<char>::length(bytes));
    } else if constexpr (requires { value.c_str(); value.size(); } && std::is_convertible_v<T, std::string>) {
        return quoted(value.data(), value.size());
    } else if constexpr (std::is_same_v<T, std::string_view>) {
        return quoted(value.data(), value.size());
    } else if constexpr (Optional<T>) {
        return value.has_value() ? text(*value) : "null";
    } else if constexpr (Range<T> && requires { typename T::mapped_type; }) {
        std::string out;
        for (const auto &[key, item] : value) {
            out += (out.empty() ? "[" : ", [") + text(key) + ", " + text(item) + "]";
        }
        return "{\"map\": [" + out + "]}";
    } else if constexpr (Range<T> && requires { typename T::key_type; }) {
        return "{\"set\": " + items(value) + "}";
    } else if constexpr (requires(T item) { item.flip(); } && std::is_convertible_v<T, bool>) {
        return value ? "true" : "false";
    } else if constexpr (Range<T>) {
        return items(value);
    } else if constexpr (Tuple<T>) {
        return "{\"tuple\": " + fields(value, std::make_index_sequence<std::tuple_size_v<T>>()) + "}";
    } else if constexpr (requires { synthcode_record(value); }) {
        return synthcode_record(value);
    } else if constexpr (requires { value.get() == nullptr; *value; }) {
        return value.get() == nullptr ? "null" : text(*value);
    } else if constexpr (requires { value.valueless_by_exception(); }) {
        return visit([](const auto &held) { return text(held); }, value);
    } else if constexpr (std::is_array_v<T>) {
        return items(value);
    } else {
        return "{\"other\": \"a pointer or a class\"}";
    }
}

// What a pointer points to, and what a function stores if it returns true.
template <typename T> struct Maybe {
    const T *held;
};

template <typename T> Maybe<T> pointed(const T *value) { return {value}; }
template <typename T> Maybe<T> stored(bool is_there, const T &value) { return {is_there ? &value : nullptr}; }
template <typename T> std::string text(const Maybe<T> &value) { return value.held == nullptr ? "null" : text(*value.held); }

inline std::string raised(const std::type_info *type) {
    const char *name = type == nullptr ? "exception" : type->name();
    char *readable = abi::__cxa_demangle(name, nullptr, nullptr, nullptr);
    const std::string shown = readable == nullptr ? name : readable;
    return "{\"raised\": " + quoted(shown.data(), shown.size()) + "}";
}

}  // namespace synthcode_results

#endif
