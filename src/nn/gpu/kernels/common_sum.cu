// Sums over the warps of a block, in a fixed order.

// The sum over each run of `warps` warps of a block (1: over each warp alone); every thread gets its run's sum.
// `scratch` holds a number for each warp of the block. All threads of the block must call it.
__device__ __forceinline__ float sum_of_warps(float x, int warps, float *scratch) {
    x = warp_sum(x);
    if (warps == 1) return x;
    const int warp = threadIdx.x / 32, first = warp / warps * warps;
    __syncthreads();
    if (threadIdx.x % 32 == 0) scratch[warp] = x;
    __syncthreads();
    float sum = 0.0f;
    for (int other = 0; other < warps; other++) sum += scratch[first + other];
    return sum;
}

// The sum over the warps of a block of 8, lane by lane; every thread gets that of its lane. All threads must call it.
__device__ __forceinline__ float sum_over_warps(float x, float (*scratch)[32]) {
    const int lane = threadIdx.x % 32;
    __syncthreads();
    scratch[threadIdx.x / 32][lane] = x;
    __syncthreads();
    float sum = 0.0f;
#pragma unroll
    for (int warp = 0; warp < 8; warp++) sum += scratch[warp][lane];
    return sum;
}
