// A double of NVIDIA's management library (NVML): cards whose numbers stay as they are. FAKE_CUDA_USED says how much memory of each
// is used, in GiB: "6,0".
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#define API extern "C" __attribute__((visibility("default")))
enum { SUCCESS = 0, INVALID_ARGUMENT = 2, NOT_FOUND = 6, NOT_INITIALIZED = 1 };

namespace {
bool is_up = false;
constexpr int most = 8;
int cards[most];
int number_of(const void *card) { return int((const int *)card - cards); }
int check(const void *card) {
    const int number = number_of(card);
    return !is_up ? NOT_INITIALIZED : number >= 0 && number < most ? SUCCESS : INVALID_ARGUMENT;
}
// The gigabytes of card `number` that are used.
uint64_t used(int number) {
    const char *list = getenv("FAKE_CUDA_USED");
    for (; list && number > 0; number--) list = strchr(list, ',') ? strchr(list, ',') + 1 : nullptr;
    return list ? strtoull(list, nullptr, 10) : 3;
}
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
    unsigned bus = 0;
    if (sscanf(id, "0000:%x:00.0", &bus) != 1 || bus < 0x65 || bus >= 0x65 + most) return NOT_FOUND;
    *card = &cards[bus - 0x65];
    return SUCCESS;
}
API int nvmlDeviceGetUtilizationRates(void *card, unsigned *rates) {
    rates[0] = 87;
    rates[1] = 40;
    return check(card);
}
API int nvmlDeviceGetMemoryInfo(void *card, uint64_t *memory) {
    const uint64_t taken = used(number_of(card));
    memory[0] = uint64_t(8) << 30;
    memory[1] = (8 - taken) << 30;
    memory[2] = taken << 30;
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
