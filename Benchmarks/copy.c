// copy BROKERS IN OUT INTERVAL_MS: what librdkafka itself allows, the yardstick of the benchmarks.
//
// Reads IN to its end, read_committed and with checksums, and writes each record to the same
// partition of OUT in transactions of INTERVAL_MS. The fastest way that we found on librdkafka 2.0:
//   - messages come in batches from one queue, not one poll a record;
//   - a payload is copied once, into an arena that lives until the commit, so that produce need not
//     copy it again (no F_COPY);
//   - one produce_batch a partition takes the partition's lock once for thousands of rows;
//   - delivery reports come for failures only;
//   - prefetch limits so high that the fetcher never falls into its one-second back-off.
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    PARTITIONS_MAX = 64, ROWS_MAX = 4096, ROWS_WORTH_A_CALL = 256, CONSUME_MAX = 5000,
    ARENA_BYTES = 1 << 20, SETUP_MS = 30000, COMMIT_MS = 60000, CONSUME_MS = 20,
};

struct arena {
    struct arena *next;
    size_t used;
    char bytes[ARENA_BYTES];
};

static struct arena *in_use, *spare;
static rd_kafka_message_t rows[PARTITIONS_MAX][ROWS_MAX];
static int row_count[PARTITIONS_MAX];
static rd_kafka_t *producer;
static rd_kafka_topic_t *output;

static void die(const char *what, const char *why) {
    fprintf(stderr, "copy: %s: %s\n", what, why);
    _exit(1);
}

static void check(const char *call, rd_kafka_error_t *error) {
    if (error) die(call, rd_kafka_error_string(error));
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// Copies bytes into the arena of the open transaction.
static void *keep(const void *bytes, size_t count) {
    if (!count) return NULL;
    if (count > ARENA_BYTES) die("record", "longer than an arena");
    if (!in_use || in_use->used + count > ARENA_BYTES) {
        struct arena *arena = spare ? spare : malloc(sizeof *arena);
        if (!arena) die("malloc", "out of memory");
        if (spare) spare = spare->next;
        arena->next = in_use;
        arena->used = 0;
        in_use = arena;
    }
    char *place = in_use->bytes + in_use->used;
    in_use->used += count;
    return memcpy(place, bytes, count);
}

// After a commit librdkafka holds no pointer into the arenas any more.
static void recycle_arenas(void) {
    while (in_use) {
        struct arena *arena = in_use;
        in_use = arena->next;
        arena->next = spare;
        spare = arena;
    }
}

static void produce(int partition) {
    rd_kafka_message_t *row = rows[partition];
    int waiting = row_count[partition];
    while (waiting > 0 && rd_kafka_produce_batch(output, partition, 0, row, waiting) < waiting) {
        int refused = 0;  // the queue was full: the refused rows move up and are tried again
        for (int i = 0; i < waiting; i++) {
            if (!row[i].err) continue;
            if (row[i].err != RD_KAFKA_RESP_ERR__QUEUE_FULL) die("produce", rd_kafka_err2str(row[i].err));
            row[refused] = row[i];
            row[refused++].err = RD_KAFKA_RESP_ERR_NO_ERROR;
        }
        waiting = refused;
        rd_kafka_poll(producer, 10);
    }
    row_count[partition] = 0;
}

static void append(const rd_kafka_message_t *message) {
    int partition = message->partition;
    rd_kafka_message_t *row = &rows[partition][row_count[partition]++];
    memset(row, 0, sizeof *row);
    row->payload = keep(message->payload, message->len);
    row->len = message->len;
    row->key = keep(message->key, message->key_len);
    row->key_len = message->key_len;
    if (row_count[partition] == ROWS_MAX) produce(partition);
}

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client, (void)opaque;
    if (message->err) die("delivery", rd_kafka_err2str(message->err));
}

static rd_kafka_t *new_client(rd_kafka_type_t type, const char *const properties[][2]) {
    char reason[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (int i = 0; properties[i][0]; i++)
        if (rd_kafka_conf_set(conf, properties[i][0], properties[i][1], reason, sizeof reason))
            die(properties[i][0], reason);
    if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    rd_kafka_t *client = rd_kafka_new(type, conf, reason, sizeof reason);
    if (!client) die("client", reason);
    return client;
}

static rd_kafka_t *new_consumer(const char *brokers) {
    return new_client(RD_KAFKA_CONSUMER, (const char *const[][2]){
        {"bootstrap.servers", brokers}, {"group.id", "benchmark-copy"},
        {"enable.auto.commit", "false"}, {"enable.auto.offset.store", "false"},
        {"enable.partition.eof", "true"}, {"isolation.level", "read_committed"}, {"check.crcs", "true"},
        {"socket.nagle.disable", "true"}, {"fetch.message.max.bytes", "4194304"},
        {"queued.min.messages", "1000000"}, {"queued.max.messages.kbytes", "262144"}, {NULL, NULL}});
}

static rd_kafka_t *new_producer(const char *brokers) {
    char id[64];
    snprintf(id, sizeof id, "benchmark-copy-%d", getpid());
    return new_client(RD_KAFKA_PRODUCER, (const char *const[][2]){
        {"bootstrap.servers", brokers}, {"transactional.id", id}, {"socket.nagle.disable", "true"},
        {"linger.ms", "20"}, {"batch.num.messages", "10000"}, {"batch.size", "1000000"},
        {"queue.buffering.max.messages", "1000000"}, {"queue.buffering.max.kbytes", "1048576"},
        {"delivery.report.only.error", "true"}, {NULL, NULL}});
}

// Starts reading every partition from its first record; returns how many there are.
static int assign_all(rd_kafka_t *consumer, const char *name) {
    const rd_kafka_metadata_t *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(consumer, name, NULL);
    if (rd_kafka_metadata(consumer, 0, topic, &metadata, SETUP_MS)) die(name, "no metadata");
    int partitions = metadata->topics[0].partition_cnt;
    if (partitions < 1 || partitions > PARTITIONS_MAX) die(name, "absent, or too many partitions");
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int i = 0; i < partitions; i++)
        rd_kafka_topic_partition_list_add(list, name, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(topic);
    return partitions;
}

// Without its metadata the first produce would wait a second.
static void open_output(const char *name) {
    const rd_kafka_metadata_t *metadata;
    output = rd_kafka_topic_new(producer, name, NULL);
    if (rd_kafka_metadata(producer, 0, output, &metadata, SETUP_MS)) die(name, "no metadata");
    rd_kafka_metadata_destroy(metadata);
}

int main(int argc, char **argv) {
    if (argc != 5) die("usage", "copy BROKERS IN OUT INTERVAL_MS");
    double interval = atof(argv[4]) / 1e3;
    rd_kafka_t *consumer = new_consumer(argv[1]);
    rd_kafka_poll_set_consumer(consumer);
    int partitions = assign_all(consumer, argv[2]);
    producer = new_producer(argv[1]);
    check("init_transactions", rd_kafka_init_transactions(producer, SETUP_MS));
    check("begin_transaction", rd_kafka_begin_transaction(producer));
    open_output(argv[3]);

    static rd_kafka_message_t *messages[CONSUME_MAX];
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(consumer);
    long records = 0;
    int ended = 0;
    double committed = now();
    while (ended < partitions) {
        ssize_t count = rd_kafka_consume_batch_queue(queue, CONSUME_MS, messages, CONSUME_MAX);
        for (ssize_t i = 0; i < count; i++) {
            rd_kafka_resp_err_t error = messages[i]->err;
            if (!error) append(messages[i]), records++;
            else if (error == RD_KAFKA_RESP_ERR__PARTITION_EOF) ended++;
            else die("consume", rd_kafka_message_errstr(messages[i]));
            rd_kafka_message_destroy(messages[i]);
        }
        for (int p = 0; p < partitions; p++)
            if (row_count[p] > ROWS_WORTH_A_CALL) produce(p);
        rd_kafka_poll(producer, 0);
        if (now() - committed < interval && ended < partitions) continue;
        for (int p = 0; p < partitions; p++) produce(p);
        check("commit_transaction", rd_kafka_commit_transaction(producer, COMMIT_MS));
        recycle_arenas();
        committed = now();
        if (ended < partitions) check("begin_transaction", rd_kafka_begin_transaction(producer));
    }
    printf("%ld records\n", records);
    fflush(stdout);
    _exit(0);  // nothing is left to flush, and tearing librdkafka down is not what we measure
}
