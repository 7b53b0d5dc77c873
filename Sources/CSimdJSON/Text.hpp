// JSON strings with escapes.
#pragma once
#include <cstdint>
#include <cstring>

namespace csimdjson {

inline int hex_value(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Four hex digits at `s`; -1: some are not, or the string ends before.
inline int32_t hex4(const uint8_t *s, const uint8_t *end) {
    if (end - s < 4) return -1;
    int32_t code = 0;
    for (int i = 0; i < 4; i++) {
        const int digit = hex_value(s[i]);
        if (digit < 0) return -1;
        code = code << 4 | digit;
    }
    return code;
}

inline uint8_t *put_utf8(uint32_t code, uint8_t *out) {
    if (code < 0x80) {
        *out++ = code;
    } else if (code < 0x800) {
        *out++ = 0xC0 | code >> 6;
        *out++ = 0x80 | (code & 0x3F);
    } else if (code < 0x10000) {
        *out++ = 0xE0 | code >> 12;
        *out++ = 0x80 | (code >> 6 & 0x3F);
        *out++ = 0x80 | (code & 0x3F);
    } else {
        *out++ = 0xF0 | code >> 18;
        *out++ = 0x80 | (code >> 12 & 0x3F);
        *out++ = 0x80 | (code >> 6 & 0x3F);
        *out++ = 0x80 | (code & 0x3F);
    }
    return out;
}

// The escape behind a backslash at `s`, moved past it; false: no such escape. Half a surrogate pair
// is no character, hence an error.
inline bool take_escape(const uint8_t *&s, const uint8_t *end, uint8_t *&out) {
    if (s == end) return false;
    const uint8_t c = *s++;
    switch (c) {
        case '"': case '\\': case '/': *out++ = c; return true;
        case 'b': *out++ = '\b'; return true;
        case 'f': *out++ = '\f'; return true;
        case 'n': *out++ = '\n'; return true;
        case 'r': *out++ = '\r'; return true;
        case 't': *out++ = '\t'; return true;
        case 'u': break;
        default: return false;
    }
    int32_t code = hex4(s, end);
    if (code < 0 || (code >= 0xDC00 && code < 0xE000)) return false;
    s += 4;
    if (code >= 0xD800 && code < 0xDC00) {
        if (end - s < 6 || s[0] != '\\' || s[1] != 'u') return false;
        const int32_t low = hex4(s + 2, end);
        if (low < 0xDC00 || low >= 0xE000) return false;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        s += 6;
    }
    out = put_utf8(code, out);
    return true;
}

// Unescapes s ..< end to `out`, which never needs more room than the text has bytes. Returns the
// end of what was written; null: a wrong escape.
inline uint8_t *unescape(const uint8_t *s, const uint8_t *end, uint8_t *out) {
    while (s < end) {
        const void *found = std::memchr(s, '\\', end - s);
        const uint8_t *stop = found ? static_cast<const uint8_t *>(found) : end;
        std::memcpy(out, s, stop - s);
        out += stop - s;
        s = stop;
        if (s < end && !take_escape(++s, end, out)) return nullptr;
    }
    return out;
}

// Whether every escape of s ..< end is one; for strings that nobody wants.
inline bool are_escapes_valid(const uint8_t *s, const uint8_t *end) {
    uint8_t sink[4];
    while (s < end) {
        const void *found = std::memchr(s, '\\', end - s);
        if (!found) return true;
        s = static_cast<const uint8_t *>(found) + 1;
        uint8_t *out = sink;
        if (!take_escape(s, end, out)) return false;
    }
    return true;
}

}  // namespace csimdjson
