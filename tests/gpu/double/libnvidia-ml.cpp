// A double of NVIDIA's management library (NVML): a card whose numbers stay as they are.
#include <cstdint>
#include <cstdio>
#include <cstring>

#define API extern "C" __attribute__((visibility("default")))
enum { SUCCESS = 0, INVALID_ARGUMENT = 2, NOT_FOUND = 6, NOT_INITIALIZED = 1 };

namespace {
bool is_up = false;
int card_token;
int check(const void *card) { return !is_up ? NOT_INITIALIZED : card == &card_token ? SUCCESS : INVALID_ARGUMENT; }
} // namespace

API int nvmlInit_v2() {
    is_up = true;
    return SUCCESS;
}
API int nvmlSystemGetDriverVersion(char *version, unsigned length) {
    if (!is_up) return NOT_INITIALIZED;
    snprintf(version, length, "999.1 (double)");
    return SUCCESS;
}
API int nvmlDeviceGetHandleByPciBusId_v2(const char *id, void **card) {
    if (!is_up) return NOT_INITIALIZED;
    if (strcmp(id, "0000:65:00.0")) return NOT_FOUND;
    *card = &card_token;
    return SUCCESS;
}
API int nvmlDeviceGetUtilizationRates(void *card, unsigned *rates) {
    rates[0] = 87;
    rates[1] = 40;
    return check(card);
}
API int nvmlDeviceGetMemoryInfo(void *card, uint64_t *memory) {
    memory[0] = uint64_t(8) << 30;
    memory[1] = uint64_t(5) << 30;
    memory[2] = uint64_t(3) << 30;
    return check(card);
}
API int nvmlDeviceGetTemperature(void *card, int, unsigned *degrees) {
    *degrees = 61;
    return check(card);
}
API int nvmlDeviceGetPowerUsage(void *card, unsigned *milliwatts) {
    *milliwatts = 312500;
    return check(card);
}
