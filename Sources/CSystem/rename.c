#define _GNU_SOURCE
#include "CSystem.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int csystem_rename_without_replacing(int directory, const char *from, const char *to) {
    if (renameat2(directory, from, directory, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    // The filesystem cannot. A hard link does not replace either.
    if (linkat(directory, from, directory, to, 0) != 0) return errno;
    return unlinkat(directory, from, 0) == 0 ? 0 : errno;
}
