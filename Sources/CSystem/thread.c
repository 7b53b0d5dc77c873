#define _GNU_SOURCE
#include "CSystem.h"
#include <pthread.h>
#include <string.h>
#include <time.h>

void csystem_name_thread(const char *name) {
    char kept[16] = {0};
    strncpy(kept, name, sizeof kept - 1);
    pthread_setname_np(pthread_self(), kept);
}

int csystem_join_thread(unsigned long thread, long timeout_milliseconds) {
    struct timespec limit;
    clock_gettime(CLOCK_MONOTONIC, &limit);
    limit.tv_sec += timeout_milliseconds / 1000;
    limit.tv_nsec += timeout_milliseconds % 1000 * 1000000;
    if (limit.tv_nsec >= 1000000000) {
        limit.tv_sec += 1;
        limit.tv_nsec -= 1000000000;
    }
    return pthread_clockjoin_np((pthread_t)thread, NULL, CLOCK_MONOTONIC, &limit);
}
