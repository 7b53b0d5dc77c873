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

// A member's name as it came in the documents before, with its closing quote, in words. Those of one
// topic have their fields in one order, so it mostly comes again at the same place, wanted or not.
// Comparing reads whole words, which is safe in a padded document.
struct Expected {
    static const size_t word_count_max = 4;
    static const size_t name_bytes_max = 8 * word_count_max - 1;
    uint64_t words[word_count_max] = {0};
    uint64_t last_mask = 0;  // of the bytes of the last word that count
    uint32_t last = 0;       // the last word's index
    int32_t node = -2;       // what the name leads to, -1: nothing that is wanted; -2: no name yet

    CSIMDJSON_INLINE bool is_at(const uint8_t *name) const {
        uint64_t word;
        for (uint32_t i = 0; i < last; i++) {
            std::memcpy(&word, name + 8 * i, 8);
            if (word != words[i]) return false;
        }
        std::memcpy(&word, name + 8 * last, 8);
        return ((word ^ words[last]) & last_mask) == 0 && node != -2;
    }

    // `name`: without escapes, at most name_bytes_max, followed by its quote.
    void learn(const uint8_t *name, size_t count, int32_t leads_to) {
        last = static_cast<uint32_t>(count / 8);
        std::memcpy(words, name, 8 * (last + 1));
        const size_t rest = count + 1 - 8 * last;
        last_mask = rest == 8 ? ~uint64_t(0) : (uint64_t(1) << (8 * rest)) - 1;
        node = leads_to;
    }
};

// A place in a document that some wanted path goes through or ends at.
struct Node {
    static const size_t expected_count = 64;

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
    // Of an object, in the order of the document before; empty without `members`.
    std::vector<Expected> expected;
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
