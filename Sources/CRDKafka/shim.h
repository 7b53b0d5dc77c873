// librdkafka for Swift: the library's own headers, and the two loops that touch every record.
//
// The loops are here because librdkafka hands records out one struct at a time: in C they are a
// load and a copy each, and no librdkafka type crosses into the engine.
#ifndef MILLRACE_CRDKAFKA_H
#define MILLRACE_CRDKAFKA_H
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdint.h>
#include <string.h>

// StreamCore's ByteSlice: a null base is an absent value, an empty one has a base.
typedef struct {
    const uint8_t *base;
    intptr_t count;
} millrace_slice_t;

// Where fetched records go: the next free row of a batch's arrays, and free bytes of its arena.
typedef struct {
    millrace_slice_t *keys;
    millrace_slice_t *values;
    int32_t *partitions;
    int64_t *offsets;
    int64_t *timestamps;
    // Each row's headers, in the layout of StreamCore's RecordHeaders; null: they are not wanted, and
    // then librdkafka does not parse them either.
    millrace_slice_t *headers;
    int64_t row_capacity;
    uint8_t *room;
    int64_t room_capacity;
    // Closes the batch: it may be exceeded by one record.
    int64_t byte_limit;
} millrace_rows_t;

static inline millrace_slice_t millrace_copy_bytes(uint8_t *to, const void *from, size_t count) {
    millrace_slice_t slice = {from ? to : NULL, (intptr_t)(from ? count : 0)};
    if (from && count > 0) memcpy(to, from, count);
    return slice;
}

// The bytes that a record's headers take as RecordHeaders; 0: it has none. Parses them on first use.
static inline size_t millrace_headers_size(rd_kafka_message_t *message) {
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;
    size_t count, size = 0;
    if (rd_kafka_message_headers(message, &headers)) return 0;
    for (size_t index = 0; !rd_kafka_header_get_all(headers, index, &name, &value, &count); index++)
        size += 8 + strlen(name) + (value ? count : 0);
    return size;
}

static inline uint8_t *millrace_put_sized(uint8_t *to, const void *from, size_t count) {
    const int32_t size = from ? (int32_t)count : -1;
    memcpy(to, &size, sizeof size);
    if (from && count > 0) memcpy(to + sizeof size, from, count);
    return to + sizeof size + (from ? count : 0);
}

// Writes a record's headers, `size` bytes by millrace_headers_size, in the order of the record.
static inline millrace_slice_t millrace_copy_headers(
    uint8_t *to, rd_kafka_message_t *message, size_t size
) {
    millrace_slice_t slice = {size ? to : NULL, (intptr_t)size};
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;
    size_t count;
    if (size == 0 || rd_kafka_message_headers(message, &headers)) return slice;
    for (size_t index = 0; !rd_kafka_header_get_all(headers, index, &name, &value, &count); index++)
        to = millrace_put_sized(millrace_put_sized(to, name, strlen(name)), value, count);
    return slice;
}

// The bytes of arena that a record needs.
static inline size_t millrace_record_size(rd_kafka_message_t *message, int with_headers) {
    return (message->key ? message->key_len : 0) + (message->payload ? message->len : 0)
        + (with_headers ? millrace_headers_size(message) : 0);
}

// Copies the records messages[next ...], key and value once each, and destroys them. Stops at the
// first message that is not a record of `topic` (an error, an end of partition, another topic),
// that does not fit, or behind which the byte limit is reached.
//
// Returns the rows written; `*used` receives the bytes written.
static inline int64_t millrace_copy_records(
    rd_kafka_message_t **messages, int64_t count, const rd_kafka_topic_t *topic,
    const millrace_rows_t *rows, int64_t *used
) {
    int64_t row = 0, bytes = 0;
    while (row < count && row < rows->row_capacity && bytes < rows->byte_limit) {
        rd_kafka_message_t *message = messages[row];
        if (message->err || message->rkt != topic) break;
        size_t key_count = message->key ? message->key_len : 0;
        size_t value_count = message->payload ? message->len : 0;
        size_t header_count = rows->headers ? millrace_headers_size(message) : 0;
        if (key_count + value_count + header_count > (size_t)(rows->room_capacity - bytes)) break;
        rows->keys[row] = millrace_copy_bytes(rows->room + bytes, message->key, key_count);
        bytes += (int64_t)key_count;
        rows->values[row] = millrace_copy_bytes(rows->room + bytes, message->payload, value_count);
        bytes += (int64_t)value_count;
        if (rows->headers) {
            rows->headers[row] =
                millrace_copy_headers(rows->room + bytes, message, header_count);
            bytes += (int64_t)header_count;
        }
        rows->partitions[row] = message->partition;
        rows->offsets[row] = message->offset;
        rows->timestamps[row] = rd_kafka_message_timestamp(message, NULL);
        rd_kafka_message_destroy(message);
        row++;
    }
    *used = bytes;
    return row;
}

// Hands `count` rows of one partition to the producer, in order, without copying their values
// (librdkafka copies the keys into its own message).
//
// `rows` are indices into `keys` and `values`; `keys` may be null. `scratch` has room for
// `scratch_count` messages. Each delivered row counts `*undelivered` down by one, on librdkafka's
// thread; a row that fails does not. Returns how many were accepted, from the first. If not all were,
// `*error` is why: _QUEUE_FULL, after which the rest may be tried again, or what is wrong with the
// next row.
static inline int64_t millrace_produce(
    rd_kafka_topic_t *topic, int32_t partition, const millrace_slice_t *keys,
    const millrace_slice_t *values, const int32_t *rows, int64_t count,
    rd_kafka_message_t *scratch, int64_t scratch_count, int64_t *undelivered,
    rd_kafka_resp_err_t *error
) {
    int64_t accepted = 0;
    *error = RD_KAFKA_RESP_ERR_NO_ERROR;
    while (accepted < count) {
        int64_t left = count - accepted, size = left < scratch_count ? left : scratch_count;
        memset(scratch, 0, (size_t)size * sizeof *scratch);
        for (int64_t index = 0; index < size; index++) {
            const int32_t row = rows[accepted + index];
            scratch[index].payload = (void *)values[row].base;
            scratch[index].len = (size_t)values[row].count;
            scratch[index]._private = undelivered;
            if (keys) {
                scratch[index].key = (void *)keys[row].base;
                scratch[index].key_len = (size_t)keys[row].count;
            }
        }
        int taken = rd_kafka_produce_batch(topic, partition, 0, scratch, (int)size);
        if (taken == size) {
            accepted += size;
            continue;
        }
        // A full queue refuses all that follow, so the refused rows are the last ones. Any other
        // error concerns one row; rows behind it may have been taken, and the caller gives up.
        int64_t first = 0;
        while (first < size && scratch[first].err == RD_KAFKA_RESP_ERR_NO_ERROR) first++;
        *error = first < size ? scratch[first].err : RD_KAFKA_RESP_ERR__FAIL;
        return accepted + first;
    }
    return accepted;
}

// The headers of one record, from the layout of StreamCore's RecordHeaders; null for none. The
// library's functions copy names and values.
static inline rd_kafka_headers_t *millrace_make_headers(const millrace_slice_t *encoded) {
    const uint8_t *at = encoded->base, *end = at + encoded->count;
    if (!at || encoded->count == 0) return NULL;
    rd_kafka_headers_t *headers = rd_kafka_headers_new(8);
    while (end - at >= 8) {
        int32_t name_count, value_count;
        memcpy(&name_count, at, sizeof name_count);
        const char *name = (const char *)at + sizeof name_count;
        at += sizeof name_count + (size_t)name_count;
        memcpy(&value_count, at, sizeof value_count);
        at += sizeof value_count;
        const int is_null = value_count < 0;
        rd_kafka_header_add(
            headers, name, name_count, is_null ? NULL : (const void *)at, is_null ? 0 : value_count);
        at += is_null ? 0 : (size_t)value_count;
    }
    return headers;
}

// As millrace_produce, for records with headers or timestamps, which rd_kafka_produce_batch has not:
// one call of the library for each row.
//
// `headers` and `timestamps` are by row, and either may be null; a timestamp of 0 is the present.
static inline int64_t millrace_produce_rows(
    rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition, const millrace_slice_t *keys,
    const millrace_slice_t *values, const millrace_slice_t *headers, const int64_t *timestamps,
    const int32_t *rows, int64_t count, int64_t *undelivered, rd_kafka_resp_err_t *error
) {
    *error = RD_KAFKA_RESP_ERR_NO_ERROR;
    for (int64_t index = 0; index < count; index++) {
        const int32_t row = rows[index];
        rd_kafka_headers_t *list = headers ? millrace_make_headers(&headers[row]) : NULL;
        rd_kafka_vu_t arguments[8];
        size_t size = 0;
        arguments[size].vtype = RD_KAFKA_VTYPE_RKT;
        arguments[size++].u.rkt = topic;
        arguments[size].vtype = RD_KAFKA_VTYPE_PARTITION;
        arguments[size++].u.i32 = partition;
        arguments[size].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
        arguments[size++].u.i = 0;
        arguments[size].vtype = RD_KAFKA_VTYPE_OPAQUE;
        arguments[size++].u.ptr = undelivered;
        arguments[size].vtype = RD_KAFKA_VTYPE_VALUE;
        arguments[size].u.mem.ptr = (void *)values[row].base;
        arguments[size++].u.mem.size = (size_t)values[row].count;
        if (keys) {
            arguments[size].vtype = RD_KAFKA_VTYPE_KEY;
            arguments[size].u.mem.ptr = (void *)keys[row].base;
            arguments[size++].u.mem.size = (size_t)keys[row].count;
        }
        if (timestamps) {
            arguments[size].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
            arguments[size++].u.i64 = timestamps[row];
        }
        if (list) {
            arguments[size].vtype = RD_KAFKA_VTYPE_HEADERS;
            arguments[size++].u.headers = list;
        }
        rd_kafka_error_t *failure = rd_kafka_produceva(client, arguments, size);
        if (failure) {
            // The list is the library's only once the record is.
            if (list) rd_kafka_headers_destroy(list);
            *error = rd_kafka_error_code(failure);
            rd_kafka_error_destroy(failure);
            return index;
        }
    }
    return count;
}

// Counts a delivered row down. Afterwards librdkafka no longer reads the row's bytes: it only frees
// its own message. A failed row keeps its bytes, since its delivery report is yet to come.
static rd_kafka_resp_err_t millrace_row_delivered(
    rd_kafka_t *client, rd_kafka_message_t *message, void *opaque
) {
    (void)client;
    (void)opaque;
    if (message->_private && message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        __atomic_fetch_sub((int64_t *)message->_private, 1, __ATOMIC_RELEASE);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t millrace_add_row_delivered(
    rd_kafka_t *client, const rd_kafka_conf_t *conf, void *opaque, char *reason, size_t reason_size
) {
    (void)conf;
    (void)opaque;
    (void)reason;
    (void)reason_size;
    return rd_kafka_interceptor_add_on_acknowledgement(
        client, "millrace.deliveries", millrace_row_delivered, NULL);
}

// Makes the clients of `conf` count deliveries down. An interceptor, not a delivery report: it is
// called where the broker's answer is read, and costs no queue and no wake-up (librdkafka 2.0.2).
static inline rd_kafka_resp_err_t millrace_count_deliveries(rd_kafka_conf_t *conf) {
    return rd_kafka_conf_interceptor_add_on_new(
        conf, "millrace.deliveries", millrace_add_row_delivered, NULL);
}

static inline int64_t millrace_undelivered(const int64_t *undelivered) {
    return __atomic_load_n(undelivered, __ATOMIC_ACQUIRE);
}

// Takes back rows that were not accepted.
static inline void millrace_not_accepted(int64_t *undelivered, int64_t count) {
    __atomic_fetch_sub(undelivered, count, __ATOMIC_RELEASE);
}
#endif
