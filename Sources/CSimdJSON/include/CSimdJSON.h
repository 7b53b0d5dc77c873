// JSON documents to columns, and numbers to text: C++ behind a C header.
//
// One call decodes a batch. simdjson (3.0, Debian's shared library) finds the structural characters
// of a document with vector instructions and validates its UTF-8; the walker of this target goes over
// them once, checks the whole grammar, and stores the wanted values. Nothing here throws, allocates
// per document, recurses, or keeps a pointer after the call.
#ifndef MILLRACE_CSIMDJSON_H
#define MILLRACE_CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Laid out as StreamCore's ByteSlice. A null base is an absent value.
typedef struct {
    const uint8_t *base;
    size_t count;
} csimdjson_slice;

typedef enum {
    CSIMDJSON_BOOL = 0,    // uint8_t
    CSIMDJSON_INT = 1,     // int64_t within 32 bits
    CSIMDJSON_BIGINT = 2,  // int64_t
    CSIMDJSON_DOUBLE = 3,  // double
    CSIMDJSON_STRING = 4,  // csimdjson_slice: a string's text; the JSON text of anything else
    CSIMDJSON_OBJECT = 5,  // csimdjson_slice of the object's JSON text
    CSIMDJSON_ARRAY = 6,   // csimdjson_slice of the array's JSON text
    CSIMDJSON_TEXT = 7,    // csimdjson_slice: a string's text
    CSIMDJSON_NUMBER = 8,  // csimdjson_slice: a number, or a string's text
    CSIMDJSON_ANY = 9      // csimdjson_slice of the value's JSON text
} csimdjson_type;

typedef enum {
    CSIMDJSON_OK = 0,
    CSIMDJSON_MALFORMED = 1,
    CSIMDJSON_MISSING = 2,       // a required column has no value
    CSIMDJSON_TYPE = 3,
    CSIMDJSON_RANGE = 4,
    CSIMDJSON_TOO_DEEP = 5,
    CSIMDJSON_NOT_UTF8 = 6,
    CSIMDJSON_NO_VALUE = 7,      // absent or empty
    CSIMDJSON_TOO_LONG = 8,
    CSIMDJSON_NO_MEMORY = 9
} csimdjson_code;

// Where a column's values go: `values` has one value a row, `validity` one byte.
typedef struct {
    void *values;
    uint8_t *validity;
} csimdjson_column;

typedef struct {
    int32_t row;
    int32_t code;      // csimdjson_code
    int32_t column;    // the column whose value is wrong; -1: the document itself
    uint32_t position; // byte in the document
} csimdjson_failure;

typedef struct csimdjson_decoder csimdjson_decoder;

enum {
    CSIMDJSON_DEPTH_MAX = 64,
    CSIMDJSON_NUMBER_BYTES_MAX = 1000,        // Jackson's maxNumberLength
    CSIMDJSON_DOCUMENT_BYTES_MAX = 64 << 20,
    CSIMDJSON_DOUBLE_BYTES_MAX = 32
};

// Null: out of memory. Free with csimdjson_free. One thread.
csimdjson_decoder *csimdjson_new(void);
void csimdjson_free(csimdjson_decoder *decoder);

// The plan is a tree of nodes; node 0 is the document. Adds the member `name` (UTF-8), or element
// `index`, of node `parent`, or finds it. -1: out of memory or deeper than CSIMDJSON_DEPTH_MAX.
int32_t csimdjson_member(csimdjson_decoder *decoder, int32_t parent, const char *name, size_t count);
int32_t csimdjson_element(csimdjson_decoder *decoder, int32_t parent, uint32_t index);
// The node's value fills the next column. Returns the column's number, counted from 0; -1 if the node
// has a column already.
int32_t csimdjson_column_at(
    csimdjson_decoder *decoder, int32_t node, csimdjson_type type, int required);

// Decodes documents[from ..< to] into row r of every column, r counted as the documents are.
//
// A failed row has undefined values and one entry in `failures` (room for to - from). Strings with
// escapes are unescaped into `scratch`; when the next document might not fit, the call returns that
// document's index and is repeated with more room, at least the document's length.
// Every document must have 64 readable bytes behind it. `has_nulls` is set to 1 per column
// with a NULL in a row that did not fail; never to 0.
// Returns the first index not decoded: `to` when all are.
size_t csimdjson_decode(
    csimdjson_decoder *decoder, const csimdjson_slice *documents, size_t from, size_t to,
    const csimdjson_column *columns, uint8_t *has_nulls, uint8_t *scratch, size_t scratch_count,
    size_t *scratch_used, csimdjson_failure *failures, size_t *failure_count);

// The shortest text that reads back as `value`, in Java's form (Double.toString): 1.5, 100.0,
// 1.0E10, NaN, Infinity. At most CSIMDJSON_DOUBLE_BYTES_MAX bytes; returns how many.
size_t csimdjson_write_double(double value, uint8_t *text);

// A decimal number as Java's Double.parseDouble takes it: a sign, digits with a point, an exponent;
// or NaN, Infinity, -Infinity. CSIMDJSON_OK; CSIMDJSON_RANGE if it is too large (too small is zero);
// else CSIMDJSON_TYPE. At most CSIMDJSON_NUMBER_BYTES_MAX bytes are a number.
csimdjson_code csimdjson_read_double(const uint8_t *text, size_t count, double *value);

// Whether the text is well-formed UTF-8.
int csimdjson_is_utf8(const uint8_t *text, size_t count);

#ifdef __cplusplus
}
#endif

#include "CSimdJSONReader.h"

#endif
