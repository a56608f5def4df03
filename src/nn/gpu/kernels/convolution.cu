// Convolutions as matrix products whose windows are read from the image itself. Images are [images, height, width,
// channels], kernels [size_y, size_x, channels / groups, filters], outputs [images, high, wide, filters]; `top` and
// `left` are the padding before the image. Element counts fit into an int; the host checks it.

// The numbers under one window of a group, in the order of the kernel's rows: taps, then channels.
struct UnderWindow {
    const float *image; // The group's channels of the image.
    int y, x;           // Where the window's first tap lies; it may be outside of the image.
    int height, width, channels, depth, size_x, dilation_y, dilation_x;
    bool is_inside;
    int i, j, channel;
    const float *pixel; // The pixel under the tap, null in the padding.
    __device__ __forceinline__ void settle() {
        const int row = y + i * dilation_y, column = x + j * dilation_x;
        const bool is_over_image = is_inside && row >= 0 && row < height && column >= 0 && column < width;
        pixel = is_over_image ? image + (row * width + column) * channels : nullptr;
    }
    __device__ __forceinline__ void seek(int k) {
        channel = k % depth;
        const int tap = k / depth;
        i = tap / size_x;
        j = tap % size_x;
        settle();
    }
    __device__ __forceinline__ float next() {
        const float value = pixel ? pixel[channel] : 0.0f;
        if (++channel == depth) {
            channel = 0;
            if (++j == size_x) j = 0, i++;
            settle();
        }
        return value;
    }
};

// y = activation(x * kernel + bias), then 2x2 max-pooling where `is_pooled`. `bias` may be null. `before` gets what goes
// into the activation, where it is not null; with pooling that of the winner. `winners` gets the pixel of the
// convolution's output that won. Grid: (rows / 64, filters of a group / 32, groups), where a row is an output pixel of
// an image; with pooling the four pixels of a cell are four rows, one after the other, and an odd border is left out.
extern "C" __global__ void __launch_bounds__(TILE_THREADS)
convolve(float *y, float *before, unsigned *winners, const float *x, const float *kernel, const float *bias, int images,
         int height, int width, int channels, int filters, int size_y, int size_x, int stride_y, int stride_x,
         int dilation_y, int dilation_x, int top, int left, int high, int wide, int activation, int is_pooled) {
    __shared__ Tile tile;
    const int depth = channels / gridDim.z, group_filters = filters / gridDim.z, group = blockIdx.z;
    const int down = is_pooled ? high / 2 : high, across = is_pooled ? wide / 2 : wide;
    const int rows = images * down * across * (is_pooled ? 4 : 1);
    const int first_row = blockIdx.x * TILE_ROWS, first_filter = blockIdx.y * TILE_COLUMNS;
    UnderWindow window = {};
    {
        const int row = first_row + row_to_load();
        const int cell = is_pooled ? row / 4 : row, position = is_pooled ? row % 4 : 0, times = is_pooled ? 2 : 1;
        const int column = cell % across * times + position % 2, line = cell / across % down * times + position / 2;
        window.image = x + cell / (across * down) * height * width * channels + group * depth;
        window.y = line * stride_y - top;
        window.x = column * stride_x - left;
        window.height = height, window.width = width, window.channels = channels, window.depth = depth;
        window.size_x = size_x, window.dilation_y = dilation_y, window.dilation_x = dilation_x;
        window.is_inside = row < rows;
    }
    const int filter = first_filter + column_to_load();
    const Strided weights = {kernel + group * group_filters + filter, filters, filter < group_filters, nullptr};
    multiply(tile, window, weights, 0, size_y * size_x * depth);
    for_each_place(is_pooled ? TILE_ROWS / 4 : TILE_ROWS, [&](int place, int column) {
        const int own = first_filter + column, f = group * group_filters + own;
        const int output = is_pooled ? first_row / 4 + place : first_row + place;
        if (own >= group_filters || output >= (is_pooled ? rows / 4 : rows)) return;
        const float offset = bias ? bias[f] : 0.0f;
        const int count = is_pooled ? 4 : 1;
        float best = 0.0f, input = 0.0f;
        int winner = 0;
#pragma unroll 1
        for (int i = 0; i < count; i++) {
            const float candidate = tile.c[place * count + i][column] + offset;
            const float value = activate(activation, candidate);
            if (i == 0 || value > best || value != value) best = value, input = candidate, winner = i;
        }
        const int to = output * filters + f;
        y[to] = best;
        if (before) before[to] = input;
        if (is_pooled)
            winners[to] = (output / across % down * 2 + winner / 2) * wide + output % across * 2 + winner % 2;
    });
}

// A pixel's number at one tap and channel for every output pixel of every image.
struct UnderTap {
    const float *images; // At the channel.
    int y, x;            // The tap's place for the output's first pixel.
    int height, width, channels, stride_y, stride_x, high, wide;
    bool is_inside;
    int image, line, column;
    __device__ __forceinline__ void seek(int k) {
        column = k % wide;
        line = k / wide % high;
        image = k / (wide * high);
    }
    __device__ __forceinline__ float next() {
        const int row = y + line * stride_y, place = x + column * stride_x;
        const bool is_over_image = is_inside && row >= 0 && row < height && place >= 0 && place < width;
        const float value = is_over_image ? images[((image * height + row) * width + place) * channels] : 0.0f;
        if (++column == wide) {
            column = 0;
            if (++line == high) line = 0, image++;
        }
        return value;
    }
};

// The gradient of the kernel from the images `x` and the gradient `g` of the output, in parts: [parts, size_y * size_x *
// channels / groups, filters], each the sum over `run` output pixels. Grid: (rows of the kernel / 64, filters of a
// group / 32, groups * parts).
extern "C" __global__ void __launch_bounds__(TILE_THREADS)
convolution_kernel_gradient(float *parts, const float *x, const float *g, int images, int height, int width,
                            int channels, int filters, int groups, int size_y, int size_x, int stride_y, int stride_x,
                            int dilation_y, int dilation_x, int top, int left, int high, int wide, int run) {
    __shared__ Tile tile;
    const int depth = channels / groups, group_filters = filters / groups;
    const int group = blockIdx.z % groups, part = blockIdx.z / groups;
    const int rows = size_y * size_x * depth, pixels = images * high * wide;
    const int first_row = blockIdx.x * TILE_ROWS, first_filter = blockIdx.y * TILE_COLUMNS;
    UnderTap under = {};
    {
        const int row = first_row + row_to_load(), tap = row / depth;
        under.images = x + group * depth + row % depth;
        under.y = tap / size_x * dilation_y - top;
        under.x = tap % size_x * dilation_x - left;
        under.height = height, under.width = width, under.channels = channels;
        under.stride_y = stride_y, under.stride_x = stride_x, under.high = high, under.wide = wide;
        under.is_inside = row < rows;
    }
    const int filter = first_filter + column_to_load();
    const Strided gradient = {g + group * group_filters + filter, filters, filter < group_filters, nullptr};
    multiply(tile, under, gradient, part * run, min(part * run + run, pixels));
    for_each_place(min(TILE_ROWS, rows - first_row), [&](int place, int column) {
        const int own = first_filter + column;
        if (own < group_filters)
            parts[(part * rows + first_row + place) * filters + group * group_filters + own] = tile.c[place][column];
    });
}

// Along one axis, the taps through which outputs reach the input pixels of one phase, which are those at `phase`,
// `phase + stride`, ...: taps `first`, `first + step`, ..., `count` of them.
struct Taps {
    int first, step, count;
    __device__ __forceinline__ Taps(int phase, int padding, int size, int stride, int dilation) {
        first = 0;
        while (first < size && (phase + padding - first * dilation) % stride != 0) first++;
        step = 1;
        while (step * dilation % stride != 0) step++;
        count = first < size ? (size - first + step - 1) / step : 0;
    }
};

// The outputs that one input pixel took part in, in the order of taps, then filters.
struct OverPixel {
    const float *image; // The group's filters of the output.
    int y, x;           // The input pixel, counted from the padding's corner.
    int high, wide, filters, group_filters, stride_y, stride_x, dilation_y, dilation_x;
    Taps down, across;
    bool is_inside;
    int i, j, filter;
    const float *pixel; // The output pixel, null where there is none.
    __device__ __forceinline__ void settle() {
        const int line = (y - (down.first + i * down.step) * dilation_y) / stride_y;
        const int column = (x - (across.first + j * across.step) * dilation_x) / stride_x;
        const bool is_output = is_inside && line >= 0 && line < high && column >= 0 && column < wide;
        pixel = is_output ? image + (line * wide + column) * filters : nullptr;
    }
    __device__ __forceinline__ void seek(int k) {
        filter = k % group_filters;
        const int tap = k / group_filters;
        i = tap / across.count;
        j = tap % across.count;
        settle();
    }
    __device__ __forceinline__ float next() {
        const float value = pixel ? pixel[filter] : 0.0f;
        if (++filter == group_filters) {
            filter = 0;
            if (++j == across.count) j = 0, i++;
            settle();
        }
        return value;
    }
};

// The weights between one channel and all filters of a group, in the same order.
struct WeightsOfChannel {
    const float *kernel; // At the channel and the group's first filter.
    int filters, group_filters, depth, size_x;
    Taps down, across;
    bool is_inside;
    int i, j, filter;
    __device__ __forceinline__ void seek(int k) {
        filter = k % group_filters;
        const int tap = k / group_filters;
        i = tap / across.count;
        j = tap % across.count;
    }
    __device__ __forceinline__ float next() {
        const int tap = (down.first + i * down.step) * size_x + across.first + j * across.step;
        const float value = is_inside ? kernel[tap * depth * filters + filter] : 0.0f;
        if (++filter == group_filters) {
            filter = 0;
            if (++j == across.count) j = 0, i++;
        }
        return value;
    }
};

// The transpose of the convolution, from `g`, [images, high, wide, filters], to `out`, [images, height, width, channels]:
// activation(g * kernel^T + bias). It is the gradient of the convolution's input, and a transposed convolution's output.
// `bias` and `before` may be null, as in `convolve`. With strides, the input pixels of each phase meet other taps:
// grid (pixels of the largest phase of all images / 64, channels of a group / 32, groups * stride_y * stride_x).
extern "C" __global__ void __launch_bounds__(TILE_THREADS)
convolve_transposed(float *out, float *before, const float *g, const float *kernel, const float *bias, int images,
                    int height, int width, int channels, int filters, int groups, int size_y, int size_x, int stride_y,
                    int stride_x, int dilation_y, int dilation_x, int top, int left, int high, int wide,
                    int activation) {
    __shared__ Tile tile;
    const int depth = channels / groups, group_filters = filters / groups, group = blockIdx.z % groups;
    const int phase_x = blockIdx.z / groups % stride_x, phase_y = blockIdx.z / groups / stride_x;
    const int tall = (height - phase_y + stride_y - 1) / stride_y, broad = (width - phase_x + stride_x - 1) / stride_x;
    const int rows = images * tall * broad, first_row = blockIdx.x * TILE_ROWS;
    if (first_row >= rows) return; // This phase has fewer pixels than the largest one.
    const Taps down(phase_y, top, size_y, stride_y, dilation_y), across(phase_x, left, size_x, stride_x, dilation_x);
    const int first_channel = blockIdx.y * TILE_COLUMNS;
    const int load = first_row + row_to_load(), image = load / (tall * broad);
    const OverPixel outputs = {g + image * high * wide * filters + group * group_filters,
                               phase_y + load / broad % tall * stride_y + top,
                               phase_x + load % broad * stride_x + left,
                               high, wide, filters, group_filters, stride_y, stride_x, dilation_y, dilation_x,
                               down, across, load < rows, 0, 0, 0, nullptr};
    const int channel = first_channel + column_to_load();
    const WeightsOfChannel weights = {kernel + channel * filters + group * group_filters,
                                      filters, group_filters, depth, size_x, down, across, channel < depth, 0, 0, 0};
    multiply(tile, outputs, weights, 0, down.count * across.count * group_filters);
    for_each_place(min(TILE_ROWS, rows - first_row), [&](int place, int column) {
        const int own = first_channel + column, c = group * depth + own, row = first_row + place;
        if (own >= depth) return;
        const int y = phase_y + row / broad % tall * stride_y, x = phase_x + row % broad * stride_x;
        const int to = ((row / (tall * broad) * height + y) * width + x) * channels + c;
        const float input = tile.c[place][column] + (bias ? bias[c] : 0.0f);
        out[to] = activate(activation, input);
        if (before) before[to] = input;
    });
}
