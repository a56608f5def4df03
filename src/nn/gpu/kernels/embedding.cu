// Rows of a table by number, and the transpose of that.

// rows [count, width] = the rows of table [tokens, width] that x [count] names. A number that names none gives NaN and
// leaves its place, plus 1, in the fault; the host refuses the batch. Grid: a thread for each number of rows.
extern "C" __global__ void gather_rows(float *rows, const float *table, const float *x, int *fault, int count, int width,
                                       int tokens) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count * width) return;
    const float number = x[i / width];
    if (number >= 0.0f && number < (float)tokens && number == floorf(number)) {
        rows[i] = table[(size_t)number * width + i % width];
        return;
    }
    rows[i] = __int_as_float(0x7fc00000);
    if (i % width == 0) atomicMax(fault, i / width + 1);
}

// The transpose: table [tokens, width], zeros before, gets the sum, in order, of those of rows [count, width] that each
// token names. The warp of a token's first place adds them all. Grid: a warp for each of x's places.
extern "C" __global__ void scatter_rows(float *table, const float *rows, const float *x, int count, int width, int tokens) {
    const int place = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32;
    if (place >= count) return;
    const float token = x[place];
    if (!(token >= 0.0f && token < (float)tokens && token == floorf(token))) return;
    for (int before = 0; before < place; before += 32) {
        const int other = before + lane;
        if (__ballot_sync(0xffffffffu, other < place && x[other] == token)) return;
    }
    float *to = table + (size_t)token * width;
    for (int column = lane; column < width; column += 32) to[column] = rows[(size_t)place * width + column];
    for (int from = place + 1; from < count; from += 32) {
        const int other = from + lane;
        unsigned same = __ballot_sync(0xffffffffu, other < count && x[other] == token);
        for (; same; same &= same - 1) {
            const float *row = rows + (size_t)(from + __ffs(same) - 1) * width;
            for (int column = lane; column < width; column += 32) to[column] += row[column];
        }
    }
}
