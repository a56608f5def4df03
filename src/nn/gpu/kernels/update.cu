// What happens to parameters and gradients. One launch serves all parameters: a table names their pieces.

// A parameter with its gradient and its moments.
struct Piece {
    float *weights;
    float *gradient;
    float *moments[3];
    int count;       // numbers
    int first_block; // the block that begins with its first number
    float l1, l2;    // penalties
};

#define PER_BLOCK 1024 // numbers of a block: 4 for each of 256 threads

// The numbers of the block's piece that a thread has.
struct Share {
    const Piece *piece;
    int from, to;
};

// The pieces' first blocks rise, so a block's piece is found by halving.
__device__ __forceinline__ Share share_of(const Piece *pieces, int number_of_pieces) {
    int low = 0, high = number_of_pieces;
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        if (pieces[middle].first_block <= (int)blockIdx.x) low = middle;
        else high = middle;
    }
    const Piece *piece = pieces + low;
    const int from = ((int)blockIdx.x - piece->first_block) * PER_BLOCK;
    return {piece, from, min(piece->count, from + PER_BLOCK)};
}

#define FOR_EACH_NUMBER(i)                                                                                              \
    const Share share = share_of(pieces, number_of_pieces);                                                            \
    const Piece &piece = *share.piece;                                                                                 \
    for (int i = share.from + threadIdx.x; i < share.to; i += 256)

// Adds the gradient of the penalties, l1 |w| + l2 w^2. Grid: the pieces' blocks, of 256.
extern "C" __global__ void add_penalties(const Piece *pieces, int number_of_pieces) {
    FOR_EACH_NUMBER(i) {
        const float w = piece.weights[i];
        piece.gradient[i] += 2.0f * piece.l2 * w + piece.l1 * (w == 0.0f ? 0.0f : copysignf(1.0f, w));
    }
}

// The penalties of each block's numbers, l1 |w| + l2 w^2. sums: one for each block. Grid: the pieces' blocks, of 256.
extern "C" __global__ void __launch_bounds__(256) penalties(float *sums, const Piece *pieces, int number_of_pieces) {
    __shared__ double scratch[32];
    double sum = 0.0;
    FOR_EACH_NUMBER(i) {
        const double w = piece.weights[i];
        sum += (double)piece.l1 * fabs(w) + (double)piece.l2 * w * w;
    }
    sum = block_sum(sum, scratch);
    if (threadIdx.x == 0) sums[blockIdx.x] = (float)sum;
}

// Clamps gradients to [-limit, limit]; NaN stays. Grid: the pieces' blocks, of 256.
extern "C" __global__ void clip_values(const Piece *pieces, int number_of_pieces, float limit) {
    FOR_EACH_NUMBER(i) {
        const float g = piece.gradient[i];
        piece.gradient[i] = g < -limit ? -limit : g > limit ? limit : g;
    }
}

// The squares of each block's gradients, summed. sums: one for each block. Grid: the pieces' blocks, of 256.
extern "C" __global__ void __launch_bounds__(256) squares(double *sums, const Piece *pieces, int number_of_pieces) {
    __shared__ double scratch[32];
    double sum = 0.0;
    FOR_EACH_NUMBER(i) sum += (double)piece.gradient[i] * piece.gradient[i];
    sum = block_sum(sum, scratch);
    if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

// The factor that brings gradients to a norm of `limit`, or 1 where they are shorter. factor [1], sums [count]. Grid:
// one block of 256.
extern "C" __global__ void __launch_bounds__(256) norm_factor(float *factor, const double *sums, int count, float limit) {
    __shared__ double scratch[32];
    double sum = 0.0;
    for (int i = threadIdx.x; i < count; i += 256) sum += sums[i];
    const double norm = sqrt(block_sum(sum, scratch));
    if (threadIdx.x == 0) *factor = norm > limit ? (float)(limit / norm) : 1.0f;
}

// Multiplies gradients by a factor. Grid: the pieces' blocks, of 256.
extern "C" __global__ void scale_gradients(const Piece *pieces, int number_of_pieces, const float *factor) {
    if (*factor == 1.0f) return;
    FOR_EACH_NUMBER(i) piece.gradient[i] *= *factor;
}

// The rules of the optimizers, each over all parameters. `constants` are the rule's of this update, in the order in which
// `preset/optimizers` names them. Nothing is learned where the guard, a number or null, is not finite.
// Grid: the pieces' blocks, of 256.

__device__ __forceinline__ bool is_broken(const float *guard) { return guard && !isfinite(*guard); }

// w - rate g
extern "C" __global__ void update_sgd(const Piece *pieces, int number_of_pieces, const float *constants, const float *guard) {
    if (is_broken(guard)) return;
    const float rate = constants[0];
    FOR_EACH_NUMBER(i) piece.weights[i] = fmaf(-rate, piece.gradient[i], piece.weights[i]);
}

extern "C" __global__ void update_momentum(const Piece *pieces, int number_of_pieces, const float *constants, const float *guard) {
    if (is_broken(guard)) return;
    const float rate = constants[0], momentum = constants[1], nesterov = constants[2];
    FOR_EACH_NUMBER(i) {
        const float g = piece.gradient[i], v = fmaf(momentum, piece.moments[0][i], g);
        piece.moments[0][i] = v;
        piece.weights[i] = fmaf(-rate, nesterov != 0.0f ? fmaf(momentum, v, g) : v, piece.weights[i]);
    }
}

extern "C" __global__ void update_adam(const Piece *pieces, int number_of_pieces, const float *constants, const float *guard) {
    if (is_broken(guard)) return;
    const float rate = constants[0], beta_1 = constants[1], beta_2 = constants[2], epsilon = constants[3];
    const float decay = constants[4], root = constants[5];
    FOR_EACH_NUMBER(i) {
        const float g = piece.gradient[i], before = piece.moments[0][i];
        const float m = fmaf(1.0f - beta_1, g - before, before);
        const float v = fmaf(beta_2, piece.moments[1][i], (1.0f - beta_2) * g * g);
        piece.moments[0][i] = m;
        piece.moments[1][i] = v;
        piece.weights[i] = piece.weights[i] * decay - rate * m / fmaf(sqrtf(v), root, epsilon);
    }
}

extern "C" __global__ void update_rms_prop(const Piece *pieces, int number_of_pieces, const float *constants, const float *guard) {
    if (is_broken(guard)) return;
    const float rate = constants[0], rho = constants[1], momentum = constants[2], epsilon = constants[3];
    const float centered = constants[4];
    FOR_EACH_NUMBER(i) {
        const float g = piece.gradient[i];
        const float v = fmaf(rho, piece.moments[0][i], (1.0f - rho) * g * g);
        const float a = fmaf(1.0f - rho, g - piece.moments[1][i], piece.moments[1][i]);
        // A gradient that stays the same has variance 0, and rounding may make that negative. NaN stays NaN.
        const float variance = v - centered * a * a, spread = variance < 0.0f ? 0.0f : variance;
        const float b = fmaf(momentum, piece.moments[2][i], g / (sqrtf(spread) + epsilon));
        piece.moments[0][i] = v;
        piece.moments[1][i] = a;
        piece.moments[2][i] = b;
        piece.weights[i] = fmaf(-rate, b, piece.weights[i]);
    }
}

extern "C" __global__ void update_adagrad(const Piece *pieces, int number_of_pieces, const float *constants, const float *guard) {
    if (is_broken(guard)) return;
    const float rate = constants[0], epsilon = constants[1];
    FOR_EACH_NUMBER(i) {
        const float g = piece.gradient[i], sum = fmaf(g, g, piece.moments[0][i]);
        piece.moments[0][i] = sum;
        piece.weights[i] -= rate * g / (sqrtf(sum) + epsilon);
    }
}

extern "C" __global__ void update_lion(const Piece *pieces, int number_of_pieces, const float *constants, const float *guard) {
    if (is_broken(guard)) return;
    const float rate = constants[0], beta_1 = constants[1], beta_2 = constants[2], decay = constants[3];
    FOR_EACH_NUMBER(i) {
        const float g = piece.gradient[i], m = piece.moments[0][i];
        const float direction = fmaf(1.0f - beta_1, g - m, m);
        // The sign of zero is zero, and NaN stays NaN.
        const float sign = direction > 0.0f ? 1.0f : direction < 0.0f ? -1.0f : direction;
        piece.moments[0][i] = fmaf(1.0f - beta_2, g - m, m);
        piece.weights[i] = piece.weights[i] * decay - rate * sign;
    }
}
