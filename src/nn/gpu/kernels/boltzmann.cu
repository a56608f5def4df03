// Restricted Boltzmann machines: the units between the products, and the update. One thread a number, unless said
// otherwise. A sample is drawn with a seed that is the step's `draw`-th one, or the step's own without `is_derived`.

__device__ __forceinline__ unsigned long long seed_of(const Step *step, unsigned long long draw,
                                                      int is_derived) {
    return is_derived ? derive_seed(step->seed, draw) : step->seed;
}

// Binary units: x, [count / width, width], becomes sigmoid(x + bias); `sample`, if it is not null, becomes 1 with that
// probability, else 0.
extern "C" __global__ void logistic_units(float *x, float *sample, const float *bias, const Step *step, int count,
                                          int width, unsigned long long draw, int is_derived) {
    const int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= count) return;
    const float p = sigmoid(x[at] + bias[at % width]);
    x[at] = p;
    if (sample) sample[at] = uniform(seed_of(step, draw, is_derived), at) < p ? 1.0f : 0.0f;
}

// Real units with variance 1: x becomes x + bias; `sample`, if it is not null, that plus a standard normal number.
extern "C" __global__ void gaussian_units(float *x, float *sample, const float *bias, const Step *step, int count,
                                          int width, unsigned long long draw, int is_derived) {
    const int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= count) return;
    const float mean = x[at] + bias[at % width];
    x[at] = mean;
    if (sample) sample[at] = mean + normal(seed_of(step, draw, is_derived), at);
}

// The sum of squared differences, in one part for each block of 256 threads.
extern "C" __global__ void __launch_bounds__(256) squared_differences(float *parts, const float *a, const float *b, int count) {
    __shared__ float scratch[8];
    float sum = 0.0f;
    for (int at = blockIdx.x * 256 + threadIdx.x; at < count; at += gridDim.x * 256) sum += (a[at] - b[at]) * (a[at] - b[at]);
    sum = sum_of_warps(sum, 8, scratch);
    if (threadIdx.x == 0) parts[blockIdx.x] = sum;
}

// Moves a bias by `scale` times the sum of the rows of `data`, [rows, width], minus that of `dreamt`, plus a share of the
// last change. Grid: width / 32 blocks, 256 threads: a lane has a column, the 8 warps share the rows.
extern "C" __global__ void __launch_bounds__(256)
contrast_bias(float *bias, float *velocity, const float *data, const float *dreamt, int rows, int width, float scale,
              float momentum) {
    __shared__ float scratch[8][32];
    const int column = blockIdx.x * 32 + threadIdx.x % 32;
    float sum = 0.0f;
    for (int row = threadIdx.x / 32; row < rows && column < width; row += 8)
        sum += data[row * width + column] - dreamt[row * width + column];
    sum = sum_over_warps(sum, scratch);
    if (threadIdx.x >= 32 || column >= width) return;
    const float change = momentum * velocity[column] + sum * scale;
    velocity[column] = change;
    bias[column] += change;
}

// Moves the weights by `scale` times the products of visible and hidden units, those of the data minus the dreamt ones,
// plus a share of the last change, minus the decay. Without momentum the last change stays as it was: it is not used.
extern "C" __global__ void contrast_weights(float *weights, float *velocity, const float *data, const float *dreamt,
                                            int count, float scale, float momentum, float decay) {
    const int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= count) return;
    const float w = weights[at], change = (data[at] - dreamt[at]) * scale;
    if (momentum == 0.0f) {
        weights[at] = w * (1.0f - decay) + change;
        return;
    }
    const float moved = velocity[at] * momentum - decay * w + change;
    velocity[at] = moved;
    weights[at] = w + moved;
}
