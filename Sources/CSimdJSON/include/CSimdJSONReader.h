// JSON texts of any kind, and places in them: what expressions do with JSON.
//
// simdjson's first stage lists the structural characters; one pass over them checks the whole
// grammar and finds a value. Nothing here throws, recurses, or keeps a pointer after the call.
#ifndef MILLRACE_CSIMDJSON_READER_H
#define MILLRACE_CSIMDJSON_READER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    CSIMDJSON_KIND_MISSING = 0,
    CSIMDJSON_KIND_NULL = 1,
    CSIMDJSON_KIND_BOOLEAN = 2,
    CSIMDJSON_KIND_NUMBER = 3,
    CSIMDJSON_KIND_STRING = 4,
    CSIMDJSON_KIND_ARRAY = 5,
    CSIMDJSON_KIND_OBJECT = 6
} csimdjson_kind;

// A value as it was read: a string with its quotes and escapes.
typedef struct {
    csimdjson_slice text;
    int32_t kind;  // csimdjson_kind
} csimdjson_value;

// A member's name (UTF-8, unescaped), or, where its base is null, the number of an element.
typedef struct {
    csimdjson_slice name;
    int64_t index;
} csimdjson_step;

// A member or an element of a container.
typedef struct {
    csimdjson_slice name;  // between its quotes, with escapes; a null base in an array
    csimdjson_value value;
} csimdjson_child;

typedef struct csimdjson_reader csimdjson_reader;

// Null: out of memory. Free with csimdjson_reader_free. One thread.
csimdjson_reader *csimdjson_reader_new(void);
void csimdjson_reader_free(csimdjson_reader *reader);

// Checks `text` (64 readable bytes behind it) and finds the value that the steps lead to; of members
// with one name the last. No step: the text itself. A step that leads nowhere: MISSING.
// Returns a csimdjson_code: MALFORMED, TOO_DEEP, NOT_UTF8, NO_VALUE, TOO_LONG, RANGE (a number that is
// too long) or NO_MEMORY for a text that is not JSON within the limits.
int32_t csimdjson_find(
    csimdjson_reader *reader, csimdjson_slice text, const csimdjson_step *steps, size_t step_count,
    csimdjson_value *found);

// Checks `text` and lists what an array or object holds, in the order of the text; `count` is how many
// there are, of which at most `capacity` are stored. A scalar holds nothing.
int32_t csimdjson_children(
    csimdjson_reader *reader, csimdjson_slice text, csimdjson_child *children, size_t capacity,
    size_t *count);

// Unescapes what stands between the quotes of a checked string; `out` has room for as many bytes.
// Returns how many were written.
size_t csimdjson_unescape(csimdjson_slice content, uint8_t *out);

// A checked number as a value: CSIMDJSON_OK, TYPE (not whole) or RANGE.
int32_t csimdjson_to_integer(csimdjson_slice number, int is_int, int64_t *value);
int32_t csimdjson_to_double(csimdjson_slice number, double *value);

#ifdef __cplusplus
}
#endif
#endif
