#include "CRE2.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>

struct cre2_pattern {
    RE2 expression;
    cre2_pattern(const re2::StringPiece &text, const RE2::Options &options)
        : expression(text, options) {}
};

static void fail(cre2_error *error, cre2_code code, const std::string &message) {
    error->code = code;
    size_t count = std::min(message.size(), sizeof error->message - 1);
    // A message that is cut is cut between two code points.
    while (count < message.size() && count > 0 && (message[count] & 0xC0) == 0x80) count--;
    std::memcpy(error->message, message.data(), count);
    error->message[count] = 0;
}

cre2_pattern *cre2_compile(
    const uint8_t *pattern, size_t count, int64_t memory_bytes_max, cre2_error *error) {
    try {
        RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(memory_bytes_max);
        const re2::StringPiece text(reinterpret_cast<const char *>(pattern), count);
        auto made = std::make_unique<cre2_pattern>(text, options);
        if (made->expression.ok()) {
            if (made->expression.NumberOfCapturingGroups() < CRE2_GROUPS_MAX) {
                error->code = CRE2_OK;
                return made.release();
            }
            fail(error, CRE2_TOO_LARGE, "too many groups");
            return nullptr;
        }
        const bool is_large = made->expression.error_code() == RE2::ErrorPatternTooLarge;
        fail(error, is_large ? CRE2_TOO_LARGE : CRE2_SYNTAX, made->expression.error());
    } catch (const std::bad_alloc &) {
        fail(error, CRE2_NO_MEMORY, "out of memory");
    }
    return nullptr;
}

void cre2_free(cre2_pattern *pattern) { delete pattern; }

int32_t cre2_group_count(const cre2_pattern *pattern) {
    return pattern->expression.NumberOfCapturingGroups();
}

int32_t cre2_match(
    const cre2_pattern *pattern, const uint8_t *text, size_t count, size_t from,
    cre2_anchor anchor, cre2_span *groups, int32_t group_count) {
    const re2::StringPiece whole(reinterpret_cast<const char *>(text), count);
    re2::StringPiece found[CRE2_GROUPS_MAX];
    const int32_t wanted = std::min<int32_t>(group_count, CRE2_GROUPS_MAX);
    const auto where = anchor == CRE2_WHOLE ? RE2::ANCHOR_BOTH : RE2::UNANCHORED;
    if (!pattern->expression.Match(whole, from, count, where, found, wanted)) return 0;
    for (int32_t group = 0; group < wanted; group++) {
        if (found[group].data() == nullptr) {
            groups[group] = {-1, -1};
            continue;
        }
        const int64_t start = found[group].data() - whole.data();
        groups[group] = {start, start + static_cast<int64_t>(found[group].size())};
    }
    return 1;
}
