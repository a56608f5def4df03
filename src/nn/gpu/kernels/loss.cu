// Losses with Keras's reductions: the mean over the last axis, then over everything else; the formulas of `nn/loss`.

#define EPSILON 1e-7f // Keras's guard against the logarithm of zero

// The order is that of `gpu/ops/loss.rs`.
enum LossKind { SQUARED, ABSOLUTE, HUBER, BINARY, BINARY_LOGITS, CATEGORICAL, CATEGORICAL_LOGITS, DIVERGENCE };

__device__ __forceinline__ float sign(float x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f; }
__device__ __forceinline__ float clamp(float x, float low, float high) { return x < low ? low : x > high ? high : x; }
__device__ __forceinline__ bool is_between(float p) { return p > EPSILON && p < 1.0f - EPSILON; }

// Where the targets of one row come from: a class, or numbers; smoothed for cross-entropies.
struct Target {
    const float *values;
    int chosen;
    float keep, add;
    __device__ __forceinline__ float raw(int i) const { return values ? values[i] : i == chosen ? 1.0f : 0.0f; }
    __device__ __forceinline__ float operator()(int i) const { return raw(i) * keep + add; }
};

// A loss that is a sum over the row's numbers, and its slope at each.
__device__ __forceinline__ float2 of_one(int loss, float y, float t, float delta) {
    switch (loss) {
    case SQUARED: return make_float2((y - t) * (y - t), 2.0f * (y - t));
    case ABSOLUTE: return make_float2(fabsf(y - t), sign(y - t));
    case HUBER: {
        const float e = y - t;
        if (fabsf(e) <= delta) return make_float2(0.5f * e * e, e);
        return make_float2(delta * (fabsf(e) - 0.5f * delta), delta * sign(e));
    }
    case BINARY_LOGITS: { // max(x, 0) - x t + ln(1 + e^-|x|)
        const float small = expf(-fabsf(y));
        const float p = y >= 0.0f ? 1.0f / (1.0f + small) : small / (1.0f + small);
        return make_float2((y < 0.0f ? 0.0f : y) - y * t + log1pf(small), p - t);
    }
    case BINARY: {
        const float p = clamp(y, EPSILON, 1.0f - EPSILON);
        const float slope = p == y ? (1.0f - t) / (1.0f - p) - t / p : 0.0f;
        return make_float2(-t * logf(p) - (1.0f - t) * logf(1.0f - p), slope);
    }
    default: { // DIVERGENCE
        const float p = clamp(t, EPSILON, 1.0f), q = clamp(y, EPSILON, 1.0f);
        return make_float2(p * logf(p / q), q == y ? -p / q : 0.0f);
    }
    }
}

// The loss of each row times its weight, and the gradient of their mean. gradient, output [rows, width]; values [rows,
// width] or classes [rows], the other null; factors: of each class, or null; weights: of each sample, which has
// rows_of_sample rows, or null; losses [rows].
// Grid: a warp for each row.
extern "C" __global__ void loss_rows(float *gradient, float *losses, const float *output, const float *values,
                                     const unsigned *classes, const float *factors, int number_of_factors,
                                     const float *weights, int rows_of_sample, int rows, int width, int loss, float smoothing, float delta) {
    const int row = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32;
    if (row >= rows) return;
    const float *y = output + (size_t)row * width;
    float *g = gradient + (size_t)row * width;
    Target target = {values ? values + (size_t)row * width : nullptr, classes ? (int)classes[row] : 0, 1.0f, 0.0f};

    float weight = 1.0f;
    if (factors) {
        // The class is the largest target, the first of several; with one output, the target itself.
        int chosen = target.chosen;
        // As on the CPU, a target below zero counts as class 0.
        if (width == 1) chosen = (int)fminf(fmaxf(roundf(target.raw(0)), 0.0f), 1e9f);
        else if (values) {
            chosen = 0;
            for (int i = 1; i < width; i++)
                if (values[(size_t)row * width + i] > values[(size_t)row * width + chosen]) chosen = i;
        }
        weight = chosen >= 0 && chosen < number_of_factors ? factors[chosen] : 1.0f;
    }
    if (weights) weight *= weights[row / rows_of_sample];
    // As in Keras: smoothed towards a half for one output, towards all classes for several.
    const bool is_binary = loss == BINARY || loss == BINARY_LOGITS;
    if (is_binary || loss == CATEGORICAL || loss == CATEGORICAL_LOGITS) {
        target.keep = 1.0f - smoothing;
        target.add = smoothing / (is_binary ? 2.0f : (float)width);
    }
    const float scale = weight / (float)rows;
    float value = 0.0f;
    if (loss == CATEGORICAL_LOGITS) {
        float top = MINUS_INFINITY;
        for (int i = lane; i < width; i += 32) top = fmaxf(top, y[i]);
        top = warp_max(top);
        float sum = 0.0f, mass = 0.0f;
        for (int i = lane; i < width; i += 32) {
            sum += expf(y[i] - top);
            mass += target(i);
        }
        sum = warp_sum(sum);
        mass = warp_sum(mass);
        const float log_sum = logf(sum) + top;
        for (int i = lane; i < width; i += 32) {
            value += target(i) * (log_sum - y[i]);
            g[i] = (mass * (expf(y[i] - top) / sum) - target(i)) * scale;
        }
        value = warp_sum(value);
    } else if (loss == CATEGORICAL) {
        // Probabilities are first scaled to sum to one, then kept away from zero.
        float mass = 0.0f, through = 0.0f;
        for (int i = lane; i < width; i += 32) mass += y[i];
        mass = warp_sum(mass);
        for (int i = lane; i < width; i += 32) {
            const float p = y[i] / mass, t = target(i);
            value -= t * logf(clamp(p, EPSILON, 1.0f - EPSILON));
            through += is_between(p) ? t : 0.0f;
        }
        value = warp_sum(value);
        through = warp_sum(through);
        for (int i = lane; i < width; i += 32)
            g[i] = ((is_between(y[i] / mass) ? -target(i) / y[i] : 0.0f) + through / mass) * scale;
    } else {
        const float share = loss == DIVERGENCE ? 1.0f : 1.0f / (float)width;
        for (int i = lane; i < width; i += 32) {
            const float2 one = of_one(loss, y[i], target(i), delta);
            value += one.x;
            g[i] = one.y * scale * share;
        }
        value = warp_sum(value) * share;
    }
    if (lane == 0) losses[row] = weight * value;
}

// The sum of numbers over `divisor`, in double precision and in a fixed order. mean [1], x [count]. Grid: one block of
// 256.
extern "C" __global__ void __launch_bounds__(256) mean_of(float *mean, const float *x, int count, float divisor) {
    __shared__ double scratch[32];
    double sum = 0.0;
    for (int i = threadIdx.x; i < count; i += 256) sum += x[i];
    sum = block_sum(sum, scratch);
    if (threadIdx.x == 0) *mean = (float)(sum / divisor);
}
