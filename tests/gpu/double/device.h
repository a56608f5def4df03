// CUDA C's keywords and built-in functions as plain C++, for kernels that are compiled for the host.
//
// A kernel is called once for every thread of a block. The threads of a block are fibers on one OS thread (see
// executor.h), so a `__shared__` variable is a static one. OS threads run different blocks, each with its own copy of
// the library, so that no two blocks share a static at the same time.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>
#include "state.h"

#define __global__
#define __device__
#define __host__
#define __constant__ static const
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
// Shared variables lie in a section of their own, which the executor fills with NaN before each block. AddressSanitizer
// places red zones around variables itself, so it gets ordinary ones.
#ifdef __SANITIZE_ADDRESS__
#define __shared__ static
#else
#define __shared__ static __attribute__((section("fake_shared")))
#endif

struct alignas(8) float2 { float x, y; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(8) int2 { int x, y; };
struct alignas(16) int4 { int x, y, z, w; };
struct alignas(16) uint4 { unsigned x, y, z, w; };
static inline float2 make_float2(float x, float y) { return {x, y}; }
static inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
static inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }

static FakeState fake_state;
#define threadIdx (fake_state.thread)
#define blockIdx (fake_state.block)
#define blockDim (fake_state.block_dim)
#define gridDim (fake_state.grid_dim)
static const int warpSize = 32;

static inline void __syncthreads() { fake_state.sync(fake_state.executor); }
static inline void __syncwarp(unsigned mask = 0xffffffffu) { fake_state.exchange(fake_state.executor, mask, 0); }
static inline void __threadfence() { __sync_synchronize(); }
static inline void __threadfence_block() {}

static inline unsigned fake_lane() {
    return (threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)) % 32;
}
template <class T> static inline T fake_from(unsigned mask, T value, unsigned lane, bool is_valid) {
    static_assert(sizeof(T) <= 8, "shuffles move at most 8 bytes");
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    const uint64_t *all = fake_state.exchange(fake_state.executor, mask, bits);
    if (!is_valid) return value;
    std::memcpy(&value, &all[lane], sizeof(T));
    return value;
}
template <class T> static inline T __shfl_sync(unsigned mask, T value, int from, int width = 32) {
    unsigned lane = fake_lane(), base = lane / width * width;
    return fake_from(mask, value, base + (unsigned)from % width, true);
}
template <class T> static inline T __shfl_down_sync(unsigned mask, T value, unsigned by, int width = 32) {
    unsigned lane = fake_lane();
    return fake_from(mask, value, lane + by, lane % width + by < (unsigned)width);
}
template <class T> static inline T __shfl_up_sync(unsigned mask, T value, unsigned by, int width = 32) {
    unsigned lane = fake_lane();
    return fake_from(mask, value, lane - by, lane % width >= by);
}
template <class T> static inline T __shfl_xor_sync(unsigned mask, T value, int by, int width = 32) {
    unsigned lane = fake_lane();
    return fake_from(mask, value, lane ^ by, (lane ^ by) / width == lane / width);
}
static inline unsigned __ballot_sync(unsigned mask, int predicate) {
    const uint64_t *all = fake_state.exchange(fake_state.executor, mask, predicate != 0);
    unsigned bits = 0;
    for (int lane = 0; lane < 32; lane++)
        if (mask >> lane & 1) bits |= (unsigned)all[lane] << lane;
    return bits;
}

// Blocks run on several OS threads, so atomics are real ones.
static inline float atomicAdd(float *place, float value) {
    uint32_t old = __atomic_load_n((uint32_t *)place, __ATOMIC_RELAXED), next;
    float sum;
    do {
        std::memcpy(&sum, &old, 4);
        sum += value;
        std::memcpy(&next, &sum, 4);
    } while (!__atomic_compare_exchange_n((uint32_t *)place, &old, next, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    std::memcpy(&sum, &old, 4);
    return sum;
}
static inline int atomicAdd(int *place, int value) { return __atomic_fetch_add(place, value, __ATOMIC_RELAXED); }
static inline unsigned atomicAdd(unsigned *place, unsigned value) {
    return __atomic_fetch_add(place, value, __ATOMIC_RELAXED);
}
static inline int atomicMax(int *place, int value) {
    int old = __atomic_load_n(place, __ATOMIC_RELAXED);
    while (old < value && !__atomic_compare_exchange_n(place, &old, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
    return old;
}

template <class T> static inline T __ldg(const T *place) { return *place; }
using std::isfinite;
using std::isinf;
using std::isnan;
// glibc has functions of these names.
#define __expf(x) std::exp((float)(x))
#define __logf(x) std::log((float)(x))
static inline float __fdividef(float x, float y) { return x / y; }
static inline float __frcp_rn(float x) { return 1.0f / x; }
static inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __ffs(int x) { return __builtin_ffs(x); }
static inline int __float_as_int(float x) { int y; std::memcpy(&y, &x, 4); return y; }
static inline float __int_as_float(int x) { float y; std::memcpy(&y, &x, 4); return y; }
static inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((uint64_t)a * b >> 32); }
template <class A, class B> static inline std::common_type_t<A, B> min(A a, B b) { return a < b ? a : b; }
template <class A, class B> static inline std::common_type_t<A, B> max(A a, B b) { return a > b ? a : b; }

// What the driver's double looks up in a library.
template <class... A> struct FakeArguments {
    static inline const size_t sizes[] = {sizeof(A)..., 0};
    template <size_t... I> static void call(void (*kernel)(A...), void **a, std::index_sequence<I...>) {
        kernel(*(std::remove_reference_t<A> *)a[I]...);
    }
};
template <class... A> FakeArguments<A...> fake_arguments(void (*)(A...));
#define FAKE_KERNEL(name)                                                                                              \
    extern "C" __attribute__((visibility("default"))) const FakeKernel fake_kernel_##name;                             \
    const FakeKernel fake_kernel_##name = {                                                                            \
        [](void **a) {                                                                                                 \
            decltype(fake_arguments(&name))::call(                                                                     \
                &name, a, std::make_index_sequence<sizeof(decltype(fake_arguments(&name))::sizes) / sizeof(size_t) - 1>()); \
        },                                                                                                             \
        sizeof(decltype(fake_arguments(&name))::sizes) / sizeof(size_t) - 1, decltype(fake_arguments(&name))::sizes};
extern "C" __attribute__((visibility("default"))) FakeState *fake_module_state() { return &fake_state; }
#ifdef __SANITIZE_ADDRESS__
extern "C" __attribute__((visibility("default"))) void fake_module_shared(char **from, char **to) { *from = *to = nullptr; }
#else
__shared__ __attribute__((used)) char fake_shared_is_never_empty;
extern "C" __attribute__((visibility("hidden"))) char __start_fake_shared, __stop_fake_shared;
extern "C" __attribute__((visibility("default"))) void fake_module_shared(char **from, char **to) {
    *from = &__start_fake_shared;
    *to = &__stop_fake_shared;
}
#endif
