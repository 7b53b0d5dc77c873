// Doubles to text in Java's form and back, without allocation.
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "CSimdJSON.h"

static size_t put(uint8_t *text, const char *what) {
    const size_t count = std::strlen(what);
    std::memcpy(text, what, count);
    return count;
}

// Values with at most three decimals, the most of what is printed. n = value * 1000 is a whole
// number below 2^53 and n / 1000 == value: IEEE division rounds correctly, so the decimal reads back
// as the value, and among decimals of at most 15 digits only one does. Returns 0 if it is not so.
static size_t write_short(double value, uint8_t *text) {
    const double magnitude = std::fabs(value);
    if (!(magnitude >= 1e-3 && magnitude < 1e7)) return 0;
    const uint64_t n = static_cast<uint64_t>(magnitude * 1000 + 0.5);
    if (static_cast<double>(n) / 1000 != magnitude) return 0;
    char *out = reinterpret_cast<char *>(text);
    if (std::signbit(value)) *out++ = '-';
    out = std::to_chars(out, out + 8, n / 1000).ptr;
    uint32_t decimals = static_cast<uint32_t>(n % 1000);
    *out++ = '.';
    *out++ = static_cast<char>('0' + decimals / 100);
    decimals %= 100;
    if (decimals != 0) {
        *out++ = static_cast<char>('0' + decimals / 10);
        if (decimals % 10 != 0) *out++ = static_cast<char>('0' + decimals % 10);
    }
    return static_cast<size_t>(out - reinterpret_cast<char *>(text));
}

// Lays out `count` significant digits with the decimal point behind digit `point`.
static size_t write_decimal(const char *digits, int count, int point, uint8_t *out) {
    uint8_t *start = out;
    if (point <= 0) {
        *out++ = '0';
        *out++ = '.';
        for (int i = point; i < 0; i++) *out++ = '0';
        for (int i = 0; i < count; i++) *out++ = digits[i];
        return out - start;
    }
    for (int i = 0; i < point; i++) *out++ = i < count ? digits[i] : '0';
    *out++ = '.';
    if (count <= point) *out++ = '0';
    for (int i = point; i < count; i++) *out++ = digits[i];
    return out - start;
}

size_t csimdjson_write_double(double value, uint8_t *text) {
    if (std::isnan(value)) return put(text, "NaN");
    if (std::isinf(value)) return put(text, value < 0 ? "-Infinity" : "Infinity");
    if (value == 0) return put(text, std::signbit(value) ? "-0.0" : "0.0");
    if (const size_t count = write_short(value, text)) return count;

    // Shortest digits that read back: d.ddde±xx.
    char scientific[32];
    const auto end = std::to_chars(
        scientific, scientific + sizeof scientific, std::fabs(value), std::chars_format::scientific);
    char digits[20];
    int count = 0;
    const char *s = scientific;
    for (; s < end.ptr && *s != 'e'; s++) {
        if (*s != '.' && count < 20) digits[count++] = *s;
    }
    *end.ptr = 0;
    const int exponent = std::atoi(s + 1);

    uint8_t *out = text;
    if (value < 0) *out++ = '-';
    if (exponent >= -3 && exponent < 7) {
        out += write_decimal(digits, count, exponent + 1, out);
        return out - text;
    }
    out += write_decimal(digits, count, 1, out);
    *out++ = 'E';
    char *number = reinterpret_cast<char *>(out);
    out = reinterpret_cast<uint8_t *>(std::to_chars(number, number + 6, exponent).ptr);
    return out - text;
}

static bool is_word(const uint8_t *text, size_t count, const char *word) {
    return count == std::strlen(word) && std::memcmp(text, word, count) == 0;
}

// A number that std::from_chars found out of range: only one with a positive exponent is too large.
static csimdjson_code settle_range(const char *text, size_t count, double *value) {
    char copy[CSIMDJSON_NUMBER_BYTES_MAX + 1];
    std::memcpy(copy, text, count);
    copy[count] = 0;
    *value = std::strtod(copy, nullptr);
    return std::isinf(*value) ? CSIMDJSON_RANGE : CSIMDJSON_OK;
}

csimdjson_code csimdjson_read_double(const uint8_t *text, size_t count, double *value) {
    if (count == 0) return CSIMDJSON_TYPE;
    if (count > CSIMDJSON_NUMBER_BYTES_MAX) return CSIMDJSON_RANGE;
    const bool negative = text[0] == '-';
    const size_t sign = negative || text[0] == '+';
    const char *start = reinterpret_cast<const char *>(text) + sign;
    const char *end = reinterpret_cast<const char *>(text) + count;
    if (is_word(text + sign, count - sign, "Infinity")) {
        *value = negative ? -HUGE_VAL : HUGE_VAL;
        return CSIMDJSON_OK;
    }
    if (is_word(text, count, "NaN")) {
        *value = std::nan("");
        return CSIMDJSON_OK;
    }
    // from_chars takes words that Java does not, and another sign.
    if (start == end || !((*start >= '0' && *start <= '9') || *start == '.')) return CSIMDJSON_TYPE;
    double magnitude = 0;
    const auto result = std::from_chars(start, end, magnitude);
    if (result.ptr != end || result.ec == std::errc::invalid_argument) return CSIMDJSON_TYPE;
    csimdjson_code code = CSIMDJSON_OK;
    if (result.ec == std::errc::result_out_of_range) code = settle_range(start, end - start, &magnitude);
    *value = negative ? -magnitude : magnitude;
    return code;
}
