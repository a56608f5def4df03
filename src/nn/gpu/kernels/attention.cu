// Scaled dot-product attention (Vaswani et al. 2017) of every head of every sample: products of many small matrices that
// lie between one another, and softmax over their rows.

// C = A B for each head of each sample: C [m, n], A [m, k], B [k, n]. Of each matrix it is told how far apart rows,
// columns, samples and heads are; the columns of C lie side by side. Grid: (samples * heads, m / 64, n / 32).
extern "C" __global__ void __launch_bounds__(TILE_THREADS)
head_products(float *c, const float *a, const float *b, int heads, int m, int n, int k, int a_row, int a_column,
              int a_sample, int a_head, int b_row, int b_column, int b_sample, int b_head, int c_row, int c_sample,
              int c_head) {
    __shared__ Tile tile;
    const int sample = blockIdx.x / heads, head = blockIdx.x % heads;
    const int first_row = blockIdx.y * TILE_ROWS, first_column = blockIdx.z * TILE_COLUMNS;
    const int row = first_row + row_to_load(), column = first_column + column_to_load();
    const Strided left = {a + sample * a_sample + head * a_head + row * a_row, a_column, row < m, nullptr};
    const Strided right = {b + sample * b_sample + head * b_head + column * b_column, b_row, column < n, nullptr};
    multiply(tile, left, right, 0, k);
    float *to = c + sample * c_sample + head * c_head;
    for_each_place(min(TILE_ROWS, m - first_row), [&](int place, int column) {
        if (first_column + column < n) to[(first_row + place) * c_row + first_column + column] = tile.c[place][column];
    });
}

// Each row of the weights, [rows, steps], becomes softmax(scale * row), in place. Where `is_causal`, row i of each
// square sees its first i + 1 numbers; the others become 0. A warp has a row, a block of 256 threads 8 of them.
extern "C" __global__ void attention_softmax(float *weights, int rows, int steps, float scale, int is_causal) {
    const int lane = threadIdx.x % 32, row = blockIdx.x * 8 + threadIdx.x / 32;
    if (row >= rows) return;
    float *own = weights + row * steps;
    const int seen = is_causal ? row % steps + 1 : steps;
    float top = MINUS_INFINITY;
    for (int i = lane; i < seen; i += 32) top = fmaxf(top, own[i]);
    top = warp_max(top);
    float sum = 0.0f;
    for (int i = lane; i < seen; i += 32) {
        own[i] = expf((own[i] - top) * scale);
        sum += own[i];
    }
    const float part = 1.0f / warp_sum(sum);
    for (int i = lane; i < steps; i += 32) own[i] = i < seen ? own[i] * part : 0.0f;
}

// Turns the gradient `g` of the weights into that of the products behind them, in place. Grid and block as for
// `attention_softmax`.
extern "C" __global__ void attention_softmax_back(float *g, const float *weights, int rows, int steps, float scale,
                                                  int is_causal) {
    const int lane = threadIdx.x % 32, row = blockIdx.x * 8 + threadIdx.x / 32;
    if (row >= rows) return;
    float *own = g + row * steps;
    const float *p = weights + row * steps;
    const int seen = is_causal ? row % steps + 1 : steps;
    float mean = 0.0f;
    for (int i = lane; i < seen; i += 32) mean += p[i] * own[i];
    mean = warp_sum(mean);
    for (int i = lane; i < steps; i += 32) own[i] = i < seen ? p[i] * (own[i] - mean) * scale : 0.0f;
}
