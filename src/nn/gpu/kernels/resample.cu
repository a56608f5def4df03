// Means of windows and repeated pixels, channels last; each is, up to the weights, the transpose of the other.

// Windows over an image, as `Window` on the host has them.
struct Windows {
    int height, width, channels; // of the image
    int size_y, size_x, stride_y, stride_x, dilation_y, dilation_x, top, left;
    int down, across; // windows
};

__device__ __forceinline__ float taps_inside(const Windows &w, int y, int x) {
    int rows = 0, columns = 0;
    for (int i = 0; i < w.size_y; i++) rows += (unsigned)(y * w.stride_y + i * w.dilation_y - w.top) < (unsigned)w.height;
    for (int j = 0; j < w.size_x; j++) columns += (unsigned)(x * w.stride_x + j * w.dilation_x - w.left) < (unsigned)w.width;
    return (float)(rows * columns);
}

// The sum of each window, or its mean over the pixels that are inside. y [images, down, across, channels], x [images,
// height, width, channels]; count: numbers of y; is_mean: 0 or 1. Grid: a thread for each number of y.
extern "C" __global__ void gather_windows(float *out, const float *image, int count, int height, int width, int channels,
                                          int size_y, int size_x, int stride_y, int stride_x, int dilation_y,
                                          int dilation_x, int top, int left, int down, int across, int is_mean) {
    const int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= count) return;
    const Windows w = {height, width, channels, size_y, size_x, stride_y, stride_x, dilation_y, dilation_x, top, left, down, across};
    const int channel = at % channels, pixel = at / channels;
    const int x = pixel % across, y = pixel / across % down;
    const float *from = image + (size_t)(pixel / across / down) * height * width * channels + channel;
    float sum = 0.0f;
    for (int i = 0; i < size_y; i++)
        for (int j = 0; j < size_x; j++) {
            const int row = y * stride_y + i * dilation_y - top, column = x * stride_x + j * dilation_x - left;
            if ((unsigned)row < (unsigned)height && (unsigned)column < (unsigned)width)
                sum += from[((size_t)row * width + column) * channels];
        }
    out[at] = is_mean ? sum / taps_inside(w, y, x) : sum;
}

// The transpose: each pixel of the image gets the sum of the windows over it, each divided, for means, by its count.
// out [images, height, width, channels]; count: numbers of out. Grid: a thread for each number of out.
extern "C" __global__ void spread_windows(float *out, const float *windows, int count, int height, int width, int channels,
                                          int size_y, int size_x, int stride_y, int stride_x, int dilation_y,
                                          int dilation_x, int top, int left, int down, int across, int is_mean) {
    const int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= count) return;
    const Windows w = {height, width, channels, size_y, size_x, stride_y, stride_x, dilation_y, dilation_x, top, left, down, across};
    const int channel = at % channels, pixel = at / channels;
    const int column = pixel % width, row = pixel / width % height;
    const float *from = windows + (size_t)(pixel / width / height) * down * across * channels + channel;
    float sum = 0.0f;
    for (int i = size_y - 1; i >= 0; i--) {
        const int y = row + top - i * dilation_y;
        if (y < 0 || y % stride_y || y / stride_y >= down) continue;
        for (int j = size_x - 1; j >= 0; j--) {
            const int x = column + left - j * dilation_x;
            if (x < 0 || x % stride_x || x / stride_x >= across) continue;
            const float value = from[((size_t)(y / stride_y) * across + x / stride_x) * channels];
            sum += is_mean ? value / taps_inside(w, y / stride_y, x / stride_x) : value;
        }
    }
    out[at] = sum;
}
