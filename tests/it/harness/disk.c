/* A disk that is watched, and that can fail: loaded before other libraries into a program that writes databases.
 *
 * DISK_FAIL names a file of two 64-bit numbers: the first counts down with each write and sync of a database, and the call that
 * brings it to zero fails with EIO (nothing of it is done); the second counts such failures.
 * DISK_RECORD names a file to which every write, cut and sync of a database is appended as it ends, for playing a power cut. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WRITE = 1, CUT = 2, SYNC = 3 };

struct entry {
    uint32_t what, file, length, unused;
    uint64_t offset, ns;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile int64_t *fail;
static int record = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("DISK_FAIL");
    if (path) {
        int file = open(path, O_RDWR | O_CLOEXEC);
        void *map = file < 0 ? MAP_FAILED : mmap(NULL, 16, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (map != MAP_FAILED) fail = map;
        if (file >= 0) close(file);
    }
    path = getenv("DISK_RECORD");
    if (path) record = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* 1 for a database, 2 for its log, 0 for anything else. */
static uint32_t database(int file) {
    char link[64], path[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    const char *ending = strrchr(path, '.');
    if (!ending) return 0;
    return strcmp(ending, ".db") == 0 ? 1 : strcmp(ending, ".db-wal") == 0 ? 2 : 0;
}

static int fails(uint32_t file) {
    if (!file || !fail || fail[0] <= 0) return 0;
    if (__sync_sub_and_fetch(&fail[0], 1) != 0) return 0;
    __sync_add_and_fetch(&fail[1], 1);
    errno = EIO;
    return 1;
}

static void note(uint32_t what, uint32_t file, const void *bytes, size_t length, uint64_t offset) {
    if (!file || record < 0) return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct entry entry = {what, file, length, 0, offset, (uint64_t)now.tv_sec * 1000000000u + now.tv_nsec};
    ssize_t (*real)(int, const void *, size_t) = REAL(write);
    pthread_mutex_lock(&lock);
    if (real(record, &entry, sizeof entry) != sizeof entry || (length && bytes && real(record, bytes, length) != (ssize_t)length)) abort();
    pthread_mutex_unlock(&lock);
}

ssize_t write(int file, const void *bytes, size_t length) {
    uint32_t known = fail || record >= 0 ? database(file) : 0;
    if (fails(known)) return -1;
    off_t at = known ? lseek(file, 0, SEEK_CUR) : 0;
    ssize_t done = REAL(write)(file, bytes, length);
    if (done > 0) note(WRITE, known, bytes, done, at);
    return done;
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
    uint32_t known = database(file);
    if (fails(known)) return -1;
    ssize_t done = REAL(pwrite64)(file, bytes, length, offset);
    if (done > 0) note(WRITE, known, bytes, done, offset);
    return done;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
    return pwrite64(file, bytes, length, offset);
}

int ftruncate64(int file, off64_t length) {
    uint32_t known = database(file);
    if (fails(known)) return -1;
    int done = REAL(ftruncate64)(file, length);
    if (done == 0) note(CUT, known, NULL, 0, length);
    return done;
}

int ftruncate(int file, off_t length) {
    return ftruncate64(file, length);
}

int fdatasync(int file) {
    uint32_t known = database(file);
    if (fails(known)) return -1;
    int done = REAL(fdatasync)(file);
    if (done == 0) note(SYNC, known, NULL, 0, 0);
    return done;
}

int fsync(int file) {
    uint32_t known = database(file);
    if (fails(known)) return -1;
    int done = REAL(fsync)(file);
    if (done == 0) note(SYNC, known, NULL, 0, 0);
    return done;
}
