// The state of the driver's double, which its files share.
//
// FAKE_CUDA_ORDER=forward|reverse|shuffled  the order in which threads and blocks run (default: forward)
// FAKE_CUDA_THREADS=n                       OS threads that share a grid's blocks (default: 2)
// FAKE_CUDA_EAGER=1                         work runs when it is issued
// FAKE_CUDA_COUNT=1                         prints at exit how often each call was made, and how many there were
// FAKE_CUDA_FAIL_AT=k                       the k-th call and all later ones fail: the device is lost
// FAKE_CUDA_HANG_AT=k                       what is issued from the k-th call on never ends
// FAKE_CUDA_VERSION=n                       the CUDA version of the driver (default: 13000)
// FAKE_CUDA_OLD_CARD=1                      a card that is too old: compute capability 6.0
// FAKE_CUDA_MEMORY=bytes                    the device's memory (default: 8 GiB)
// FAKE_CUDA_NO_DEVICE=1                     a driver without a device
// FAKE_CUDA_KERNELS=folder                  the sources of the PTX (default: src/nn/gpu/kernels)
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))
typedef int CUresult;
typedef uint64_t CUdeviceptr;
inline const int OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, NO_DEVICE = 100,
                 INVALID_DEVICE = 101, INVALID_IMAGE = 200, INVALID_CONTEXT = 201, INVALID_HANDLE = 400, NOT_FOUND = 500,
                 NOT_READY = 600, ILLEGAL_ADDRESS = 700, LAUNCH_FAILED = 719, CAPTURE_UNSUPPORTED = 900,
                 CAPTURE_INVALIDATED = 901, UNKNOWN = 999;

// Calls run one at a time: the double need not be fast with many host threads.
inline std::recursive_mutex global;
struct Guard : std::lock_guard<std::recursive_mutex> {
    Guard() : lock_guard(global) {}
};

/// Counts a call; returns an error where the device is lost.
int count_call(const char *name);
/// Whether work that waits never ends.
bool hangs();
/// Each call of the interface begins with this.
#define CALL                                                                                                           \
    Guard guard;                                                                                                       \
    if (int lost = count_call(__func__)) return lost;

/// Prints a message and returns the code.
int say(int code, const char *format, ...);

/// Issued work: kernels, copies, fills.
typedef std::function<int()> Work;
struct Graph {
    std::vector<Work> nodes;
};
struct Stream {
    std::list<Work> queue;
    uint64_t issued = 0, done = 0;
    Graph *capture = nullptr;
    std::thread::id capturer;
    bool is_capture_broken = false;
};
struct Event {
    Stream *stream = nullptr;
    uint64_t mark = 0;
    Graph *capture = nullptr;
    double at = 0;
};

inline bool is_up = false;
/// The error of a kernel that failed: every later call returns it, as on a real device.
inline int failed = OK;
inline thread_local void *current_context = nullptr;
inline int check_ready() { return !is_up ? NOT_INITIALIZED : !current_context ? INVALID_CONTEXT : failed; }

/// The stream behind a handle; null is the default stream.
Stream *stream_of(void *handle);
/// Runs the stream's work up to a mark, all of it, or that of all streams; returns the device's error.
int run_until(Stream *stream, uint64_t mark);
int run_all(Stream *stream);
int run_everything();
/// Appends work to the stream, or to the graph that the stream is captured into.
int issue(Stream *stream, Work work);
/// Whether this thread captures a stream.
bool is_capturing();
/// Breaks the capture, as what may not happen during one does.
int unsupported_in_capture(const char *what);

struct Block {
    size_t bytes;
    bool is_host;
};
/// The allocation that holds all of these bytes, or null.
const Block *holder(uint64_t from, size_t bytes);
/// Whether nothing was written beside an allocation.
bool is_intact();
/// The device's memory, in bytes.
size_t total_memory();
