#ifndef MILLRACE_CSYSTEM_H
#define MILLRACE_CSYSTEM_H

#include <semaphore.h>
#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli, reflected, as RFC 3720 and Kafka use it) of `count` bytes, continued from
/// `seed` (0 to begin). Uses the SSE 4.2 instruction where the processor has it.
uint32_t csystem_crc32c(uint32_t seed, const void *bytes, size_t count);

/// The same without the instruction, for processors that lack it and for the test that both agree.
uint32_t csystem_crc32c_portable(uint32_t seed, const void *bytes, size_t count);

/// Asks for the cache line at `address`, to be read soon. No address is an error.
static inline void csystem_prefetch(const void *address) { __builtin_prefetch(address); }

/// Names the calling thread as `top -H` and debuggers show it; at most 15 bytes are kept.
void csystem_name_thread(const char *name);

/// Waits for a thread's end, by the monotonic clock. Returns 0, or an errno: ETIMEDOUT if it runs on.
int csystem_join_thread(unsigned long thread, long timeout_milliseconds);

/// Waits for a semaphore, by the monotonic clock: a step of the wall clock neither ends nor prolongs the
/// wait. Returns 0, or an errno: ETIMEDOUT after `limit_nanoseconds`, EINTR if a signal came first.
int csystem_wait_semaphore(sem_t *semaphore, int64_t limit_nanoseconds);

/// Renames within a directory, failing with EEXIST if `to` is there: renameat2(2) with
/// RENAME_NOREPLACE, or a link and an unlink where the filesystem lacks it. Returns 0 or an errno.
int csystem_rename_without_replacing(int directory, const char *from, const char *to);

/// Removes a folder and everything in it, without following links; at most 16 descriptors are open.
/// Returns 0, or -1 with errno.
int csystem_remove_tree(const char *path);

#endif
