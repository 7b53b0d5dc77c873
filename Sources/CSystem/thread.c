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

// The thread sanitizer does not know pthread_clockjoin_np and would think that the thread lives on.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define JOIN_CLOCK CLOCK_REALTIME
#define join_until(thread, limit) pthread_timedjoin_np(thread, NULL, limit)
#endif
#endif
#ifndef join_until
#define JOIN_CLOCK CLOCK_MONOTONIC
#define join_until(thread, limit) pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, limit)
#endif

int csystem_join_thread(unsigned long thread, long timeout_milliseconds) {
    struct timespec limit;
    clock_gettime(JOIN_CLOCK, &limit);
    limit.tv_sec += timeout_milliseconds / 1000;
    limit.tv_nsec += timeout_milliseconds % 1000 * 1000000;
    if (limit.tv_nsec >= 1000000000) {
        limit.tv_sec += 1;
        limit.tv_nsec -= 1000000000;
    }
    return join_until((pthread_t)thread, &limit);
}
