// generate BROKERS TOPIC RECORDS USERS SEED: writes JSON events of about 190 bytes, keyed by user,
// over all partitions of TOPIC. Event time rises by 1 ms a record, with up to 2 s of disorder. The
// same seed gives the same records.
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_EVENT_S = 1700000000, DISORDER_MS = 2000, FLUSH_MS = 120000 };
static const char *const colors[8] = {"red", "green", "blue", "orange", "violet", "white", "black", "yellow"};
static uint64_t state;
static long failed;

static uint64_t next_random(void) {  // xorshift64: fast, repeatable, good enough for load
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char reason[512];
    if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason)) {
        fprintf(stderr, "generate: %s: %s\n", name, reason);
        exit(1);
    }
}

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client, (void)opaque;
    if (message->err && !failed++) fprintf(stderr, "generate: %s\n", rd_kafka_err2str(message->err));
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: generate BROKERS TOPIC RECORDS USERS SEED\n");
        return 64;
    }
    long records = atol(argv[3]), users = atol(argv[4]);
    state = UINT64_C(0x9E3779B97F4A7C15) * (uint64_t)(atol(argv[5]) + 1);

    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", argv[1]);
    set(conf, "enable.idempotence", "true");
    set(conf, "linger.ms", "50");
    set(conf, "batch.num.messages", "10000");
    set(conf, "queue.buffering.max.messages", "1000000");
    rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    char reason[512];
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, argv[2], NULL);

    for (long id = 0; id < records; id++) {
        uint64_t a = next_random(), b = next_random(), c = next_random();
        long user = (long)(b % (uint64_t)users);
        int64_t time = INT64_C(1000) * FIRST_EVENT_S + id - (int64_t)(a % DISORDER_MS);
        char key[32], value[512];
        int key_length = snprintf(key, sizeof key, "user-%ld", user);
        int length = snprintf(value, sizeof value,
            "{\"id\":%ld,\"color\":\"%s\",\"user\":\"%s\",\"amount\":%d.%02d,\"ts\":%" PRId64
            ",\"payload\":\"%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "\"}",
            id, colors[a >> 20 & 7], key, (int)(c % 1000), (int)(a >> 44) % 100, time, a, c, a * 3, b * 7);
        while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value, (size_t)length,
                                key, (size_t)key_length, NULL))
            rd_kafka_poll(client, 50);  // the queue is full
        if (id % 1024 == 0) rd_kafka_poll(client, 0);
    }
    if (rd_kafka_flush(client, FLUSH_MS) || failed) {
        fprintf(stderr, "generate: %ld of %ld records were not delivered\n", failed, records);
        return 1;
    }
    return 0;
}
