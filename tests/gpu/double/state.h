// What the driver's double and the libraries of kernels share.
#pragma once
#include <cstddef>
#include <cstdint>

struct uint3 { unsigned x, y, z; };
struct dim3 { unsigned x, y, z; };

// The running thread's indices, and how it waits for others. The executor sets this before a thread runs.
struct FakeState {
    uint3 thread, block;
    dim3 block_dim, grid_dim;
    char *dynamic_shared;
    void *executor;
    void (*sync)(void *executor);
    const uint64_t *(*exchange)(void *executor, unsigned mask, uint64_t value);
};

// A kernel with the sizes of its arguments: a launch passes pointers to them without sizes.
struct FakeKernel {
    void (*run)(void **arguments);
    size_t count;
    const size_t *sizes;
};
