// The compiled plan of wanted paths, shared by the files of this target.
#pragma once
#include <simdjson.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "CSimdJSON.h"

// The walker's steps are one loop: calls between them cost more than the steps.
#define CSIMDJSON_INLINE __attribute__((always_inline))
#define CSIMDJSON_COLD __attribute__((noinline, cold))

namespace csimdjson {

// The first 8 bytes of a name, zeros behind its end. Reads 8 bytes, whatever the length.
CSIMDJSON_INLINE inline uint64_t name_head(const uint8_t *name, size_t count) {
    uint64_t head;
    std::memcpy(&head, name, 8);
    return count >= 8 ? head : head & ((uint64_t(1) << (8 * count)) - 1);
}

// A place in a document that some wanted path goes through or ends at.
struct Node {
    struct Member {
        std::string name;
        uint64_t head;  // name_head of the name
        size_t count;   // bytes of the name
        int32_t node;
    };
    struct Element {
        uint32_t index;
        int32_t node;
    };
    std::vector<Member> members;
    std::vector<Element> elements;
    int32_t depth = 0;
    int32_t column = -1;
    // Columns of this node and everything below it.
    std::vector<int32_t> subtree;
    int32_t parent = -1;
    // The member that is likely next: documents of one topic have their fields in one order.
    uint32_t hint = 0;
    // The document in which the node was last seen: twice in one is a duplicate key.
    uint64_t stamp = 0;
};

struct ColumnPlan {
    csimdjson_type type;
    bool required;
};

// What is wrong with one column of the current document; a later duplicate of the key clears it.
struct ColumnFault {
    int32_t code;
    uint32_t position;
};

}  // namespace csimdjson

struct csimdjson_decoder {
    std::vector<csimdjson::Node> nodes;
    std::vector<csimdjson::ColumnPlan> columns;
    std::vector<csimdjson::ColumnFault> faults;
    uint64_t stamp = 0;
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage1;
};
