// Group normalization (Wu & He 2018) of samples [pixels, channels]: each group of neighbouring channels over all pixels
// of its sample. Layer normalization (Ba, Kiros & Hinton 2016) of vectors is the same with one pixel and one group. Where it is not
// centred, the mean is 0 and the variance the mean of the squares (Zhang & Sennrich 2019).
//
// `moments` is [2, samples * groups]: mean and 1 / sqrt(variance + epsilon). A group is the work of `warps` warps (1, 2,
// 4 or 8) of a block of 256 threads.

// The place of this thread's group, and the threads that share it.
struct Group {
    int number, width, first, channel, count, thread, threads;
    bool is_inside;
    __device__ __forceinline__ Group(int all, int pixels, int channels, int groups, int warps) {
        threads = warps * 32;
        number = blockIdx.x * (8 / warps) + threadIdx.x / threads;
        thread = threadIdx.x % threads;
        is_inside = number < all;
        width = channels / groups;
        channel = number % groups * width;
        first = number / groups * pixels * channels + channel;
        count = is_inside ? pixels * width : 0;
    }
    // Where the group's `i`-th number is.
    __device__ __forceinline__ int place(int i, int channels) const { return first + i / width * channels + i % width; }
};

// y = gamma (x - mean) / sqrt(variance + epsilon) + beta, for `all` groups. Grid: all * warps / 8 blocks.
extern "C" __global__ void __launch_bounds__(256)
group_normalise(float *y, float *moments, const float *x, const float *gamma, const float *beta, int all, int pixels,
                int channels, int groups, int warps, int is_centred, float epsilon) {
    __shared__ float scratch[8];
    const Group group(all, pixels, channels, groups, warps);
    float sum = 0.0f;
    for (int i = group.thread; i < group.count; i += group.threads) sum += x[group.place(i, channels)];
    const float mean = is_centred ? sum_of_warps(sum, warps, scratch) / group.count : 0.0f;
    float squares = 0.0f;
    for (int i = group.thread; i < group.count; i += group.threads) {
        const float apart = x[group.place(i, channels)] - mean;
        squares += apart * apart;
    }
    const float inverse = 1.0f / sqrtf(sum_of_warps(squares, warps, scratch) / group.count + epsilon);
    for (int i = group.thread; i < group.count; i += group.threads) {
        const int at = group.place(i, channels), channel = group.channel + i % group.width;
        y[at] = (x[at] - mean) * inverse * gamma[channel] + beta[channel];
    }
    if (group.is_inside && group.thread == 0) {
        moments[group.number] = mean;
        moments[all + group.number] = inverse;
    }
}

// The gradients of gamma and beta in parts, [parts, 2, channels], each the sum over `piece` pixels of the `rows` pixels
// of all samples. Grid: (channels / 32, parts), 256 threads: a lane has a channel, the 8 warps share the pixels.
extern "C" __global__ void __launch_bounds__(256)
group_weight_gradients(float *parts, const float *g, const float *x, const float *moments, int rows, int pixels,
                       int channels, int groups, int piece) {
    __shared__ float scratch[8][32];
    const int channel = blockIdx.x * 32 + threadIdx.x % 32, end = min(blockIdx.y * piece + piece, rows);
    const int all = rows / pixels * groups;
    const bool is_inside = channel < channels;
    float sum = 0.0f, product = 0.0f;
    for (int row = blockIdx.y * piece + threadIdx.x / 32; row < end && is_inside; row += 8) {
        const int at = row * channels + channel, group = row / pixels * groups + channel / (channels / groups);
        sum += g[at];
        product += g[at] * (x[at] - moments[group]) * moments[all + group];
    }
    sum = sum_over_warps(sum, scratch);
    product = sum_over_warps(product, scratch);
    if (threadIdx.x >= 32 || !is_inside) return;
    parts[(blockIdx.y * 2) * channels + channel] = product;
    parts[(blockIdx.y * 2 + 1) * channels + channel] = sum;
}

// The gradient of x from that of the output, `g`. Grid and block as for `group_normalise`.
extern "C" __global__ void __launch_bounds__(256)
group_input_gradient(float *d, const float *g, const float *x, const float *gamma, const float *moments, int all,
                     int pixels, int channels, int groups, int warps, int is_centred) {
    __shared__ float scratch[8];
    const Group group(all, pixels, channels, groups, warps);
    const float mean = group.is_inside ? moments[group.number] : 0.0f;
    const float inverse = group.is_inside ? moments[all + group.number] : 0.0f;
    float pull = 0.0f, slope = 0.0f;
    for (int i = group.thread; i < group.count; i += group.threads) {
        const int at = group.place(i, channels);
        const float own = g[at] * gamma[group.channel + i % group.width];
        pull += own;
        slope += own * (x[at] - mean) * inverse;
    }
    pull = is_centred ? sum_of_warps(pull, warps, scratch) / group.count : 0.0f;
    slope = sum_of_warps(slope, warps, scratch) / group.count;
    for (int i = group.thread; i < group.count; i += group.threads) {
        const int at = group.place(i, channels);
        const float own = g[at] * gamma[group.channel + i % group.width];
        d[at] = inverse * (own - pull - (x[at] - mean) * inverse * slope);
    }
}
