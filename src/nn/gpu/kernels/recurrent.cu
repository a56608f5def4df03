// The steps of recurrent layers. The product of all inputs with the input kernel is made before, as one product; here a
// step adds the product of the state with the recurrent kernel and computes the gates, as one kernel.
//
// Buffers are step after step: [steps, rows, ...], where a row is a sample; a kernel gets the part of its own step. Gates
// lie as in Keras's kernels: LSTM i, f, c, o; GRU z, r, h. A block has 32 units of 8 rows, 256 threads; the state, the
// recurrent kernel and the gradients come through shared memory, 32 numbers of the sum at a time. Grid of all steps:
// (units / 32, rows / 8).

#define UNITS_OF_BLOCK 32
#define ROWS_OF_BLOCK 8

// The sequences [rows, steps, features] as [steps, rows, features], the last step first where `is_reversed`; with
// `is_back` the other way round. One thread a number, `count` of them.
extern "C" __global__ void order_by_steps(float *out, const float *x, int count, int rows, int steps, int features,
                                          int is_reversed, int is_back) {
    const int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= count) return;
    const int feature = at % features, row = at / features % rows, read = at / (features * rows);
    const int step = is_reversed ? steps - 1 - read : read;
    const int other = (row * steps + step) * features + feature;
    if (is_back) out[other] = x[at];
    else out[at] = x[other];
}

// Adds to `sum` the product of this thread's row of the state with the columns of its unit in the recurrent kernel,
// [units, GATES * units]. All threads of the block must call it.
template <int GATES>
__device__ __forceinline__ void add_state_products(float (&sum)[GATES], float (*state)[32],
                                                   float (*weights)[GATES][UNITS_OF_BLOCK], const float *previous,
                                                   const float *recurrent, int rows, int units) {
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const int unit = blockIdx.x * UNITS_OF_BLOCK + lane, row = blockIdx.y * ROWS_OF_BLOCK + warp;
    for (int from = 0; from < units; from += 32) {
        state[warp][lane] = row < rows && from + lane < units ? previous[row * units + from + lane] : 0.0f;
        for (int l = warp; l < 32; l += ROWS_OF_BLOCK)
#pragma unroll
            for (int gate = 0; gate < GATES; gate++) {
                const bool is_inside = from + l < units && unit < units;
                weights[l][gate][lane] = is_inside ? recurrent[((from + l) * GATES + gate) * units + unit] : 0.0f;
            }
        __syncthreads();
#pragma unroll 8
        for (int l = 0; l < 32; l++) {
            const float h = state[warp][l];
#pragma unroll
            for (int gate = 0; gate < GATES; gate++) sum[gate] += h * weights[l][gate][lane];
        }
        __syncthreads();
    }
}

// The part of the state's gradient that comes from the next step's gates: this thread's row of `next`, [rows, columns],
// times the row of its unit in the recurrent kernel, [units, columns]; 0 without a next step (null). All threads of the
// block must call it.
__device__ __forceinline__ float state_gradient(float (*gates)[32], float (*weights)[33], const float *next,
                                                const float *recurrent, int rows, int units, int columns) {
    if (!next) return 0.0f;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const int row = blockIdx.y * ROWS_OF_BLOCK + warp;
    float sum = 0.0f;
    for (int from = 0; from < columns; from += 32) {
        const bool is_column = from + lane < columns;
        gates[warp][lane] = row < rows && is_column ? next[row * columns + from + lane] : 0.0f;
        for (int u = warp; u < UNITS_OF_BLOCK; u += ROWS_OF_BLOCK) {
            const int unit = blockIdx.x * UNITS_OF_BLOCK + u;
            weights[lane][u] = unit < units && is_column ? recurrent[unit * columns + from + lane] : 0.0f;
        }
        __syncthreads();
#pragma unroll 8
        for (int l = 0; l < 32; l++) sum += gates[warp][l] * weights[l][lane];
        __syncthreads();
    }
    return sum;
}

// The unit and row of this thread.
struct Place {
    int unit, row;
    bool is_inside;
    __device__ __forceinline__ Place(int rows, int units) {
        unit = blockIdx.x * UNITS_OF_BLOCK + threadIdx.x % 32;
        row = blockIdx.y * ROWS_OF_BLOCK + threadIdx.x / 32;
        is_inside = unit < units && row < rows;
    }
};

// h' = squash(x W + h U + b) (Elman 1990): `state` gets h', and so does `output`, whose rows are `output_row` apart, where
// it is not null. `inputs` is x W, [rows, units].
extern "C" __global__ void __launch_bounds__(256)
simple_step(float *state, float *output, const float *inputs, const float *previous, const float *recurrent,
            const float *bias, int rows, int units, int output_row, int activation) {
    __shared__ float before[ROWS_OF_BLOCK][32];
    __shared__ float weights[32][1][UNITS_OF_BLOCK];
    const Place at(rows, units);
    float sum[1] = {};
    add_state_products<1>(sum, before, weights, previous, recurrent, rows, units);
    if (!at.is_inside) return;
    const int own = at.row * units + at.unit;
    const float h = activate(activation, sum[0] + inputs[own] + bias[at.unit]);
    state[own] = h;
    if (output) output[at.row * output_row + at.unit] = h;
}

// The way back: `d_gates`, [rows, units], gets the gradient of what goes into the activation, from those of the output
// (null: none) and of the next step's gates (null: none). `state` is h'.
extern "C" __global__ void __launch_bounds__(256)
simple_step_back(float *d_gates, const float *d_output, const float *next, const float *state, const float *recurrent,
                 int rows, int units, int output_row, int activation) {
    __shared__ float gates[ROWS_OF_BLOCK][32];
    __shared__ float weights[32][33];
    const Place at(rows, units);
    float d = state_gradient(gates, weights, next, recurrent, rows, units, units);
    if (!at.is_inside) return;
    if (d_output) d += d_output[at.row * output_row + at.unit];
    const int own = at.row * units + at.unit;
    d_gates[own] = activation_back(activation, d, state[own]);
}

// A step of an LSTM: c' = f c + i g, h' = o tanh c'. `gates`, [rows, 4 units], comes as x W and becomes the gates.
extern "C" __global__ void __launch_bounds__(256)
lstm_step(float *gates, float *state, float *memory, float *output, const float *previous, const float *previous_memory,
          const float *recurrent, const float *bias, int rows, int units, int output_row) {
    __shared__ float before[ROWS_OF_BLOCK][32];
    __shared__ float weights[32][4][UNITS_OF_BLOCK];
    const Place at(rows, units);
    float sum[4] = {};
    add_state_products<4>(sum, before, weights, previous, recurrent, rows, units);
    if (!at.is_inside) return;
    float *own = gates + at.row * 4 * units + at.unit;
#pragma unroll
    for (int gate = 0; gate < 4; gate++) sum[gate] += own[gate * units] + bias[gate * units + at.unit];
    const float i = sigmoid(sum[0]), f = sigmoid(sum[1]), g = tanhf(sum[2]), o = sigmoid(sum[3]);
    const int place = at.row * units + at.unit;
    const float kept = f * previous_memory[place] + i * g;
    const float h = o * tanhf(kept);
    own[0] = i;
    own[units] = f;
    own[2 * units] = g;
    own[3 * units] = o;
    memory[place] = kept;
    state[place] = h;
    if (output) output[at.row * output_row + at.unit] = h;
}

// The way back: the gates become the gradients of what they were computed from. `d_memory`, [rows, units], carries the
// gradient of the memory from step to step; without a next step (null) it comes in undefined.
extern "C" __global__ void __launch_bounds__(256)
lstm_step_back(float *gates, float *d_memory, const float *d_output, const float *next, const float *memory,
               const float *previous_memory, const float *recurrent, int rows, int units, int output_row) {
    __shared__ float d_next[ROWS_OF_BLOCK][32];
    __shared__ float weights[32][33];
    const Place at(rows, units);
    float d = state_gradient(d_next, weights, next, recurrent, rows, units, 4 * units);
    if (!at.is_inside) return;
    if (d_output) d += d_output[at.row * output_row + at.unit];
    float *own = gates + at.row * 4 * units + at.unit;
    const int place = at.row * units + at.unit;
    const float i = own[0], f = own[units], g = own[2 * units], o = own[3 * units];
    const float squashed = tanhf(memory[place]);
    const float d_kept = (next ? d_memory[place] : 0.0f) + d * o * (1.0f - squashed * squashed);
    own[0] = d_kept * g * i * (1.0f - i);
    own[units] = d_kept * previous_memory[place] * f * (1.0f - f);
    own[2 * units] = d_kept * i * (1.0f - g * g);
    own[3 * units] = d * squashed * o * (1.0f - o);
    d_memory[place] = d_kept * f;
}

// A step of a GRU with the reset gate behind the product: n = tanh(x_h + r m), m = h U_h + b, h' = z h + (1 - z) n.
// `gates`, [rows, 3 units], comes as x W and becomes z, r, n; `products`, [rows, 3 units], gets m in its last third. The
// bias is [2, 3 units]: the input's and the state's.
extern "C" __global__ void __launch_bounds__(256)
gru_step(float *gates, float *products, float *state, float *output, const float *previous, const float *recurrent,
         const float *bias, int rows, int units, int output_row) {
    __shared__ float before[ROWS_OF_BLOCK][32];
    __shared__ float weights[32][3][UNITS_OF_BLOCK];
    const Place at(rows, units);
    float sum[3] = {};
    add_state_products<3>(sum, before, weights, previous, recurrent, rows, units);
    if (!at.is_inside) return;
    float *own = gates + at.row * 3 * units + at.unit;
    const float *of_input = bias + at.unit, *of_state = of_input + 3 * units;
    const float z = sigmoid(sum[0] + own[0] + (of_input[0] + of_state[0]));
    const float r = sigmoid(sum[1] + own[units] + (of_input[units] + of_state[units]));
    const float m = sum[2] + of_state[2 * units];
    const float n = tanhf(own[2 * units] + of_input[2 * units] + r * m);
    const int place = at.row * units + at.unit;
    const float h = n + z * (previous[place] - n);
    own[0] = z;
    own[units] = r;
    own[2 * units] = n;
    products[at.row * 3 * units + 2 * units + at.unit] = m;
    state[place] = h;
    if (output) output[at.row * output_row + at.unit] = h;
}

// The way back: `gates` becomes the gradient of x W, `products` that of h U. `d_state`, [rows, units], carries what reaches
// the state past the product, h' = z h + ..., from step to step; without a next step (null) it comes in undefined.
extern "C" __global__ void __launch_bounds__(256)
gru_step_back(float *gates, float *products, float *d_state, const float *d_output, const float *next,
              const float *previous, const float *recurrent, int rows, int units, int output_row) {
    __shared__ float d_next[ROWS_OF_BLOCK][32];
    __shared__ float weights[32][33];
    const Place at(rows, units);
    float d = state_gradient(d_next, weights, next, recurrent, rows, units, 3 * units);
    if (!at.is_inside) return;
    const int place = at.row * units + at.unit;
    if (next) d += d_state[place];
    if (d_output) d += d_output[at.row * output_row + at.unit];
    float *own = gates + at.row * 3 * units + at.unit, *other = products + at.row * 3 * units + at.unit;
    const float z = own[0], r = own[units], n = own[2 * units], m = other[2 * units];
    const float d_z = d * (previous[place] - n) * z * (1.0f - z);
    const float d_n = d * (1.0f - z) * (1.0f - n * n);
    const float d_r = d_n * m * r * (1.0f - r);
    own[0] = other[0] = d_z;
    own[units] = other[units] = d_r;
    own[2 * units] = d_n;
    other[2 * units] = d_n * r;
    d_state[place] = d * z;
}
