// Device memory and pinned memory are host memory, filled with NaN when they are allocated and guarded on both sides.
#include "driver.h"
#include <memory>

namespace {
std::map<uint64_t, Block> blocks;
size_t used_bytes = 0;

// AddressSanitizer watches the surroundings of an allocation by itself, reads included.
#ifdef __SANITIZE_ADDRESS__
const size_t GUARD = 0, BEHIND = 0;
#else
const size_t GUARD = 256, BEHIND = 64;
#endif
const unsigned char GUARD_BYTE = 0xa5;

CUresult allocate(CUdeviceptr *p, size_t bytes, bool is_host) {
    if (int code = check_ready()) return code;
    if (is_capturing()) return unsupported_in_capture("an allocation");
    if (bytes == 0) return INVALID_VALUE;
    if (!is_host && used_bytes + bytes > total_memory()) return OUT_OF_MEMORY;
    void *base = nullptr;
    if (posix_memalign(&base, 256, GUARD + bytes + BEHIND)) return OUT_OF_MEMORY;
    memset(base, GUARD_BYTE, GUARD + bytes + BEHIND);
    base = (char *)base + GUARD;
    memset(base, 0xff, bytes); // NaN, so that a read before the write shows.
    blocks[(uint64_t)base] = {bytes, is_host};
    if (!is_host) used_bytes += bytes;
    *p = (CUdeviceptr)base;
    return OK;
}

CUresult release(CUdeviceptr p) {
    auto at = blocks.find(p);
    if (at == blocks.end()) return say(INVALID_VALUE, "freed what is not allocated");
    if (!at->second.is_host) used_bytes -= at->second.bytes;
    free((char *)p - GUARD);
    blocks.erase(at);
    return OK;
}

struct Copy {
    bool to_device, from_device, waits;
};

CUresult copy(void *stream, uint64_t to, uint64_t from, size_t bytes, Copy how) {
    auto [to_device, from_device, waits] = how;
    if (int code = check_ready()) return code;
    if (to_device && !holder(to, bytes)) return say(INVALID_VALUE, "a copy to where nothing is allocated");
    if (from_device && !holder(from, bytes)) return say(INVALID_VALUE, "a copy from where nothing is allocated");
    Stream *s = stream_of(stream);
    const bool is_pageable = !(to_device ? holder(from, bytes) : holder(to, bytes));
    if (s->capture && (waits || is_pageable)) return unsupported_in_capture("a copy of pageable memory");
    if (is_pageable && !from_device) {
        // The driver reads pageable memory before it returns.
        auto taken = std::make_shared<std::vector<char>>((char *)from, (char *)from + bytes);
        int code = issue(s, [=] { memcpy((void *)to, taken->data(), bytes); return OK; });
        return waits ? run_all(s) : code;
    }
    int code = issue(s, [=] {
        if ((to_device && !holder(to, bytes)) || (from_device && !holder(from, bytes)))
            return say(ILLEGAL_ADDRESS, "a copy of freed memory");
        memcpy((void *)to, (void *)from, bytes);
        return OK;
    });
    return waits || is_pageable ? run_all(s) : code;
}
} // namespace

size_t total_memory() {
    static const size_t bytes = getenv("FAKE_CUDA_MEMORY") ? strtoull(getenv("FAKE_CUDA_MEMORY"), nullptr, 10) : size_t(8) << 30;
    return bytes;
}

bool is_intact() {
    for (auto &[at, block] : blocks) {
        const auto *before = (unsigned char *)at - GUARD, *behind = (unsigned char *)at + block.bytes;
        for (size_t i = 0; i < GUARD; i++)
            if (before[i] != GUARD_BYTE) return false;
        for (size_t i = 0; i < BEHIND; i++)
            if (behind[i] != GUARD_BYTE) return false;
    }
    return true;
}

const Block *holder(uint64_t from, size_t bytes) {
    auto at = blocks.upper_bound(from);
    if (at == blocks.begin()) return nullptr;
    --at;
    return from + bytes <= at->first + at->second.bytes ? &at->second : nullptr;
}

API CUresult cuMemAlloc_v2(CUdeviceptr *p, size_t n) { CALL return allocate(p, n, false); }
API CUresult cuMemAllocAsync(CUdeviceptr *p, size_t n, void *) { CALL return allocate(p, n, false); }
API CUresult cuMemHostAlloc(void **p, size_t n, unsigned) { CALL return allocate((CUdeviceptr *)p, n, true); }
API CUresult cuMemFree_v2(CUdeviceptr p) { CALL run_everything(); return release(p); }
API CUresult cuMemFreeHost(void *p) { CALL run_everything(); return release((CUdeviceptr)p); }
API CUresult cuMemFreeAsync(CUdeviceptr p, void *s) {
    CALL if (stream_of(s)->capture) return unsupported_in_capture("cuMemFreeAsync");
    return issue(stream_of(s), [p] { return release(p); });
}
API CUresult cuMemGetInfo_v2(size_t *free, size_t *total) {
    CALL *total = total_memory();
    *free = total_memory() - used_bytes;
    return OK;
}

API CUresult cuMemcpyHtoD_v2(CUdeviceptr d, const void *s, size_t n) {
    CALL run_everything();
    return copy(nullptr, d, (uint64_t)s, n, {true, false, true});
}
API CUresult cuMemcpyDtoH_v2(void *d, CUdeviceptr s, size_t n) {
    CALL run_everything();
    return copy(nullptr, (uint64_t)d, s, n, {false, true, true});
}
API CUresult cuMemcpyDtoD_v2(CUdeviceptr d, CUdeviceptr s, size_t n) {
    CALL run_everything();
    return copy(nullptr, d, s, n, {true, true, true});
}
API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr d, const void *s, size_t n, void *t) {
    CALL return copy(t, d, (uint64_t)s, n, {true, false, false});
}
API CUresult cuMemcpyDtoHAsync_v2(void *d, CUdeviceptr s, size_t n, void *t) {
    CALL return copy(t, (uint64_t)d, s, n, {false, true, false});
}
API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr d, CUdeviceptr s, size_t n, void *t) {
    CALL return copy(t, d, s, n, {true, true, false});
}
API CUresult cuMemsetD8Async(CUdeviceptr d, unsigned char v, size_t n, void *t) {
    CALL if (int code = check_ready()) return code;
    if (!holder(d, n)) return say(INVALID_VALUE, "a fill where nothing is allocated");
    return issue(stream_of(t), [=] { memset((void *)d, v, n); return OK; });
}
API CUresult cuMemsetD8_v2(CUdeviceptr d, unsigned char v, size_t n) {
    CALL if (int code = check_ready()) return code;
    if (!holder(d, n)) return say(INVALID_VALUE, "a fill where nothing is allocated");
    run_everything();
    memset((void *)d, v, n);
    return OK;
}

/// Whether all of these bytes are device memory.
API int fakeCudaHolds(uint64_t from, size_t bytes) {
    Guard guard;
    return holder(from, bytes) != nullptr;
}
