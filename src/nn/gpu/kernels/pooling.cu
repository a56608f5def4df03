// Pooling over windows of [images, height, width, channels]; padding is never counted. `top` and `left` are the padding
// before the image.

// The largest number of each window, and the pixel that has it: the first one of equal ones; NaN wins. One thread an
// output number.
extern "C" __global__ void max_pool(float *y, unsigned *winners, const float *x, int count, int height, int width,
                                    int channels, int size_y, int size_x, int stride_y, int stride_x, int dilation_y,
                                    int dilation_x, int top, int left, int high, int wide) {
    const int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= count) return;
    const int channel = at % channels, column = at / channels % wide, line = at / (channels * wide) % high;
    const float *image = x + at / (channels * wide * high) * height * width * channels + channel;
    float best = 0.0f;
    int winner = -1;
    for (int i = 0; i < size_y; i++) {
        const int row = line * stride_y - top + i * dilation_y;
        if (row < 0 || row >= height) continue;
        for (int j = 0; j < size_x; j++) {
            const int place = column * stride_x - left + j * dilation_x;
            if (place < 0 || place >= width) continue;
            const int pixel = row * width + place;
            const float value = image[pixel * channels];
            if (winner < 0 || value > best || value != value) best = value, winner = pixel;
        }
    }
    y[at] = best;
    winners[at] = (unsigned)max(winner, 0);
}

// The gradient of the input of `max_pool`: each output's gradient goes to the pixel that won. One thread an input number.
extern "C" __global__ void max_pool_back(float *out, const float *g, const unsigned *winners, int count, int height,
                                         int width, int channels, int size_y, int size_x, int stride_y, int stride_x,
                                         int dilation_y, int dilation_x, int top, int left, int high, int wide) {
    const int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= count) return;
    const int channel = at % channels, x = at / channels % width, y = at / (channels * width) % height;
    const int first = at / (channels * width * height) * high * wide * channels + channel;
    const unsigned pixel = y * width + x;
    float sum = 0.0f;
    // Taps from the last one on, so that windows are met in the order of the output.
    for (int i = size_y - 1; i >= 0; i--) {
        const int down = y + top - i * dilation_y;
        if (down < 0 || down % stride_y != 0 || down / stride_y >= high) continue;
        for (int j = size_x - 1; j >= 0; j--) {
            const int across = x + left - j * dilation_x;
            if (across < 0 || across % stride_x != 0 || across / stride_x >= wide) continue;
            const int from = first + (down / stride_y * wide + across / stride_x) * channels;
            if (winners[from] == pixel) sum += g[from];
        }
    }
    out[at] = sum;
}
