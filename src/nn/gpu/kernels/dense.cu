// Matrix products, and what comes before and after them: bias, activations, sums over rows.

#define TILE 64
#define DEEP 16

// C = A B for matrices of any strides, so that a transpose costs nothing to say; then bias and activation.
// c [m, n], a [m, k], b [k, n], bias [n] or null; before [m, n] or null gets what the activation is applied to.
// A block makes 64 x 64 of C from panels 16 deep; a thread has 4 x 4 of it in registers.
// Grid: (m / 64, n / 64, parts), blocks of 256. Part z sums over `depth` of k, from z * depth on, and writes its own C
// behind the others'; with several parts there is neither bias nor activation, and `gemm_parts` follows.
extern "C" __global__ void __launch_bounds__(256)
gemm(float *c, float *before, const float *a, const float *b, const float *bias, int m, int n, int k, int depth,
     int a_row, int a_column, int b_row, int b_column, int activation) {
    __shared__ __align__(16) float panel_a[DEEP][TILE + 4];
    __shared__ __align__(16) float panel_b[DEEP][TILE + 4];
    const int first_row = blockIdx.x * TILE, first_column = blockIdx.y * TILE;
    const int row = threadIdx.x / 16 * 4, column = threadIdx.x % 16 * 4;
    const int from = blockIdx.z * depth, to = min(k, from + depth);
    c += (size_t)blockIdx.z * m * n;
    float sum[4][4] = {};
    for (int deep = from; deep < to; deep += DEEP) {
        // Neighbouring threads read neighbouring numbers, whichever way the matrix lies.
#pragma unroll
        for (int i = 0; i < TILE * DEEP; i += 256) {
            const int at = i + threadIdx.x;
            const int r = a_column == 1 ? at / DEEP : at % TILE, l = a_column == 1 ? at % DEEP : at / TILE;
            const bool is_inside = first_row + r < m && deep + l < to;
            panel_a[l][r] = is_inside ? a[(size_t)(first_row + r) * a_row + (size_t)(deep + l) * a_column] : 0.0f;
            const int j = b_column == 1 ? at % TILE : at / DEEP, s = b_column == 1 ? at / TILE : at % DEEP;
            const bool is_within = first_column + j < n && deep + s < to;
            panel_b[s][j] = is_within ? b[(size_t)(deep + s) * b_row + (size_t)(first_column + j) * b_column] : 0.0f;
        }
        __syncthreads();
#pragma unroll
        for (int l = 0; l < DEEP; l++) {
            const float4 x = *(const float4 *)&panel_a[l][row], y = *(const float4 *)&panel_b[l][column];
            const float left[4] = {x.x, x.y, x.z, x.w}, right[4] = {y.x, y.y, y.z, y.w};
#pragma unroll
            for (int i = 0; i < 4; i++)
#pragma unroll
                for (int j = 0; j < 4; j++) sum[i][j] += left[i] * right[j];
        }
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 4; j++) {
            const int r = first_row + row + i, l = first_column + column + j;
            if (r >= m || l >= n) continue;
            const float value = sum[i][j] + (bias ? bias[l] : 0.0f);
            if (before) before[(size_t)r * n + l] = value;
            c[(size_t)r * n + l] = activate(activation, value);
        }
}

// The sum of a product's parts, in order; then bias and activation, as in `gemm`.
// c [count], before [count] or null, parts [parts, count], bias [width] or null. Grid: a thread for each number of C.
extern "C" __global__ void gemm_parts(float *c, float *before, const float *parts, const float *bias, int count,
                                      int number_of_parts, int width, int activation) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    float value = parts[i];
    for (int part = 1; part < number_of_parts; part++) value += parts[(size_t)part * count + i];
    if (bias) value += bias[i % width];
    if (before) before[i] = value;
    c[i] = activate(activation, value);
}

// Bias and activation of a finished product. y, x [count], before [count] or null, bias [width] or null; y may be x.
// Grid: a thread for each number.
extern "C" __global__ void bias_activation(float *y, float *before, const float *x, const float *bias, int count,
                                           int width, int activation) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    const float value = x[i] + (bias ? bias[i % width] : 0.0f);
    if (before) before[i] = value;
    y[i] = activate(activation, value);
}

// The gradient of an activation's input. All [count]. Grid: a thread for each number.
extern "C" __global__ void activation_gradient(float *out, const float *gradient, const float *kept, int count,
                                               int activation) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) out[i] = activation_back(activation, gradient[i], kept[i]);
}

// Softmax of rows; y, x [rows, width], y may be x. Grid: a warp for each row.
extern "C" __global__ void softmax_rows(float *y, const float *x, int rows, int width) {
    const int row = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32;
    if (row >= rows) return;
    const float *from = x + (size_t)row * width;
    float *to = y + (size_t)row * width;
    float top = MINUS_INFINITY;
    for (int i = lane; i < width; i += 32) top = fmaxf(top, from[i]);
    top = warp_max(top);
    float sum = 0.0f;
    for (int i = lane; i < width; i += 32) sum += expf(from[i] - top);
    const float scale = 1.0f / warp_sum(sum);
    for (int i = lane; i < width; i += 32) to[i] = expf(from[i] - top) * scale;
}

// The gradient of softmax's input from that of its output y. All [rows, width]. Grid: a warp for each row.
extern "C" __global__ void softmax_gradient(float *out, const float *gradient, const float *y, int rows, int width) {
    const int row = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32;
    if (row >= rows) return;
    const size_t at = (size_t)row * width;
    float dot = 0.0f;
    for (int i = lane; i < width; i += 32) dot += gradient[at + i] * y[at + i];
    dot = warp_sum(dot);
    for (int i = lane; i < width; i += 32) out[at + i] = y[at + i] * (gradient[at + i] - dot);
}

// Sums over rows. x [rows, width], sums [rows / chunk, width]: block y sums `chunk` rows. A warp has 32 columns, the
// block's warps share the rows, and their sums are added in order.
// Grid: (width / 32, rows / chunk), blocks of 256.
extern "C" __global__ void __launch_bounds__(256) column_sums(float *sums, const float *x, int rows, int width, int chunk) {
    __shared__ float shared[8][33];
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const int column = blockIdx.x * 32 + lane, from = blockIdx.y * chunk, to = min(rows, from + chunk);
    float sum = 0.0f;
    if (column < width)
        for (int row = from + warp; row < to; row += 8) sum += x[(size_t)row * width + column];
    shared[warp][lane] = sum;
    __syncthreads();
    if (warp > 0 || column >= width) return;
    for (int other = 1; other < 8; other++) sum += shared[other][lane];
    sums[(size_t)blockIdx.y * width + column] = sum;
}
