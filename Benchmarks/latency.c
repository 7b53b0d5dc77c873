// latency BROKERS IN OUT RATE SECONDS USERS: how long a record takes from IN to a reader of OUT.
//
// One thread writes RATE records a second to IN for SECONDS; each record says when it was written
// ("sent", microseconds). Another reads OUT, read_committed, as records become visible, and takes the
// difference. The job in between passes "sent" on. The first WARM_UP_S seconds are left out: the job's
// caches and connections are made in them. Prints one line of JSON, latencies in milliseconds.
//
// OUT is empty at first. Every record of IN must give one of OUT, or the program waits IDLE_MS for the missing ones and says
// how many did not come.
#define _GNU_SOURCE  // memmem
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    WARM_UP_S = 3, TICK_NS = 1000000, IDLE_MS = 30000, SETUP_MS = 30000, CONSUME_MAX = 5000,
    // A latency is counted by tenths of a millisecond, up to two minutes.
    BUCKETS = 1200000, BUCKET_US = 100,
};

static long rate, seconds, users;
static int64_t measured_from_us;
static atomic_long sent_count;
static long seen_count, measured_count, histogram[BUCKETS];
static int64_t longest_us;

static void die(const char *what, const char *why) {
    fprintf(stderr, "latency: %s: %s\n", what, why);
    _exit(1);
}

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static rd_kafka_t *new_client(rd_kafka_type_t type, const char *const properties[][2]) {
    char reason[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (int i = 0; properties[i][0]; i++)
        if (rd_kafka_conf_set(conf, properties[i][0], properties[i][1], reason, sizeof reason))
            die(properties[i][0], reason);
    rd_kafka_t *client = rd_kafka_new(type, conf, reason, sizeof reason);
    if (!client) die("client", reason);
    return client;
}

// ---- writing ------------------------------------------------------------------------------------

static void write_one(rd_kafka_t *client, rd_kafka_topic_t *topic, long id) {
    // A multiplicative hash: users come in no order.
    uint64_t random = (uint64_t)id * UINT64_C(0x9E3779B97F4A7C15);
    long user = (long)((random >> 33) % (uint64_t)users);
    char key[32], value[512];
    int key_length = snprintf(key, sizeof key, "user-%ld", user);
    int length = snprintf(value, sizeof value,
        "{\"id\":%ld,\"color\":\"blue\",\"user\":\"%s\",\"amount\":%d.%02d,\"sent\":%" PRId64
        ",\"payload\":\"%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "\"}",
        id, key, (int)(random >> 40 & 511), (int)(random >> 20 & 63), now_us(), random, random * 3, random * 5,
        random * 7);
    while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value, (size_t)length,
                            key, (size_t)key_length, NULL))
        rd_kafka_poll(client, 1);  // the queue is full
}

// Writes what is due, a millisecond's worth at a time; after a pause it catches up.
static void *write_all(void *arguments) {
    char **argv = arguments;
    rd_kafka_t *client = new_client(RD_KAFKA_PRODUCER, (const char *const[][2]){
        {"bootstrap.servers", argv[1]}, {"enable.idempotence", "true"}, {"linger.ms", "1"},
        {"socket.nagle.disable", "true"}, {NULL, NULL}});
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, argv[2], NULL);
    const rd_kafka_metadata_t *metadata;
    if (rd_kafka_metadata(client, 0, topic, &metadata, SETUP_MS)) die(argv[2], "no metadata");
    rd_kafka_metadata_destroy(metadata);
    int64_t started = now_us();
    measured_from_us = started + WARM_UP_S * INT64_C(1000000);
    long total = rate * seconds, id = 0;
    while (id < total) {
        long due = (long)((now_us() - started) * rate / 1000000);
        for (; id < due && id < total; id++) write_one(client, topic, id);
        atomic_store(&sent_count, id);
        rd_kafka_poll(client, 0);
        nanosleep(&(struct timespec){.tv_nsec = TICK_NS}, NULL);
    }
    if (rd_kafka_flush(client, SETUP_MS)) die(argv[2], "records were not delivered");
    return NULL;
}

// ---- reading ------------------------------------------------------------------------------------

// Starts reading every partition from its first record.
static rd_kafka_t *new_reader(const char *brokers, const char *name) {
    rd_kafka_t *client = new_client(RD_KAFKA_CONSUMER, (const char *const[][2]){
        {"bootstrap.servers", brokers}, {"group.id", "benchmark-latency"}, {"enable.auto.commit", "false"},
        {"isolation.level", "read_committed"}, {"socket.nagle.disable", "true"}, {NULL, NULL}});
    rd_kafka_poll_set_consumer(client);
    const rd_kafka_metadata_t *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
    if (rd_kafka_metadata(client, 0, topic, &metadata, SETUP_MS)) die(name, "no metadata");
    int partitions = metadata->topics[0].partition_cnt;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int i = 0; i < partitions; i++)
        rd_kafka_topic_partition_list_add(list, name, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(client, list);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(topic);
    return client;
}

static int64_t sent_us(const rd_kafka_message_t *message) {
    static const char field[] = "\"sent\":";
    const char *found = memmem(message->payload, message->len, field, sizeof field - 1);
    const char *end = (const char *)message->payload + message->len;
    if (!found) die("output", "a record without \"sent\"");
    int64_t value = 0;
    for (const char *c = found + sizeof field - 1; c < end && *c >= '0' && *c <= '9'; c++)
        value = value * 10 + (*c - '0');
    return value;
}

static void see(const rd_kafka_message_t *message, int64_t now) {
    int64_t sent = sent_us(message), latency = now - sent;
    seen_count++;
    if (sent < measured_from_us) return;
    if (latency < 0) latency = 0;
    if (latency > longest_us) longest_us = latency;
    int64_t bucket = latency / BUCKET_US;
    histogram[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
    measured_count++;
}

static void read_all(rd_kafka_t *client, long total) {
    static rd_kafka_message_t *messages[CONSUME_MAX];
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
    int64_t last_us = now_us();
    while (seen_count < total) {
        ssize_t count = rd_kafka_consume_batch_queue(queue, 1, messages, CONSUME_MAX);
        int64_t now = now_us();
        for (ssize_t i = 0; i < count; i++) {
            if (messages[i]->err) die("consume", rd_kafka_message_errstr(messages[i]));
            see(messages[i], now);
            rd_kafka_message_destroy(messages[i]);
        }
        if (count > 0) last_us = now;
        if (now - last_us > IDLE_MS * INT64_C(1000)) return;
    }
}

static double percentile(double share) {
    long wanted = (long)(share * (double)measured_count), before = 0;
    for (int i = 0; i < BUCKETS; i++)
        if ((before += histogram[i]) > wanted) return (double)i * BUCKET_US / 1e3;
    return (double)longest_us / 1e3;
}

int main(int argc, char **argv) {
    if (argc != 7) die("usage", "latency BROKERS IN OUT RATE SECONDS USERS");
    rate = atol(argv[4]), seconds = atol(argv[5]), users = atol(argv[6]);
    if (rate < 1 || seconds <= WARM_UP_S || users < 1) die("usage", "a rate, more than 3 seconds, users");
    rd_kafka_t *reader = new_reader(argv[1], argv[3]);
    pthread_t writer;
    if (pthread_create(&writer, NULL, write_all, argv)) die("thread", "not made");
    read_all(reader, rate * seconds);
    pthread_join(writer, NULL);
    printf("{\"sent\":%ld,\"seen\":%ld,\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f}\n", atomic_load(&sent_count),
           seen_count, percentile(0.5), percentile(0.99), (double)longest_us / 1e3);
    fflush(stdout);
    _exit(seen_count == rate * seconds ? 0 : 1);
}
