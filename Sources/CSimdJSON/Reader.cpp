#include <algorithm>
#include <new>

#include "CSimdJSON.h"
#include "Number.hpp"
#include "Plan.hpp"
#include "Text.hpp"

using namespace csimdjson;

struct csimdjson_reader {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage1;
    std::string name;  // room for a name with escapes
};

namespace {

const size_t stage1_bytes_min = 4 << 10;
// A long text must not keep its memory for ever: 4 bytes a byte of text.
const size_t stage1_bytes_kept = 4 << 20;

// Goes over the structural characters once. What it does with a value is its client's:
// `found(start, end, kind)` for the values that are wanted.
class Pass {
   public:
    Pass(csimdjson_reader &reader, const csimdjson_step *steps, size_t step_count,
         csimdjson_value *found, csimdjson_child *children, size_t capacity)
        : reader_(reader), steps_(steps), step_count_(step_count), found_(found),
          children_(children), capacity_(capacity) {}

    size_t child_count() const { return child_count_; }

    int32_t run(csimdjson_slice text) {
        document_ = text.base;
        length_ = static_cast<uint32_t>(text.count);
        index_ = reader_.stage1->structural_indexes.get();
        count_ = reader_.stage1->n_structural_indexes;
        if (count_ == 0) return CSIMDJSON_MALFORMED;
        const int32_t code = walk();
        if (code != CSIMDJSON_OK) return code;
        return i_ == count_ ? CSIMDJSON_OK : CSIMDJSON_MALFORMED;
    }

   private:
    struct Level {
        uint32_t start;
        int64_t elements;  // of an array: those that came before
        bool is_array;
        bool is_on_path;   // every step so far led here
        bool is_target;    // the value that is looked for
        bool is_child;
        csimdjson_slice name;
    };

    // What the next value is to the caller.
    struct Place {
        bool is_on_path;
        bool is_target;
        bool is_child;
        csimdjson_slice name;
    };

    uint8_t at() const { return i_ < count_ ? document_[index_[i_]] : 0; }
    uint32_t next_start() const { return i_ + 1 < count_ ? index_[i_ + 1] : length_; }

    int32_t walk() {
        bool opened;
        int32_t code = value(Place{true, step_count_ == 0 && found_, false, {nullptr, 0}}, opened);
        if (code != CSIMDJSON_OK || !opened) return code;
    container:
        if (at() == (top().is_array ? ']' : '}')) {
            close();
            goto behind;
        }
    member:
        code = top().is_array ? element(opened) : member(opened);
        if (code != CSIMDJSON_OK) return code;
        if (opened) goto container;
    behind:
        if (depth_ == 0) return CSIMDJSON_OK;
        if (at() == ',') {
            i_++;
            goto member;
        }
        if (at() != (top().is_array ? ']' : '}')) return CSIMDJSON_MALFORMED;
        close();
        goto behind;
    }

    Level &top() { return levels_[depth_ - 1]; }

    // The step that leads out of the innermost container; null: none does.
    const csimdjson_step *step() {
        const size_t level = static_cast<size_t>(depth_) - 1;
        return top().is_on_path && level < step_count_ ? &steps_[level] : nullptr;
    }

    Place place(bool is_step, csimdjson_slice name) {
        // A member that comes again takes the place of the first.
        if (is_step) found_->kind = CSIMDJSON_KIND_MISSING;
        return Place{is_step, is_step && static_cast<size_t>(depth_) == step_count_,
                     children_mode() && depth_ == 1, name};
    }

    bool children_mode() const { return !found_; }

    int32_t element(bool &opened) {
        const csimdjson_step *wanted = step();
        const bool is_step = wanted && !wanted->name.base && wanted->index == top().elements;
        top().elements++;
        return value(place(is_step, {nullptr, 0}), opened);
    }

    int32_t member(bool &opened) {
        if (at() != '"' || i_ + 1 >= count_ || document_[index_[i_ + 1]] != ':') {
            return CSIMDJSON_MALFORMED;
        }
        const uint8_t *name = document_ + index_[i_] + 1;
        const uint8_t *end = string_end();
        if (!end) return CSIMDJSON_MALFORMED;
        const csimdjson_slice content{name, static_cast<size_t>(end - name)};
        const csimdjson_step *wanted = step();
        bool is_step = false;
        if (std::memchr(content.base, '\\', content.count)) {
            if (!unescaped_name(content)) return CSIMDJSON_MALFORMED;
            is_step = wanted && is_name(*wanted, reinterpret_cast<const uint8_t *>(
                                            reader_.name.data()), reader_.name.size());
        } else if (wanted) {
            is_step = is_name(*wanted, content.base, content.count);
        }
        i_ += 2;
        return value(place(is_step, content), opened);
    }

    static bool is_name(const csimdjson_step &step, const uint8_t *name, size_t count) {
        return step.name.base && step.name.count == count &&
               std::memcmp(step.name.base, name, count) == 0;
    }

    bool unescaped_name(csimdjson_slice content) {
        reader_.name.resize(content.count);
        uint8_t *out = reinterpret_cast<uint8_t *>(&reader_.name[0]);
        const uint8_t *end = unescape(content.base, content.base + content.count, out);
        if (!end) return false;
        reader_.name.resize(static_cast<size_t>(end - out));
        return true;
    }

    // MARK: Values

    int32_t value(Place place, bool &opened) {
        opened = false;
        switch (at()) {
            case '{': case '[': opened = true; return open(place);
            case '"': return string(place);
            case 't': return literal(place, "true", 4, CSIMDJSON_KIND_BOOLEAN);
            case 'f': return literal(place, "false", 5, CSIMDJSON_KIND_BOOLEAN);
            case 'n': return literal(place, "null", 4, CSIMDJSON_KIND_NULL);
            case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6':
            case '7': case '8': case '9': return number(place);
            default: return CSIMDJSON_MALFORMED;
        }
    }

    int32_t open(Place place) {
        if (depth_ == CSIMDJSON_DEPTH_MAX) return CSIMDJSON_TOO_DEEP;
        const uint32_t start = index_[i_++];
        levels_[depth_++] = Level{start, 0, document_[start] == '[', place.is_on_path,
                                  place.is_target, place.is_child, place.name};
        return CSIMDJSON_OK;
    }

    void close() {
        const Level level = levels_[--depth_];
        const int32_t kind = level.is_array ? CSIMDJSON_KIND_ARRAY : CSIMDJSON_KIND_OBJECT;
        store(Place{level.is_on_path, level.is_target, level.is_child, level.name}, level.start,
              index_[i_] + 1, kind);
        i_++;
    }

    void store(Place place, uint32_t start, uint32_t end, int32_t kind) {
        const csimdjson_value value{{document_ + start, end - start}, kind};
        if (place.is_target) *found_ = value;
        if (!place.is_child) return;
        if (child_count_ < capacity_) children_[child_count_] = csimdjson_child{place.name, value};
        child_count_++;
    }

    // The closing quote: the last thing before the next structural character.
    const uint8_t *string_end() const {
        const uint8_t *start = document_ + index_[i_];
        const uint8_t *end = document_ + next_start() - 1;
        while (end > start && *end != '"') end--;
        return end > start ? end : nullptr;
    }

    int32_t string(Place place) {
        const uint32_t start = index_[i_];
        const uint8_t *text = document_ + start + 1;
        const uint8_t *end = string_end();
        if (!end) return CSIMDJSON_MALFORMED;
        if (std::memchr(text, '\\', end - text) && !are_escapes_valid(text, end)) {
            return CSIMDJSON_MALFORMED;
        }
        store(place, start, static_cast<uint32_t>(end + 1 - document_), CSIMDJSON_KIND_STRING);
        i_++;
        return CSIMDJSON_OK;
    }

    // Where the scalar at the current position ends: whitespace before the next one is not its.
    uint32_t scalar_end() const {
        uint32_t end = next_start();
        while (end > index_[i_] && is_blank(document_[end - 1])) end--;
        return end;
    }

    static bool is_blank(uint8_t c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

    int32_t literal(Place place, const char *text, uint32_t count, int32_t kind) {
        const uint32_t start = index_[i_], end = scalar_end();
        if (end - start != count || std::memcmp(document_ + start, text, count) != 0) {
            return CSIMDJSON_MALFORMED;
        }
        store(place, start, end, kind);
        i_++;
        return CSIMDJSON_OK;
    }

    int32_t number(Place place) {
        const uint32_t start = index_[i_], end = scalar_end();
        if (end - start > CSIMDJSON_NUMBER_BYTES_MAX) return CSIMDJSON_RANGE;
        // Within a container the number is followed by what ends it; at the end of the text by
        // anything.
        if (end < length_) {
            const Number n = scan_number(document_ + start);
            if (n.end != document_ + end) return CSIMDJSON_MALFORMED;
        } else if (!is_whole_number(document_ + start, end - start)) {
            return CSIMDJSON_MALFORMED;
        }
        store(place, start, end, CSIMDJSON_KIND_NUMBER);
        i_++;
        return CSIMDJSON_OK;
    }

    static bool is_whole_number(const uint8_t *text, size_t count) {
        uint8_t copy[CSIMDJSON_NUMBER_BYTES_MAX + 16];
        std::memcpy(copy, text, count);
        std::memset(copy + count, ' ', 16);
        return scan_number(copy).end == copy + count;
    }

    csimdjson_reader &reader_;
    const csimdjson_step *steps_;
    const size_t step_count_;
    csimdjson_value *found_;     // null: children are listed
    csimdjson_child *children_;
    const size_t capacity_;
    size_t child_count_ = 0;
    const uint8_t *document_ = nullptr;
    uint32_t length_ = 0;
    const uint32_t *index_ = nullptr;
    uint32_t count_ = 0;
    uint32_t i_ = 0;
    int32_t depth_ = 0;
    Level levels_[CSIMDJSON_DEPTH_MAX];
};

bool reserve(csimdjson_reader &reader, size_t count) {
    if (reader.stage1 && reader.stage1->capacity() > stage1_bytes_kept) {
        if (reader.stage1->set_capacity(stage1_bytes_min) != simdjson::SUCCESS) return false;
    }
    if (reader.stage1 && reader.stage1->capacity() >= count) return true;
    const size_t capacity = std::max(stage1_bytes_min, count + count / 2);
    if (reader.stage1) return reader.stage1->set_capacity(capacity) == simdjson::SUCCESS;
    return simdjson::get_active_implementation()->create_dom_parser_implementation(
               capacity, CSIMDJSON_DEPTH_MAX, reader.stage1) == simdjson::SUCCESS;
}

int32_t prepare(csimdjson_reader &reader, csimdjson_slice text) {
    if (!text.base || text.count == 0) return CSIMDJSON_NO_VALUE;
    if (text.count > CSIMDJSON_DOCUMENT_BYTES_MAX) return CSIMDJSON_TOO_LONG;
    if (!reserve(reader, text.count)) return CSIMDJSON_NO_MEMORY;
    switch (reader.stage1->stage1(text.base, text.count, simdjson::stage1_mode::regular)) {
        case simdjson::SUCCESS: return CSIMDJSON_OK;
        case simdjson::UTF8_ERROR: return CSIMDJSON_NOT_UTF8;
        case simdjson::EMPTY: return CSIMDJSON_NO_VALUE;
        default: return CSIMDJSON_MALFORMED;
    }
}

// The number in a buffer with what the scan may read behind it.
Number scanned(csimdjson_slice number, uint8_t *copy) {
    const size_t count = std::min<size_t>(number.count, CSIMDJSON_NUMBER_BYTES_MAX);
    std::memcpy(copy, number.base, count);
    std::memset(copy + count, ' ', 16);
    return scan_number(copy);
}

}  // namespace

csimdjson_reader *csimdjson_reader_new(void) {
    try {
        auto reader = std::make_unique<csimdjson_reader>();
        return reserve(*reader, stage1_bytes_min) ? reader.release() : nullptr;
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

void csimdjson_reader_free(csimdjson_reader *reader) { delete reader; }

int32_t csimdjson_find(
    csimdjson_reader *reader, csimdjson_slice text, const csimdjson_step *steps, size_t step_count,
    csimdjson_value *found) {
    *found = csimdjson_value{{nullptr, 0}, CSIMDJSON_KIND_MISSING};
    const int32_t code = prepare(*reader, text);
    if (code != CSIMDJSON_OK) return code;
    try {
        return Pass(*reader, steps, step_count, found, nullptr, 0).run(text);
    } catch (const std::bad_alloc &) {
        return CSIMDJSON_NO_MEMORY;
    }
}

int32_t csimdjson_children(
    csimdjson_reader *reader, csimdjson_slice text, csimdjson_child *children, size_t capacity,
    size_t *count) {
    *count = 0;
    const int32_t code = prepare(*reader, text);
    if (code != CSIMDJSON_OK) return code;
    try {
        Pass pass(*reader, nullptr, 0, nullptr, children, capacity);
        const int32_t walked = pass.run(text);
        *count = pass.child_count();
        return walked;
    } catch (const std::bad_alloc &) {
        return CSIMDJSON_NO_MEMORY;
    }
}

size_t csimdjson_unescape(csimdjson_slice content, uint8_t *out) {
    const uint8_t *end = unescape(content.base, content.base + content.count, out);
    return end ? static_cast<size_t>(end - out) : 0;
}

int32_t csimdjson_to_integer(csimdjson_slice number, int is_int, int64_t *value) {
    uint8_t copy[CSIMDJSON_NUMBER_BYTES_MAX + 16];
    const Number n = scanned(number, copy);
    return n.end ? to_integer(n, is_int != 0, *value) : CSIMDJSON_TYPE;
}

int32_t csimdjson_to_double(csimdjson_slice number, double *value) {
    uint8_t copy[CSIMDJSON_NUMBER_BYTES_MAX + 16];
    const Number n = scanned(number, copy);
    return n.end ? to_double(n, *value) : CSIMDJSON_TYPE;
}
