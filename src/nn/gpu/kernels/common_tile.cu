// A block's part of a matrix product C = A B: 64 rows and 32 columns of C by 128 threads, a thread 4 x 4 of them in
// registers. Panels of A and B, 16 deep, go through shared memory; the next ones are on their way while the last ones
// are multiplied.
//
// A and B are read through cursors, so that a convolution's windows need not be written out: a cursor belongs to one
// row of A (or column of B), `seek(k)` moves it to a place along the sum, and `next()` reads there and moves on.

#define TILE_ROWS 64
#define TILE_COLUMNS 32
#define TILE_DEPTH 16
#define TILE_THREADS 128

union __align__(16) Tile {
    // Rows are padded by 4 numbers: fewer bank conflicts, and four numbers are still read at once.
    struct {
        float a[TILE_DEPTH][TILE_ROWS + 4];
        float b[TILE_DEPTH][TILE_COLUMNS + 4];
    } panels;
    float c[TILE_ROWS][TILE_COLUMNS + 1];
};

// The row of A that this thread's cursor belongs to, and the column of B.
__device__ __forceinline__ int row_to_load() { return threadIdx.x % TILE_ROWS; }
__device__ __forceinline__ int column_to_load() { return threadIdx.x % TILE_COLUMNS; }

// Computes `tile.c` from the products along the sum from `from` to `to`. All threads of the block must call it, and have
// its result when it returns.
template <class A, class B> __device__ __forceinline__ void multiply(Tile &tile, A a, B b, int from, int to) {
    const int deep_a = threadIdx.x / TILE_ROWS * 8, deep_b = threadIdx.x / TILE_COLUMNS * 4;
    const int row = threadIdx.x / 8 * 4, column = threadIdx.x % 8 * 4;
    float sum[4][4] = {};
    float next_a[8], next_b[4];
    for (int depth = from - TILE_DEPTH; depth < to; depth += TILE_DEPTH) {
        const bool has_next = depth + TILE_DEPTH < to;
        if (has_next) {
            const int first_a = depth + TILE_DEPTH + deep_a, first_b = depth + TILE_DEPTH + deep_b;
            a.seek(first_a);
            b.seek(first_b);
#pragma unroll
            for (int i = 0; i < 8; i++) next_a[i] = first_a + i < to ? a.next() : 0.0f;
#pragma unroll
            for (int i = 0; i < 4; i++) next_b[i] = first_b + i < to ? b.next() : 0.0f;
        }
        if (depth >= from) {
#pragma unroll
            for (int l = 0; l < TILE_DEPTH; l++) {
                const float4 x = *(const float4 *)&tile.panels.a[l][row], y = *(const float4 *)&tile.panels.b[l][column];
                const float left[4] = {x.x, x.y, x.z, x.w}, right[4] = {y.x, y.y, y.z, y.w};
#pragma unroll
                for (int i = 0; i < 4; i++)
#pragma unroll
                    for (int j = 0; j < 4; j++) sum[i][j] += left[i] * right[j];
            }
            __syncthreads();
        }
        if (has_next) {
#pragma unroll
            for (int i = 0; i < 8; i++) tile.panels.a[deep_a + i][row_to_load()] = next_a[i];
#pragma unroll
            for (int i = 0; i < 4; i++) tile.panels.b[deep_b + i][column_to_load()] = next_b[i];
            __syncthreads();
        }
    }
    // Through shared memory, so that what comes behind the product is written once, and a warp writes whole rows.
#pragma unroll
    for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 4; j++) tile.c[row + i][column + j] = sum[i][j];
    __syncthreads();
}

// Calls `visit(row, column)` for this thread's share of the tile's first `rows` rows.
template <class Visit> __device__ __forceinline__ void for_each_place(int rows, Visit visit) {
#pragma unroll 1
    for (int row = threadIdx.x / TILE_COLUMNS; row < rows; row += TILE_THREADS / TILE_COLUMNS)
        visit(row, threadIdx.x % TILE_COLUMNS);
}

// A row or column of a matrix in memory; zeros where it lies outside of the matrix.
struct Strided {
    const float *first;
    int stride;
    bool is_inside;
    const float *place;
    __device__ __forceinline__ void seek(int k) { place = first + k * stride; }
    __device__ __forceinline__ float next() {
        const float value = is_inside ? *place : 0.0f;
        place += stride;
        return value;
    }
};
