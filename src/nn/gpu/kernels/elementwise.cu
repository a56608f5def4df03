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

// y = factor x. y, x [count]. Grid: a thread for each number.
extern "C" __global__ void scale(float *y, const float *x, float factor, int count) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) y[i] = factor * x[i];
}

// The part from `from` on of every vector. part [vectors, width], whole [vectors, total], count: numbers of the part. Grid:
// a thread for each number of the part.
extern "C" __global__ void cut_slice(float *part, const float *whole, int count, int total, int from, int width) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) part[i] = whole[i / width * total + from + i % width];
}

// The other way round: the part goes to its places in the vectors, whose other numbers stay.
extern "C" __global__ void put_slice(float *whole, const float *part, int count, int total, int from, int width) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) whole[i / width * total + from + i % width] = part[i];
}

// The dot product of two rows. y [rows], a, b [rows, width]. Grid: a warp for each row.
extern "C" __global__ void row_dots(float *y, const float *a, const float *b, int rows, int width) {
    const int row = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32;
    if (row >= rows) return;
    float sum = 0.0f;
    for (int i = lane; i < width; i += 32) sum += a[row * width + i] * b[row * width + i];
    sum = warp_sum(sum);
    if (lane == 0) y[row] = sum;
}

// y = x where x > 0, else slope x. y, x [count], slopes [width], one for each number of a vector. Grid: a thread for each
// number.
extern "C" __global__ void slope(float *y, const float *x, const float *slopes, int count, int width) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) y[i] = x[i] < 0.0f ? slopes[i % width] * x[i] : x[i];
}

// The gradient of x from that of y, `g`, and what each number adds to the gradient of its slope. d, terms, g, x [count].
// Grid: a thread for each number.
extern "C" __global__ void slope_back(float *d, float *terms, const float *g, const float *x, const float *slopes, int count,
                                      int width) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    d[i] = x[i] > 0.0f ? g[i] : slopes[i % width] * g[i];
    terms[i] = x[i] < 0.0f ? x[i] * g[i] : 0.0f;
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
