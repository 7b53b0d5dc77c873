#include "CSimdJSON.h"

#include <algorithm>
#include <new>

#include "Walker.hpp"

using namespace csimdjson;

// simdjson's stage 1 needs 4 bytes a byte of document. One huge document must not keep that much for
// ever, so a batch that begins with more than the second figure goes back to the first.
static const size_t stage1_bytes_min = 64 << 10;
static const size_t stage1_bytes_kept = 4 << 20;

static bool reserve(csimdjson_decoder &decoder, size_t count) {
    if (decoder.stage1 && decoder.stage1->capacity() >= count) return true;
    const size_t capacity = std::max(stage1_bytes_min, count + count / 2);
    if (decoder.stage1) return decoder.stage1->set_capacity(capacity) == simdjson::SUCCESS;
    return simdjson::get_active_implementation()->create_dom_parser_implementation(
               capacity, CSIMDJSON_DEPTH_MAX, decoder.stage1) == simdjson::SUCCESS;
}

csimdjson_decoder *csimdjson_new(void) {
    try {
        auto decoder = std::make_unique<csimdjson_decoder>();
        decoder->nodes.emplace_back();
        return reserve(*decoder, stage1_bytes_min) ? decoder.release() : nullptr;
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

int csimdjson_is_utf8(const uint8_t *text, size_t count) {
    return simdjson::validate_utf8(reinterpret_cast<const char *>(text), count);
}

void csimdjson_free(csimdjson_decoder *decoder) { delete decoder; }

static int32_t add_node(csimdjson_decoder *decoder, int32_t parent) {
    Node node;
    node.depth = decoder->nodes[parent].depth + 1;
    node.parent = parent;
    decoder->nodes.push_back(node);
    return static_cast<int32_t>(decoder->nodes.size() - 1);
}

int32_t csimdjson_member(csimdjson_decoder *decoder, int32_t parent, const char *name, size_t count) {
    try {
        for (const auto &member : decoder->nodes[parent].members) {
            if (member.name == std::string(name, count)) return member.node;
        }
        if (decoder->nodes[parent].depth >= CSIMDJSON_DEPTH_MAX) return -1;
        const int32_t node = add_node(decoder, parent);
        std::string padded(name, count);
        padded.append(8, '\0');
        const uint64_t head = name_head(reinterpret_cast<const uint8_t *>(padded.data()), count);
        decoder->nodes[parent].members.push_back({std::string(name, count), head, count, node});
        decoder->nodes[parent].expected.resize(Node::expected_count);
        return node;
    } catch (const std::bad_alloc &) {
        return -1;
    }
}

int32_t csimdjson_element(csimdjson_decoder *decoder, int32_t parent, uint32_t index) {
    try {
        for (const auto &element : decoder->nodes[parent].elements) {
            if (element.index == index) return element.node;
        }
        if (decoder->nodes[parent].depth >= CSIMDJSON_DEPTH_MAX) return -1;
        const int32_t node = add_node(decoder, parent);
        decoder->nodes[parent].elements.push_back({index, node});
        return node;
    } catch (const std::bad_alloc &) {
        return -1;
    }
}

int32_t csimdjson_column_at(
    csimdjson_decoder *decoder, int32_t node, csimdjson_type type, int required) {
    if (decoder->nodes[node].column >= 0) return -1;
    try {
        const int32_t column = static_cast<int32_t>(decoder->columns.size());
        decoder->columns.push_back({type, required != 0});
        decoder->faults.push_back({CSIMDJSON_OK, 0});
        decoder->nodes[node].column = column;
        for (int32_t at = node; at >= 0; at = decoder->nodes[at].parent) {
            decoder->nodes[at].subtree.push_back(column);
        }
        return column;
    } catch (const std::bad_alloc &) {
        return -1;
    }
}

static int32_t stage1(csimdjson_decoder &decoder, const uint8_t *document, size_t count) {
    if (!reserve(decoder, count)) return CSIMDJSON_NO_MEMORY;
    const auto mode = simdjson::stage1_mode::regular;
    switch (decoder.stage1->stage1(document, count, mode)) {
        case simdjson::SUCCESS: return CSIMDJSON_OK;
        case simdjson::UTF8_ERROR: return CSIMDJSON_NOT_UTF8;
        default: return CSIMDJSON_MALFORMED;
    }
}

// The first column of the row without a value that it must have; else marks the columns with NULLs.
CSIMDJSON_COLD static csimdjson_failure finish_with_nulls(
    const csimdjson_decoder &decoder, const csimdjson_column *columns, uint8_t *has_nulls,
    int32_t row, bool has_faults) {
    const int32_t count = static_cast<int32_t>(decoder.columns.size());
    for (int32_t c = 0; c < count; c++) {
        if (columns[c].validity[row]) continue;
        if (has_faults && decoder.faults[c].code != CSIMDJSON_OK) {
            return {row, decoder.faults[c].code, c, decoder.faults[c].position};
        }
        if (decoder.columns[c].required) return {row, CSIMDJSON_MISSING, c, 0};
    }
    for (int32_t c = 0; c < count; c++) has_nulls[c] |= !columns[c].validity[row];
    return {row, CSIMDJSON_OK, -1, 0};
}

static bool has_all_values(
    const csimdjson_decoder &decoder, const csimdjson_column *columns, int32_t row) {
    uint8_t has_all = 1;
    for (size_t c = 0; c < decoder.columns.size(); c++) has_all &= columns[c].validity[row];
    return has_all;
}

// Decodes one document; moves `scratch` past what its strings took.
static csimdjson_failure decode_one(
    csimdjson_decoder &decoder, csimdjson_slice document, const csimdjson_column *columns,
    uint8_t *has_nulls, int32_t row, uint8_t *&scratch) {
    if (!document.base || document.count == 0) return {row, CSIMDJSON_NO_VALUE, -1, 0};
    if (document.count > CSIMDJSON_DOCUMENT_BYTES_MAX) return {row, CSIMDJSON_TOO_LONG, -1, 0};
    const uint8_t *base = document.base;
    size_t count = document.count;
    uint32_t skipped = 0;
    if (count >= 3 && base[0] == 0xEF && base[1] == 0xBB && base[2] == 0xBF) {
        // A byte order mark is passed over, as Jackson does.
        skipped = 3;
        base += 3;
        count -= 3;
    }
    const int32_t code = stage1(decoder, base, count);
    if (code != CSIMDJSON_OK) return {row, code, -1, skipped};
    decoder.stamp++;
    Walker walker(decoder, columns, row, scratch);
    const int32_t walked = walker.run(base, count);
    if (walked != CSIMDJSON_OK) return {row, walked, -1, walker.position() + skipped};
    scratch = walker.scratch();
    if (has_all_values(decoder, columns, row)) return {row, CSIMDJSON_OK, -1, 0};
    csimdjson_failure failure =
        finish_with_nulls(decoder, columns, has_nulls, row, walker.has_faults());
    if (failure.position > 0) failure.position += skipped;
    return failure;
}

size_t csimdjson_decode(
    csimdjson_decoder *decoder, const csimdjson_slice *documents, size_t from, size_t to,
    const csimdjson_column *columns, uint8_t *has_nulls, uint8_t *scratch, size_t scratch_count,
    size_t *scratch_used, csimdjson_failure *failures, size_t *failure_count) {
    if (decoder->stage1->capacity() > stage1_bytes_kept) {
        (void)decoder->stage1->set_capacity(stage1_bytes_min);
    }
    for (size_t c = 0; c < decoder->columns.size(); c++) {
        std::memset(columns[c].validity + from, 0, to - from);
    }
    uint8_t *free = scratch;
    size_t row = from;
    for (; row < to; row++) {
        const csimdjson_slice document = documents[row];
        const size_t room = scratch_count - static_cast<size_t>(free - scratch);
        // Only documents with escapes need room, but whether one has any is known too late.
        if (document.count > room && document.count <= CSIMDJSON_DOCUMENT_BYTES_MAX) break;
        const csimdjson_failure failure = decode_one(
            *decoder, document, columns, has_nulls, static_cast<int32_t>(row), free);
        if (failure.code != CSIMDJSON_OK) failures[(*failure_count)++] = failure;
    }
    *scratch_used = static_cast<size_t>(free - scratch);
    return row;
}
