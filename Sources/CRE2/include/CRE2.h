// Regular expressions in linear time: RE2 (Debian's libre2, 2022-06-01) behind a C header.
//
// RE2 has no back-references and no look-around; in exchange, a match takes time in proportion to
// the text, whatever the pattern. Nothing here throws. A pattern is used by one thread.
#ifndef MILLRACE_CRE2_H
#define MILLRACE_CRE2_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cre2_pattern cre2_pattern;

// Why a pattern was refused.
typedef enum {
    CRE2_OK = 0,
    CRE2_SYNTAX = 1,
    CRE2_TOO_LARGE = 2,  // needs more than the memory allowed
    CRE2_NO_MEMORY = 3   // of the process
} cre2_code;

enum { CRE2_MESSAGE_BYTES_MAX = 160 };

typedef struct {
    int32_t code;                          // cre2_code
    char message[CRE2_MESSAGE_BYTES_MAX];  // ends with a zero; RE2's words and the part of the pattern
} cre2_error;

// A group's text as bytes from ..< to; -1, -1 for a group that took no part in the match.
typedef struct {
    int64_t from;
    int64_t to;
} cre2_span;

typedef enum {
    CRE2_ANYWHERE = 0,
    CRE2_WHOLE = 1  // the match must be the whole text
} cre2_anchor;

// Compiles UTF-8. `memory_bytes_max` bounds the program and what matching caches. Null: see `error`.
// Free with cre2_free.
cre2_pattern *cre2_compile(
    const uint8_t *pattern, size_t count, int64_t memory_bytes_max, cre2_error *error);
void cre2_free(cre2_pattern *pattern);

// Groups in parentheses, without the whole match.
int32_t cre2_group_count(const cre2_pattern *pattern);

// The first match that begins at byte `from` or behind; what stands before counts for ^ and \b. Group
// 0 is the whole match; `group_count` spans are filled, at most CRE2_GROUPS_MAX.
// Returns 1 if there is one. Bytes that are not UTF-8 match nothing.
int32_t cre2_match(
    const cre2_pattern *pattern, const uint8_t *text, size_t count, size_t from,
    cre2_anchor anchor, cre2_span *groups, int32_t group_count);

// Groups that a pattern may have.
enum { CRE2_GROUPS_MAX = 100 };

#ifdef __cplusplus
}
#endif
#endif
