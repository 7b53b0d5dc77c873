// topic BROKERS NAME[:PARTITIONS] ...: creates the topics and returns when each has its leaders.
// Kafka's own kafka-topics.sh creates one topic a JVM, a second each; a drill needs two or three.
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TOPICS_MAX = 64, TIMEOUT_MS = 20000 };
static char reason[512];

static int fail(const char *what, const char *why) {
    fprintf(stderr, "topic: %s: %s\n", what, why);
    return 1;
}

static long now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// Creation is done when the controller says so, but a produce may come before the leader is known.
static int has_leaders(rd_kafka_t *client, const char *name) {
    const rd_kafka_metadata_t *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
    int ready = 0;
    if (!rd_kafka_metadata(client, 0, topic, &metadata, 1000)) {
        const rd_kafka_metadata_topic_t *found = &metadata->topics[0];
        ready = metadata->topic_cnt == 1 && !found->err && found->partition_cnt > 0;
        for (int i = 0; ready && i < found->partition_cnt; i++)
            ready = !found->partitions[i].err && found->partitions[i].leader >= 0;
        rd_kafka_metadata_destroy(metadata);
    }
    rd_kafka_topic_destroy(topic);
    return ready;
}

int main(int argc, char **argv) {
    if (argc < 3 || argc - 2 > TOPICS_MAX) return fail("usage", "topic BROKERS NAME[:PARTITIONS] ...");
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], reason, sizeof reason)) return fail(argv[1], reason);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (!client) return fail("client", reason);

    int count = argc - 2;
    rd_kafka_NewTopic_t *topics[TOPICS_MAX];
    for (int i = 0; i < count; i++) {
        char *colon = strchr(argv[i + 2], ':');
        if (colon) *colon = 0;
        topics[i] = rd_kafka_NewTopic_new(argv[i + 2], colon ? atoi(colon + 1) : 1, 1, reason, sizeof reason);
        if (!topics[i]) return fail(argv[i + 2], reason);
    }
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_CreateTopics(client, topics, count, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, TIMEOUT_MS);
    if (!event) return fail(argv[1], "no answer");
    if (rd_kafka_event_error(event)) return fail(argv[1], rd_kafka_event_error_string(event));

    size_t results;
    const rd_kafka_topic_result_t **result = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &results);
    for (size_t i = 0; i < results; i++)
        if (rd_kafka_topic_result_error(result[i]))
            return fail(rd_kafka_topic_result_name(result[i]), rd_kafka_topic_result_error_string(result[i]));
    long deadline = now_ms() + TIMEOUT_MS;
    for (int i = 0; i < count; i++)
        while (!has_leaders(client, argv[i + 2])) {
            if (now_ms() > deadline) return fail(argv[i + 2], "has no leader");
            nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        }
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy_array(topics, count);
    rd_kafka_destroy(client);
    return 0;
}
