// A wire between two network namespaces, with a delay and a bandwidth: what kernels without netem have not.
//
//     wire NAMESPACE NAMESPACE MICROSECONDS MBIT/S
//
// Each namespace gets a device `wire`, whose packets arrive at the other's after they have passed at that rate, one behind the other, and after
// the delay, each way for itself. Runs until it is ended. A packet that finds the queue full is lost, as in a switch.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { places = 4096, largest = 9216, frame = 38 };

// Packets on their way in one direction.
typedef struct {
    int from, to;
    long long free_at; // when the last one has passed, in nanoseconds
    unsigned first, count;
    struct {
        long long due;
        int length;
        unsigned char bytes[largest];
    } packets[places];
} way;

static void fail(const char *what) {
    fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
    exit(74);
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int open_device(const char *name) {
    char path[256];
    snprintf(path, sizeof path, "/run/netns/%s", name);
    int namespace = open(path, O_RDONLY | O_CLOEXEC);
    if (namespace < 0 || setns(namespace, CLONE_NEWNET) != 0) fail(path);
    close(namespace);
    int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    struct ifreq request = {.ifr_name = "wire", .ifr_flags = IFF_TUN | IFF_NO_PI};
    if (device < 0 || ioctl(device, TUNSETIFF, &request) != 0) fail("/dev/net/tun");
    return device;
}

// Takes what has been sent; a packet passes when those before it have, and arrives the delay later.
static void take(way *way, long long delay, double nanoseconds_per_byte) {
    while (way->count < places) {
        unsigned place = (way->first + way->count) % places;
        int length = (int)read(way->from, way->packets[place].bytes, largest);
        if (length <= 0) return;
        long long start = now();
        if (way->free_at > start) start = way->free_at;
        // With the header, the checksum and the gap that a frame of Ethernet has around a packet.
        way->free_at = start + (long long)((length + frame) * nanoseconds_per_byte);
        way->packets[place].length = length;
        way->packets[place].due = way->free_at + delay;
        way->count++;
    }
}

// Lets arrive what is due.
// Returns the nanoseconds until the next is, -1 for none.
static long long give(way *way) {
    while (way->count > 0) {
        unsigned place = way->first;
        long long left = way->packets[place].due - now();
        if (left > 0) return left;
        if (write(way->to, way->packets[place].bytes, (size_t)way->packets[place].length) < 0 && errno != EINVAL &&
            errno != EIO)
            return 1000;
        way->first = (place + 1) % places;
        way->count--;
    }
    return -1;
}

int main(int count, char **arguments) {
    if (count != 5) {
        fprintf(stderr, "usage: wire NAMESPACE NAMESPACE MICROSECONDS MBIT/S\n");
        return 64;
    }
    long long delay = (long long)(atof(arguments[3]) * 1000);
    double nanoseconds_per_byte = 8000 / atof(arguments[4]);
    static way ways[2];
    int first = open_device(arguments[1]), second = open_device(arguments[2]);
    ways[0].from = ways[1].to = first;
    ways[0].to = ways[1].from = second;
    // Timers are 50 µs late by default, as long as some wires' delay.
    prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
    puts("ready");
    fflush(stdout);
    for (;;) {
        long long wait = -1;
        for (int index = 0; index < 2; index++) {
            take(&ways[index], delay, nanoseconds_per_byte);
            long long left = give(&ways[index]);
            if (left >= 0 && (wait < 0 || left < wait)) wait = left;
        }
        struct pollfd devices[2] = {{.fd = first, .events = POLLIN}, {.fd = second, .events = POLLIN}};
        struct timespec time = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
        ppoll(devices, 2, wait < 0 ? NULL : &time, NULL);
    }
}
