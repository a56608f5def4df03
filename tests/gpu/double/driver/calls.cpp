// Initialization, the device's properties, the context, and the count of calls.
#include "driver.h"
#include <cstdarg>
#include <cstdio>

namespace {
std::map<std::string, uint64_t> counts;
uint64_t calls = 0;
struct Report {
    ~Report() {
        if (!getenv("FAKE_CUDA_COUNT")) return;
        for (auto &[name, count] : counts) fprintf(stderr, "fake cuda: %9lu %s\n", (unsigned long)count, name.c_str());
        fprintf(stderr, "fake cuda: %lu calls\n", (unsigned long)calls);
    }
} report;
int context_token;
} // namespace

int count_call(const char *name) {
    static const uint64_t fail_at = getenv("FAKE_CUDA_FAIL_AT") ? strtoull(getenv("FAKE_CUDA_FAIL_AT"), nullptr, 10) : 0;
    counts[name]++;
    return ++calls >= fail_at && fail_at ? UNKNOWN : OK;
}

bool hangs() {
    static const uint64_t hang_at = getenv("FAKE_CUDA_HANG_AT") ? strtoull(getenv("FAKE_CUDA_HANG_AT"), nullptr, 10) : 0;
    return hang_at && calls >= hang_at;
}

int say(int code, const char *format, ...) {
    va_list list;
    va_start(list, format);
    fprintf(stderr, "fake cuda: ");
    vfprintf(stderr, format, list);
    fprintf(stderr, "\n");
    va_end(list);
    return code;
}

API CUresult cuInit(unsigned) { CALL is_up = true; return getenv("FAKE_CUDA_NO_DEVICE") ? NO_DEVICE : OK; }
API CUresult cuDriverGetVersion(int *v) {
    CALL *v = getenv("FAKE_CUDA_VERSION") ? atoi(getenv("FAKE_CUDA_VERSION")) : 13000;
    return OK;
}
API CUresult cuGetErrorName(int code, const char **s) {
    static const std::map<int, const char *> names = {
        {OK, "CUDA_SUCCESS"},
        {INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE"},
        {OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY"},
        {NO_DEVICE, "CUDA_ERROR_NO_DEVICE"},
        {INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE"},
        {INVALID_IMAGE, "CUDA_ERROR_INVALID_IMAGE"},
        {NOT_FOUND, "CUDA_ERROR_NOT_FOUND"},
        {ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS"},
        {LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED"},
        {CAPTURE_UNSUPPORTED, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"},
        {CAPTURE_INVALIDATED, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED"},
        {UNKNOWN, "CUDA_ERROR_UNKNOWN"},
    };
    auto at = names.find(code);
    *s = at == names.end() ? "CUDA_ERROR_OF_THE_DOUBLE" : at->second;
    return OK;
}
API CUresult cuGetErrorString(int code, const char **s) { return cuGetErrorName(code, s); }

static int cards() { return getenv("FAKE_CUDA_CARDS") ? atoi(getenv("FAKE_CUDA_CARDS")) : 1; }
API CUresult cuDeviceGet(int *d, int n) { CALL *d = n; return n < cards() ? OK : INVALID_DEVICE; }
API CUresult cuDeviceGetCount(int *n) { CALL *n = cards(); return OK; }
API CUresult cuDeviceGetName(char *name, int size, int) { CALL snprintf(name, size, "Test double"); return OK; }
API CUresult cuDeviceGetPCIBusId(char *id, int size, int n) { CALL snprintf(id, size, "0000:%02x:00.0", 0x65 + n); return OK; }
API CUresult cuDeviceTotalMem_v2(size_t *n, int) { CALL *n = total_memory(); return OK; }
API CUresult cuDeviceGetAttribute(int *value, int attribute, int) {
    CALL switch (attribute) {
        case 1: *value = 1024; break;       // the most threads of a block
        case 8: *value = 48 << 10; break;   // shared memory of a block
        case 10: *value = 32; break;        // lanes of a warp
        case 16: *value = 4; break;         // multiprocessors
        case 75: *value = getenv("FAKE_CUDA_OLD_CARD") ? 6 : 9; break; // compute capability, major
        case 76: *value = 0; break;         // and minor
        case 97: *value = 227 << 10; break; // shared memory of a block that asks for more
        case 115: *value = 1; break;        // memory pools
        default: *value = 0;
    }
    return OK;
}

API CUresult cuDevicePrimaryCtxRetain(void **c, int) { CALL *c = &context_token; return is_up ? OK : NOT_INITIALIZED; }
API CUresult cuDevicePrimaryCtxRelease_v2(int) { CALL return run_everything(); }
API CUresult cuCtxSetCurrent(void *c) { CALL current_context = c; return OK; }
API CUresult cuCtxGetCurrent(void **c) { CALL *c = current_context; return OK; }
API CUresult cuCtxSetFlags(unsigned) { CALL return OK; }
API CUresult cuCtxSynchronize() { CALL return is_capturing() ? unsupported_in_capture("cuCtxSynchronize") : run_everything(); }
