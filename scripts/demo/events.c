// events BROKERS TOPIC COUNT PER_SECOND SEED: the demo's events, as they would come from outside.
//
// {"color":"Red","weight":12.25,"ts":1700000000000}: ten colours in mixed case, a tenth of them grey;
// a weight may be null, absent, zero or negative. The key is the colour in lower case, so that all
// events of a colour stand in one partition and their order is known. The same seed gives the same
// events. PER_SECOND 0 is as fast as it goes.
#include <ctype.h>
#include <librdkafka/rdkafka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COLORS = 10, FIRST_EVENT_S = 1700000000, BURSTS_PER_SECOND = 50, FLUSH_MS = 60000 };
static const char *const colors[COLORS] = {
    "red", "orange", "yellow", "green", "blue", "violet", "white", "black", "brown", "grey"};
static uint64_t state;
static long failed;

static uint64_t next_random(void) {  // splitmix64
    uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char reason[512];
    if (!rd_kafka_conf_set(conf, name, value, reason, sizeof reason)) return;
    fprintf(stderr, "events: %s\n", reason);
    exit(1);
}

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client, (void)opaque;
    if (message->err && !failed++) fprintf(stderr, "events: %s\n", rd_kafka_err2str(message->err));
}

// Writes the colour as people type it: red, RED or Red.
static void write_color(char *text, const char *color, uint64_t style) {
    for (int i = 0; (text[i] = color[i]); i++)
        if (style == 0 || (style == 1 && i == 0)) text[i] = (char)toupper(color[i]);
}

static void write_weight(char *text, size_t size, uint64_t random) {
    int quarters = (int)((random >> 8) % 4000);
    switch (random % 20) {
    case 0: snprintf(text, size, "\"weight\":null,"); break;
    case 1: text[0] = 0; break;
    case 2: snprintf(text, size, "\"weight\":%d.25,", -quarters % 10); break;
    case 3: snprintf(text, size, "\"weight\":0,"); break;
    default: snprintf(text, size, "\"weight\":%d.%02d,", quarters / 4, quarters % 4 * 25);
    }
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: events BROKERS TOPIC COUNT PER_SECOND SEED\n");
        return 64;
    }
    long count = atol(argv[3]), per_second = atol(argv[4]), burst = per_second / BURSTS_PER_SECOND + 1;
    state = strtoull(argv[5], NULL, 10);

    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", argv[1]);
    set(conf, "enable.idempotence", "true");
    set(conf, "partitioner", "murmur2_random");
    set(conf, "linger.ms", "10");
    set(conf, "queue.buffering.max.messages", "1000000");
    rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    char reason[512];
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, argv[2], NULL);

    for (long i = 0; i < count; i++) {
        uint64_t random = next_random();
        const char *key = colors[random % COLORS];
        char color[16], weight[32], value[128];
        write_color(color, key, random >> 32 & 3);
        write_weight(weight, sizeof weight, next_random());
        int length = snprintf(value, sizeof value, "{\"color\":\"%s\",%s\"ts\":%ld}", color, weight,
                              1000L * FIRST_EVENT_S + i);
        size_t key_length = strlen(key);
        while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value, (size_t)length,
                                key, key_length, NULL))
            rd_kafka_poll(client, 50);
        if (per_second && i % burst == 0)
            nanosleep(&(struct timespec){.tv_nsec = 1000000000L / BURSTS_PER_SECOND}, NULL);
        if (i % 1024 == 0) rd_kafka_poll(client, 0);
    }
    return rd_kafka_flush(client, FLUSH_MS) || failed ? 1 : 0;
}
