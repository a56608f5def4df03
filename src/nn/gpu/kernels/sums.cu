// Sums of what blocks leave as parts.

// out = the sum of `count` parts, in their order: `length` numbers each, `stride` apart. One thread a number.
extern "C" __global__ void sum_parts(float *out, const float *parts, int length, int stride, int count) {
    const int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= length) return;
    float sum = parts[at];
    for (int part = 1; part < count; part++) sum += parts[part * stride + at];
    out[at] = sum;
}
