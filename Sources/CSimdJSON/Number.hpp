// JSON numbers: one scan checks the grammar and collects the digits.
#pragma once
#include <charconv>
#include <cstdint>
#include <cstring>

#include "CSimdJSON.h"
#include "Plan.hpp"

namespace csimdjson {

struct Number {
    const uint8_t *start;
    const uint8_t *end;     // null: not a number
    uint64_t digits;        // the significant digits as an integer, while there are at most 19
    int32_t digit_count;    // of `digits`, without leading zeros
    int64_t exponent;       // value = digits * 10^exponent
    bool negative;
    bool integer;           // without fraction and exponent
};

inline bool is_digit(uint8_t c) { return static_cast<uint8_t>(c - '0') < 10; }

// Whether all eight bytes are digits. Source: simdjson, is_made_of_eight_digits_fast.
inline bool are_eight_digits(uint64_t v) {
    return ((v & 0xF0F0F0F0F0F0F0F0) |
            (((v + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) >> 4)) == 0x3333333333333333;
}

// Source: simdjson, parse_eight_digits_unrolled.
inline uint64_t eight_digits(uint64_t v) {
    v = (v & 0x0F0F0F0F0F0F0F0F) * 2561 >> 8;
    v = (v & 0x00FF00FF00FF00FF) * 6553601 >> 16;
    return (v & 0x0000FFFF0000FFFF) * 42949672960001 >> 32;
}

// Appends the digits at `s` to `digits`; beyond 19 they wrap, and the caller's count tells. May read
// eight bytes beyond the last digit: documents are padded.
CSIMDJSON_INLINE inline const uint8_t *take_digits(const uint8_t *s, uint64_t &digits) {
    for (;;) {
        uint64_t word;
        std::memcpy(&word, s, 8);
        if (!are_eight_digits(word)) break;
        digits = digits * 100000000 + eight_digits(word);
        s += 8;
    }
    for (uint8_t digit; (digit = static_cast<uint8_t>(*s - '0')) < 10; s++) {
        digits = digits * 10 + digit;
    }
    return s;
}

// A number ends at whitespace, a comma or a closing bracket; nothing else may touch it.
CSIMDJSON_INLINE inline bool ends_scalar(uint8_t c) {
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

CSIMDJSON_INLINE inline Number scan_number(const uint8_t *s) {
    Number n{s, nullptr, 0, 0, 0, *s == '-', true};
    s += n.negative;
    const uint8_t *whole = s;
    if (*s == '0') {
        s++;
        if (is_digit(*s)) return n;
    } else {
        s = take_digits(s, n.digits);
        if (s == whole) return n;
        n.digit_count = static_cast<int32_t>(s - whole);
    }
    if (*s == '.') {
        n.integer = false;
        const uint8_t *fraction = ++s;
        s = take_digits(s, n.digits);
        if (s == fraction) return n;
        n.exponent = fraction - s;
        const uint8_t *first = fraction;
        // 0.0012 has two significant digits: zeros in front are none.
        if (n.digit_count == 0) {
            while (first < s && *first == '0') first++;
        }
        n.digit_count += static_cast<int32_t>(s - first);
    }
    if (*s == 'e' || *s == 'E') {
        n.integer = false;
        s++;
        const bool minus = *s == '-';
        if (*s == '-' || *s == '+') s++;
        if (!is_digit(*s)) return n;
        int64_t e = 0;
        while (is_digit(*s)) {
            if (e < 1000000) e = e * 10 + (*s - '0');
            s++;
        }
        n.exponent += minus ? -e : e;
    }
    if (!ends_scalar(*s)) return n;
    n.end = s;
    return n;
}

// 1.0 and 12e3 are whole numbers too; 1.5 is none. Leaves such a number without its exponent.
inline int32_t make_whole(Number &n) {
    if (n.digit_count > 19) return n.exponent < 0 ? CSIMDJSON_TYPE : CSIMDJSON_RANGE;
    while (n.exponent < 0 && n.digits != 0) {
        if (n.digits % 10 != 0) return CSIMDJSON_TYPE;
        n.digits /= 10;
        n.exponent++;
    }
    while (n.exponent > 0 && n.digits != 0) {
        if (n.digits > uint64_t(1) << 60) return CSIMDJSON_RANGE;
        n.digits *= 10;
        n.exponent--;
    }
    return CSIMDJSON_OK;
}

CSIMDJSON_INLINE inline int32_t to_integer(Number n, bool is_int, int64_t &out) {
    if (!n.integer) {
        const int32_t code = make_whole(n);
        if (code != CSIMDJSON_OK) return code;
    } else if (n.digit_count > 19) {
        return CSIMDJSON_RANGE;
    }
    const uint64_t limit = (is_int ? uint64_t(1) << 31 : uint64_t(1) << 63) - !n.negative;
    if (n.digits > limit) return CSIMDJSON_RANGE;
    out = static_cast<int64_t>(n.negative ? 0 - n.digits : n.digits);
    return CSIMDJSON_OK;
}

// A whole number that stands in a string: a sign and digits.
inline int32_t read_integer(const uint8_t *text, const uint8_t *end, bool is_int, int64_t &out) {
    Number n{text, end, 0, 0, 0, text < end && *text == '-', true};
    if (text < end && (*text == '-' || *text == '+')) text++;
    if (text == end) return CSIMDJSON_TYPE;
    for (; text < end; text++) {
        if (!is_digit(*text)) return CSIMDJSON_TYPE;
        n.digits = n.digits * 10 + (*text - '0');
        if (n.digit_count > 0 || *text != '0') n.digit_count++;
    }
    return to_integer(n, is_int, out);
}

CSIMDJSON_INLINE inline int32_t to_double(const Number &n, double &out) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    // Clinger: both operands are exact, so the one operation rounds correctly.
    if (n.digit_count <= 19 && n.digits <= uint64_t(1) << 53 && n.exponent >= -22 &&
        n.exponent <= 22) {
        const double digits = static_cast<double>(n.digits);
        const double value =
            n.exponent < 0 ? digits / powers[-n.exponent] : digits * powers[n.exponent];
        out = n.negative ? -value : value;
        return CSIMDJSON_OK;
    }
    double value = 0;
    const auto result = std::from_chars(
        reinterpret_cast<const char *>(n.start), reinterpret_cast<const char *>(n.end), value);
    if (result.ec == std::errc::result_out_of_range) {
        // Too small is zero, as in Java; too large has no value. Number length is capped, so the
        // exponent alone tells them apart.
        if (n.exponent + n.digit_count > 0) return CSIMDJSON_RANGE;
        value = n.negative ? -0.0 : 0.0;
    }
    out = value;
    return CSIMDJSON_OK;
}

}  // namespace csimdjson
