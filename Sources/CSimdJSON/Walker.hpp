// One pass over the structural characters of a document.
#pragma once
#include "Number.hpp"
#include "Plan.hpp"
#include "Text.hpp"

namespace csimdjson {

// Checks one document's grammar and stores its wanted values. `walk` has an explicit
// stack, so depth costs no C stack.
//
// simdjson's stage 1 lists the positions of { } [ ] : , and of the first character of every string,
// number and literal. Between the end of a string and the next listed position there is only
// whitespace, so a string's end is found by stepping back from there; its bytes are not looked at.
class Walker {
   public:
    Walker(csimdjson_decoder &decoder, const csimdjson_column *columns, int32_t row,
           uint8_t *scratch)
        : decoder_(decoder), nodes_(decoder.nodes.data()), columns_(columns), row_(row),
          stamp_(decoder.stamp), scratch_(scratch) {}

    uint8_t *scratch() const { return scratch_; }
    uint32_t position() const { return i_ < count_ ? index_[i_] : length_; }
    bool has_faults() const { return has_faults_; }

    // Returns CSIMDJSON_OK, or what is wrong with the document, at position().
    int32_t run(const uint8_t *document, size_t length) {
        document_ = document;
        length_ = static_cast<uint32_t>(length);
        index_ = decoder_.stage1->structural_indexes.get();
        count_ = decoder_.stage1->n_structural_indexes;
        has_escapes_ = std::memchr(document, '\\', length) != nullptr;
        if (at() != '{') return CSIMDJSON_MALFORMED;
        const int32_t code = walk();
        if (code == CSIMDJSON_OK && i_ != count_) return CSIMDJSON_MALFORMED;
        return code;
    }

   private:
    struct Level {
        int32_t node;       // -1: nothing in here is wanted
        int32_t raw;        // the column that takes this container's text; -1: none
        uint32_t start;
        uint32_t elements;  // those that came before; of an object: the name that is expected next
        bool is_array;
    };

    // The character at the current structural position; 0 behind the last.
    uint8_t at() const { return i_ < count_ ? document_[index_[i_]] : 0; }

    // MARK: Containers

    // The states are labels: what may come next is known from where we are, so it is not stored.
    int32_t walk() {
        int32_t code = open(0);
        bool opened;
        if (code != CSIMDJSON_OK) return code;
    container:
        if (at() == (is_array_ ? ']' : '}')) {
            close();
            goto behind;
        }
        if (is_array_) goto element;
    member:
        code = member(opened);
        if (code != CSIMDJSON_OK) return code;
        if (opened) goto container;
    behind:
        if (depth_ == 0) return CSIMDJSON_OK;
        if (is_array_) {
            if (at() == ',') {
                i_++;
                goto element;
            }
            if (at() != ']') return CSIMDJSON_MALFORMED;
        } else {
            if (at() == ',') {
                i_++;
                goto member;
            }
            if (at() != '}') return CSIMDJSON_MALFORMED;
        }
        close();
        goto behind;
    element:
        code = element(opened);
        if (code != CSIMDJSON_OK) return code;
        if (opened) goto container;
        goto behind;
    }

    int32_t open(int32_t node) {
        if (depth_ == CSIMDJSON_DEPTH_MAX) return CSIMDJSON_TOO_DEEP;
        const uint32_t start = index_[i_];
        is_array_ = document_[start] == '[';
        int32_t raw = -1;
        if (node >= 0) raw = enter(node, start);
        const bool leads_on = node >= 0 && !(is_array_ ? nodes_[node].elements.empty()
                                                       : nodes_[node].members.empty());
        levels_[depth_++] = Level{leads_on ? node : -1, raw, start, 0, is_array_};
        i_++;
        return CSIMDJSON_OK;
    }

    // Notes what the container that begins at `start` means to `node`'s columns.
    int32_t enter(int32_t node, uint32_t start) {
        visit(node);
        const Node &n = nodes_[node];
        if (is_array_ ? !n.members.empty() : !n.elements.empty()) fault_below(n, start);
        if (n.column < 0) return -1;
        const csimdjson_type type = decoder_.columns[n.column].type;
        if (type == (is_array_ ? CSIMDJSON_ARRAY : CSIMDJSON_OBJECT)) return n.column;
        if (type == CSIMDJSON_STRING || type == CSIMDJSON_ANY) return n.column;
        fault(n.column, CSIMDJSON_TYPE, start);
        return -1;
    }

    void close() {
        const Level &level = levels_[--depth_];
        if (level.raw >= 0) {
            put_slice(level.raw, document_ + level.start, index_[i_] + 1 - level.start);
        }
        i_++;
        is_array_ = depth_ > 0 && levels_[depth_ - 1].is_array;
    }

    int32_t element(bool &opened) {
        Level &level = levels_[depth_ - 1];
        int32_t child = -1;
        if (level.node >= 0) {
            for (const auto &wanted : nodes_[level.node].elements) {
                if (wanted.index == level.elements) child = wanted.node;
            }
            level.elements++;
        }
        return value(child, opened);
    }

    CSIMDJSON_INLINE int32_t member(bool &opened) {
        if (at() != '"' || i_ + 1 >= count_ || document_[index_[i_ + 1]] != ':') {
            return CSIMDJSON_MALFORMED;
        }
        const uint8_t *key = document_ + index_[i_] + 1;
        Level &level = levels_[depth_ - 1];
        int32_t child = -1;
        if (level.node < 0 || !take_expected(level, key, child)) {
            if (!take_unexpected(level, key, child)) return CSIMDJSON_MALFORMED;
        }
        i_ += 2;
        return value(child, opened);
    }

    // Whether the name is the one that is likely next, or, where a member is left out, the one behind.
    CSIMDJSON_INLINE bool take_expected(Level &level, const uint8_t *key, int32_t &child) const {
        const Node &node = nodes_[level.node];
        for (uint32_t step = 0; step < 2; step++) {
            const uint32_t at = level.elements + step;
            if (at >= node.expected.size()) return false;
            if (!node.expected[at].is_at(key)) continue;
            child = node.expected[at].node;
            level.elements = at + 1;
            return true;
        }
        return false;
    }

    // Any name; the next document's are expected to be alike.
    bool take_unexpected(Level &level, const uint8_t *key, int32_t &child) {
        const uint8_t *end = string_end();
        if (!end) return false;
        if (has_escapes_ && std::memchr(key, '\\', end - key)) {
            return escaped_name(level.node, key, end, child);
        }
        if (level.node < 0) return true;
        Node &node = nodes_[level.node];
        const size_t count = end - key;
        child = find(node, key, count);
        if (level.elements < node.expected.size() && count <= Expected::name_bytes_max) {
            node.expected[level.elements++].learn(key, count, child);
        }
        return true;
    }

    // A name with escapes is compared unescaped; the scratch space used for it stays free. Rare
    // enough to allocate.
    bool escaped_name(int32_t node, const uint8_t *key, const uint8_t *end, int32_t &child) {
        uint8_t *unescaped = unescape(key, end, scratch_);
        if (!unescaped) return false;
        if (node < 0) return true;
        const std::string name(reinterpret_cast<const char *>(scratch_), unescaped - scratch_);
        for (const auto &member : nodes_[node].members) {
            if (member.name == name) child = member.node;
        }
        return true;
    }

    // Names of up to 8 bytes are compared as one word; reading 8 bytes is safe in a padded document.
    static int32_t find(const Node &node, const uint8_t *name, size_t count) {
        const uint64_t head = name_head(name, count);
        for (const auto &member : node.members) {
            if (member.head == head && member.count == count &&
                (count <= 8 || std::memcmp(member.name.data(), name, count) == 0)) {
                return member.node;
            }
        }
        return -1;
    }

    // MARK: Values

    CSIMDJSON_INLINE int32_t value(int32_t node, bool &opened) {
        opened = false;
        switch (at()) {
            case '{': case '[': opened = true; return open(node);
            case '"': return string(node);
            case 't': return literal(node, "true", 4, 1);
            case 'f': return literal(node, "false", 5, 0);
            case 'n': return literal(node, "null", 4, -1);
            case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6':
            case '7': case '8': case '9': return number(node);
            default: return CSIMDJSON_MALFORMED;
        }
    }

    // The closing quote of the string at the current position: the last thing before the next
    // position. Null: there is no next position, or (a programmer's mistake) no quote.
    CSIMDJSON_INLINE const uint8_t *string_end() const {
        if (i_ + 1 >= count_) return nullptr;
        const uint8_t *start = document_ + index_[i_];
        const uint8_t *end = document_ + index_[i_ + 1] - 1;
        while (end > start && *end != '"') end--;
        return end > start ? end : nullptr;
    }

    CSIMDJSON_INLINE int32_t string(int32_t node) {
        const uint32_t start = index_[i_];
        const uint8_t *text = document_ + start + 1;
        const uint8_t *end = string_end();
        if (!end) return CSIMDJSON_MALFORMED;
        const bool escaped = has_escapes_ && std::memchr(text, '\\', end - text);
        const int32_t column = node < 0 ? -1 : scalar(node, CSIMDJSON_STRING, start);
        const bool is_text = column >= 0 && is_slice(decoder_.columns[column].type);
        if (!escaped) {
            if (is_text) put_slice(column, text, end - text);
        } else if (!is_text) {
            if (!are_escapes_valid(text, end)) return CSIMDJSON_MALFORMED;
        } else {
            uint8_t *written = unescape(text, end, scratch_);
            if (!written) return CSIMDJSON_MALFORMED;
            put_slice(column, scratch_, written - scratch_);
            scratch_ = written;
        }
        if (column >= 0 && !is_text) untyped_string(column, start, text, end);
        i_++;
        return CSIMDJSON_OK;
    }

    // Columns that take the text between a string's quotes.
    static bool is_slice(csimdjson_type type) {
        return type == CSIMDJSON_STRING || type == CSIMDJSON_TEXT || type == CSIMDJSON_NUMBER;
    }

    // A string for a column that has no text: JSON as it is; numbers and truth values by their text,
    // as Flink takes them. A text with escapes is no number.
    CSIMDJSON_COLD void untyped_string(
        int32_t column, uint32_t start, const uint8_t *text, const uint8_t *end) {
        const csimdjson_type type = decoder_.columns[column].type;
        if (type == CSIMDJSON_ANY) {
            put_slice(column, document_ + start, end + 1 - (document_ + start));
            return;
        }
        while (text < end && *text <= ' ') text++;
        while (end > text && end[-1] <= ' ') end--;
        const int32_t code = take_text(columns_[column].values, type, text, end);
        if (code == CSIMDJSON_OK) set(column); else fault(column, code, start);
    }

    int32_t take_text(
        void *values, csimdjson_type type, const uint8_t *text, const uint8_t *end) const {
        const size_t count = end - text;
        if (type == CSIMDJSON_DOUBLE) {
            return csimdjson_read_double(text, count, static_cast<double *>(values) + row_);
        }
        if (type == CSIMDJSON_BOOL) {
            const bool is_true = count == 4 && std::memcmp(text, "true", 4) == 0;
            if (!is_true && !(count == 5 && std::memcmp(text, "false", 5) == 0)) {
                return CSIMDJSON_TYPE;
            }
            static_cast<uint8_t *>(values)[row_] = is_true;
            return CSIMDJSON_OK;
        }
        const bool is_int = type == CSIMDJSON_INT;
        return read_integer(text, end, is_int, static_cast<int64_t *>(values)[row_]);
    }

    // `truth`: 1, 0, or -1 for null.
    int32_t literal(int32_t node, const char *text, uint32_t count, int truth) {
        const uint32_t start = index_[i_];
        if (length_ - start <= count || std::memcmp(document_ + start, text, count) != 0 ||
            !ends_scalar(document_[start + count])) {
            return CSIMDJSON_MALFORMED;
        }
        i_++;
        if (node < 0) return CSIMDJSON_OK;
        if (truth < 0) {
            visit(node);
            const int32_t column = nodes_[node].column;
            if (column >= 0) unset(column);
            return CSIMDJSON_OK;
        }
        const int32_t column = scalar(node, CSIMDJSON_BOOL, start);
        if (column < 0) return CSIMDJSON_OK;
        if (decoder_.columns[column].type != CSIMDJSON_BOOL) {
            put_slice(column, document_ + start, count);
            return CSIMDJSON_OK;
        }
        static_cast<uint8_t *>(columns_[column].values)[row_] = truth;
        set(column);
        return CSIMDJSON_OK;
    }

    CSIMDJSON_INLINE int32_t number(int32_t node) {
        const uint32_t start = index_[i_];
        const Number n = scan_number(document_ + start);
        if (!n.end || n.end > document_ + length_) return CSIMDJSON_MALFORMED;
        if (n.end - n.start > CSIMDJSON_NUMBER_BYTES_MAX) return CSIMDJSON_RANGE;
        i_++;
        if (node < 0) return CSIMDJSON_OK;
        const int32_t column = scalar(node, CSIMDJSON_DOUBLE, start);
        if (column < 0) return CSIMDJSON_OK;
        const csimdjson_type type = decoder_.columns[column].type;
        void *values = columns_[column].values;
        if (type > CSIMDJSON_DOUBLE) {
            put_slice(column, n.start, n.end - n.start);
            return CSIMDJSON_OK;
        }
        const int32_t code =
            type == CSIMDJSON_DOUBLE
                ? to_double(n, static_cast<double *>(values)[row_])
                : to_integer(n, type == CSIMDJSON_INT, static_cast<int64_t *>(values)[row_]);
        if (code == CSIMDJSON_OK) set(column); else fault(column, code, start);
        return CSIMDJSON_OK;
    }

    // MARK: Columns

    // The column that takes the scalar at `node`; -1: none, or (then noted) one of another type.
    // `kind` is STRING, BOOL, or DOUBLE for any number.
    CSIMDJSON_INLINE int32_t scalar(int32_t node, csimdjson_type kind, uint32_t start) {
        visit(node);
        const Node &n = nodes_[node];
        if (!n.members.empty() || !n.elements.empty()) fault_below(n, start);
        if (n.column < 0) return -1;
        const csimdjson_type type = decoder_.columns[n.column].type;
        if (accepted(kind) >> type & 1) return n.column;
        fault(n.column, CSIMDJSON_TYPE, start);
        return -1;
    }

    // The column types, as bits, that take a string, a truth value, or a number.
    static constexpr uint32_t accepted(csimdjson_type kind) {
        const uint32_t any = 1u << CSIMDJSON_STRING | 1u << CSIMDJSON_ANY;
        const uint32_t numbers = 1u << CSIMDJSON_INT | 1u << CSIMDJSON_BIGINT | 1u << CSIMDJSON_DOUBLE;
        if (kind == CSIMDJSON_BOOL) return any | 1u << CSIMDJSON_BOOL;
        if (kind == CSIMDJSON_DOUBLE) return any | numbers | 1u << CSIMDJSON_NUMBER;
        return any | numbers | 1u << CSIMDJSON_BOOL | 1u << CSIMDJSON_TEXT | 1u << CSIMDJSON_NUMBER;
    }

    // A key that comes again replaces what the first one set, below it too: the last one wins, as
    // in Jackson's trees.
    CSIMDJSON_INLINE void visit(int32_t node) {
        Node &n = nodes_[node];
        if (n.stamp == stamp_) unset_below(n);
        n.stamp = stamp_;
    }

    // Nodes below may come again, in the new value, for the first time; resetting them twice does no
    // harm.
    CSIMDJSON_COLD void unset_below(const Node &node) {
        for (int32_t column : node.subtree) unset(column);
    }

    void set(int32_t column) {
        columns_[column].validity[row_] = 1;
        if (has_faults_) decoder_.faults[column].code = CSIMDJSON_OK;
    }

    void unset(int32_t column) {
        columns_[column].validity[row_] = 0;
        if (has_faults_) decoder_.faults[column].code = CSIMDJSON_OK;
    }

    void put_slice(int32_t column, const uint8_t *base, size_t count) {
        static_cast<csimdjson_slice *>(columns_[column].values)[row_] = {base, count};
        set(column);
    }

    void fault(int32_t column, int32_t code, uint32_t position) {
        if (!has_faults_) {
            for (auto &fault : decoder_.faults) fault.code = CSIMDJSON_OK;
            has_faults_ = true;
        }
        columns_[column].validity[row_] = 0;
        decoder_.faults[column] = {code, position};
    }

    // A path that leads on meets a value that it cannot lead into.
    void fault_below(const Node &node, uint32_t position) {
        for (int32_t column : node.subtree) {
            if (column != node.column) fault(column, CSIMDJSON_TYPE, position);
        }
    }

    csimdjson_decoder &decoder_;
    Node *nodes_;
    const csimdjson_column *columns_;
    const int32_t row_;
    const uint64_t stamp_;
    uint8_t *scratch_;
    const uint8_t *document_ = nullptr;
    uint32_t length_ = 0;
    const uint32_t *index_ = nullptr;
    uint32_t count_ = 0;
    uint32_t i_ = 0;
    int32_t depth_ = 0;
    bool is_array_ = false;
    bool has_escapes_ = false;
    bool has_faults_ = false;
    Level levels_[CSIMDJSON_DEPTH_MAX];
};

}  // namespace csimdjson
