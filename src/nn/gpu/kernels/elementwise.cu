// What is done to each number alone, and copies between layouts.

// sum = a + b; all [count]; sum may be either. Grid: a thread for each number.
extern "C" __global__ void add(float *sum, const float *a, const float *b, int count) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) sum[i] = a[i] + b[i];
}

// y = x + row in every row. y, x [count], row [width]. Grid: a thread for each number.
extern "C" __global__ void add_row(float *y, const float *x, const float *row, int count, int width) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) y[i] = x[i] + row[i % width];
}

// Every row times a factor of its own. y, x [count], factors [count / width]. Grid: a thread for each number.
extern "C" __global__ void scale_rows(float *y, const float *x, const float *factors, int count, int width) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) y[i] = x[i] * factors[i / width];
}

// Two matrices side by side at every step. y [vectors, 2 width], a, b [vectors, width]. Grid: a thread for each number
// of y.
extern "C" __global__ void side_by_side(float *y, const float *a, const float *b, int count, int width) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    const int vector = i / (2 * width), column = i % (2 * width);
    y[i] = column < width ? a[vector * width + column] : b[vector * width + column - width];
}

// One of two matrices that are side by side. part [vectors, width], y [vectors, 2 width]; side: 0 or 1. Grid: a thread
// for each number of the part.
extern "C" __global__ void one_side(float *part, const float *y, int count, int width, int side) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) part[i] = y[(i / width * 2 + side) * width + i % width];
}

// Dropout (Srivastava et al. 2014): y = x scale, or 0 where a hash of the draw's seed and the place says so; the same
// bits as on the CPU. The draw's seed is number `draw` of the step's. y, x [count]. Grid: a thread for each number.
extern "C" __global__ void dropout(float *y, const float *x, const Step *step, int draw, unsigned threshold, float scale,
                                   int count) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    const unsigned long long seed = derive_seed(step->seed, draw);
    unsigned z = (unsigned)i ^ (unsigned)seed;
    z = ((z ^ (z >> 16)) * 0x7feb352du) ^ (unsigned)(seed >> 32);
    z = (z ^ (z >> 15)) * 0x846ca68bu;
    y[i] = (z ^ (z >> 16)) >= threshold ? x[i] * scale : 0.0f;
}
