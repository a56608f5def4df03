// What all kernels share; it stands before them in the one program that is compiled.
//
// Every kernel sums in an order that depends on the sizes alone, and none adds floats atomically: the same numbers give
// the same bits on the same card.

// What differs from step to step while a recorded step stays the same.
struct Step {
    unsigned long long seed; // the seed of the pass, or of one draw
};

// The order is that of the preset's activations.
enum Activation { LINEAR, SIGMOID, RELU, TANH, SOFTMAX, LEAKY_RELU, ELU, GELU, SILU, SOFTPLUS };

#define MINUS_INFINITY __int_as_float(0xff800000) // NVRTC has no <cmath>

__device__ __forceinline__ float warp_sum(float x) {
#pragma unroll
    for (int by = 16; by > 0; by /= 2) x += __shfl_xor_sync(0xffffffffu, x, by);
    return x;
}

__device__ __forceinline__ double warp_sum(double x) {
#pragma unroll
    for (int by = 16; by > 0; by /= 2) x += __shfl_xor_sync(0xffffffffu, x, by);
    return x;
}

__device__ __forceinline__ float warp_max(float x) {
#pragma unroll
    for (int by = 16; by > 0; by /= 2) x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, by));
    return x;
}

// The sum over a block of whole warps; every thread gets it. `scratch` holds 32 numbers of shared memory.
template <class T> __device__ __forceinline__ T block_sum(T x, T *scratch) {
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
    x = warp_sum(x);
    __syncthreads();
    if (lane == 0) scratch[warp] = x;
    __syncthreads();
    return warp_sum(lane < warps ? scratch[lane] : T(0));
}

__device__ __forceinline__ float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// The standard normal distribution function.
__device__ __forceinline__ float normal_cdf(float x) { return 0.5f * erfcf(-0.70710678f * x); }

// An activation of one number; softmax has kernels of its own. NaN gives NaN.
__device__ __noinline__ float activate(int activation, float x) {
    switch (activation) {
    case SIGMOID: return sigmoid(x);
    case RELU: return x < 0.0f ? 0.0f : x;
    case TANH: return tanhf(x);
    case LEAKY_RELU: return x < 0.0f ? 0.2f * x : x;
    case ELU: return x < 0.0f ? expm1f(x) : x;
    case GELU: return x * normal_cdf(x);
    case SILU: return x * sigmoid(x);
    case SOFTPLUS: return log1pf(expf(-fabsf(x))) + (x < 0.0f ? 0.0f : x);
    default: return x;
    }
}

// The gradient of an activation's input from that of its output. `kept` is the output, or the input for GELU, SiLU and
// softplus.
__device__ __noinline__ float activation_back(int activation, float g, float kept) {
    switch (activation) {
    case SIGMOID: return g * kept * (1.0f - kept);
    case RELU: return kept <= 0.0f ? 0.0f : g;
    case TANH: return g * (1.0f - kept * kept);
    case LEAKY_RELU: return kept > 0.0f ? g : 0.2f * g;
    case ELU: return kept > 0.0f ? g : g * (kept + 1.0f);
    case GELU: return g * (normal_cdf(kept) + kept * 0.39894228f * expf(-0.5f * kept * kept));
    case SILU: {
        const float s = sigmoid(kept);
        return g * s * (1.0f + kept * (1.0f - s));
    }
    case SOFTPLUS: return g * sigmoid(kept);
    default: return g;
    }
}

// SplitMix64's finalizer (Steele, Lea, Flood 2014).
__device__ __forceinline__ unsigned long long mix(unsigned long long z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

// A seed for the `number`-th use of another seed, as the host derives it.
__device__ __forceinline__ unsigned long long derive_seed(unsigned long long seed, unsigned long long number) {
    return mix(seed + number * 0x9E3779B97F4A7C15ull);
}

// Number `i` of a seed's stream, uniform in [0, 1): two rounds of Wellons's "lowbias32", the bits of the CPU's
// `kernel/random`.
__device__ __forceinline__ float uniform(unsigned long long seed, unsigned i) {
    const unsigned long long key = mix(seed);
    unsigned x = i + (unsigned)(key >> 32);
    x = (x ^ (x >> 16)) * 0x21f0aaadu;
    x = (x ^ (x >> 15)) * 0x735a2d97u;
    x = (x ^ (x >> 15)) ^ (unsigned)key;
    x = (x ^ (x >> 16)) * 0x21f0aaadu;
    x = (x ^ (x >> 15)) * 0x735a2d97u;
    x ^= x >> 15;
    return (float)(x >> 8) * (1.0f / 16777216.0f);
}

// Number `i` of a seed's standard normal numbers, by the method of Box and Muller in double precision, as on the CPU.
__device__ __forceinline__ float normal(unsigned long long seed, unsigned i) {
    const double distance = sqrt(-2.0 * log(1.0 - (double)uniform(seed, i)));
    return (float)(distance * cos(6.283185307179586 * (double)uniform(derive_seed(seed, 1), i)));
}
