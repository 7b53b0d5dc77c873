#define _GNU_SOURCE
#include "CSystem.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

void csystem_name_thread(const char *name) {
    char kept[16] = {0};
    strncpy(kept, name, sizeof kept - 1);
    pthread_setname_np(pthread_self(), kept);
}

// The thread sanitizer does not know the calls that name a clock: it would think that a joined thread lives
// on, and that a semaphore orders nothing.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CLOCK CLOCK_REALTIME
#define join_until(thread, limit) pthread_timedjoin_np(thread, NULL, limit)
#define wait_until(semaphore, limit) sem_timedwait(semaphore, limit)
#endif
#endif
#ifndef join_until
#define CLOCK CLOCK_MONOTONIC
#define join_until(thread, limit) pthread_clockjoin_np(thread, NULL, CLOCK, limit)
#define wait_until(semaphore, limit) sem_clockwait(semaphore, CLOCK, limit)
#endif

static const int64_t nanoseconds_per_second = 1000000000;

static struct timespec after(int64_t nanoseconds) {
    struct timespec limit;
    clock_gettime(CLOCK, &limit);
    nanoseconds += limit.tv_nsec;
    limit.tv_sec += nanoseconds / nanoseconds_per_second;
    limit.tv_nsec = nanoseconds % nanoseconds_per_second;
    return limit;
}

int csystem_join_thread(unsigned long thread, long timeout_milliseconds) {
    const struct timespec limit = after(timeout_milliseconds * 1000000);
    return join_until((pthread_t)thread, &limit);
}

int csystem_wait_semaphore(sem_t *semaphore, int64_t limit_nanoseconds) {
    const struct timespec limit = after(limit_nanoseconds);
    return wait_until(semaphore, &limit) == 0 ? 0 : errno;
}
