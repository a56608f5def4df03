// Batch normalization (Ioffe & Szegedy 2015) of a matrix [rows, features]. Sums over the rows are taken in pieces of
// `piece` rows and joined in their order.
//
// `statistics` is [4, features]: mean, biased variance, 1 / sqrt(variance + epsilon), and that times gamma.

// For each piece, its mean and its squared deviations from it: parts [pieces, 2, features]. Grid: (features / 32,
// pieces), 256 threads: a lane has a feature, the 8 warps share the rows.
extern "C" __global__ void __launch_bounds__(256)
batch_moments(float *parts, const float *x, int rows, int features, int piece) {
    __shared__ float scratch[8][32];
    const int feature = blockIdx.x * 32 + threadIdx.x % 32, first = blockIdx.y * piece + threadIdx.x / 32;
    const int end = min(blockIdx.y * piece + piece, rows);
    const bool is_inside = feature < features;
    float sum = 0.0f;
    for (int row = first; row < end && is_inside; row += 8) sum += x[row * features + feature];
    const float mean = sum_over_warps(sum, scratch) / (end - blockIdx.y * piece);
    float squares = 0.0f;
    for (int row = first; row < end && is_inside; row += 8) {
        const float apart = x[row * features + feature] - mean;
        squares += apart * apart;
    }
    squares = sum_over_warps(squares, scratch);
    if (threadIdx.x >= 32 || !is_inside) return;
    parts[(blockIdx.y * 2) * features + feature] = mean;
    parts[(blockIdx.y * 2 + 1) * features + feature] = squares;
}

// The statistics, joined from the pieces' moments by the formula of Chan, Golub and LeVeque (1979); without parts (null)
// the running ones. The running statistics move towards those of the batch where `follows`. One thread a feature.
extern "C" __global__ void batch_statistics(float *statistics, float *moving_mean, float *moving_variance,
                                            const float *parts, const float *gamma, int rows, int features, int piece,
                                            float momentum, float epsilon, int follows) {
    const int feature = blockIdx.x * blockDim.x + threadIdx.x;
    if (feature >= features) return;
    float mean = moving_mean[feature], variance = moving_variance[feature];
    if (parts) {
        const int pieces = (rows + piece - 1) / piece;
        // Deviations from the first piece's mean are small, so that a large mean loses no digits.
        const float start = parts[feature];
        float apart = 0.0f, squares = 0.0f;
        for (int i = 0; i < pieces; i++)
            apart += (parts[i * 2 * features + feature] - start) * min(piece, rows - i * piece);
        const float shift = apart / rows;
        for (int i = 0; i < pieces; i++) {
            const float off = parts[i * 2 * features + feature] - start - shift;
            squares += parts[(i * 2 + 1) * features + feature] + off * off * min(piece, rows - i * piece);
        }
        mean = start + shift;
        variance = squares / rows;
        if (follows) {
            moving_mean[feature] = moving_mean[feature] * momentum + mean * (1.0f - momentum);
            moving_variance[feature] = moving_variance[feature] * momentum + variance * (1.0f - momentum);
        }
    }
    const float inverse = 1.0f / sqrtf(variance + epsilon);
    statistics[feature] = mean;
    statistics[features + feature] = variance;
    statistics[2 * features + feature] = inverse;
    statistics[3 * features + feature] = inverse * gamma[feature];
}

// y = activation((x - mean) * scale + beta); `before` gets what goes into the activation, where it is not null. One
// thread a number, `count` of them.
extern "C" __global__ void batch_normalise(float *y, float *before, const float *x, const float *statistics,
                                           const float *beta, int count, int features, int activation) {
    const int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= count) return;
    const int feature = at % features;
    const float normal = (x[at] - statistics[feature]) * statistics[3 * features + feature] + beta[feature];
    y[at] = activate(activation, normal);
    if (before) before[at] = normal;
}

// `d` gets the gradient of the activation's input from `g`, that of its output, where it is not null; and that gradient
// and its product with x - mean are summed over the rows: parts [pieces, 2, features]. Grid and block as for
// `batch_moments`.
extern "C" __global__ void __launch_bounds__(256)
batch_gradient_sums(float *parts, float *d, const float *g, const float *kept, const float *x,
                    const float *statistics, int rows, int features, int piece, int activation) {
    __shared__ float scratch[8][32];
    const int feature = blockIdx.x * 32 + threadIdx.x % 32;
    const int end = min(blockIdx.y * piece + piece, rows);
    const bool is_inside = feature < features;
    const float mean = is_inside ? statistics[feature] : 0.0f;
    float sum = 0.0f, product = 0.0f;
    for (int row = blockIdx.y * piece + threadIdx.x / 32; row < end && is_inside; row += 8) {
        const int at = row * features + feature;
        const float own = activation_back(activation, g[at], kept[at]);
        if (d) d[at] = own;
        sum += own;
        product += own * (x[at] - mean);
    }
    sum = sum_over_warps(sum, scratch);
    product = sum_over_warps(product, scratch);
    if (threadIdx.x >= 32 || !is_inside) return;
    parts[(blockIdx.y * 2) * features + feature] = sum;
    parts[(blockIdx.y * 2 + 1) * features + feature] = product;
}

// From the parts of `batch_gradient_sums`, the gradients of gamma and beta, and in `means`, [2, features], what the
// batch's own mean and variance take off the input's gradient: zeros unless `by_batch`. One thread a feature.
extern "C" __global__ void batch_weight_gradients(float *d_gamma, float *d_beta, float *means, const float *parts,
                                                  const float *statistics, int rows, int features, int pieces,
                                                  int by_batch) {
    const int feature = blockIdx.x * blockDim.x + threadIdx.x;
    if (feature >= features) return;
    float sum = 0.0f, product = 0.0f;
    for (int i = 0; i < pieces; i++) {
        sum += parts[i * 2 * features + feature];
        product += parts[(i * 2 + 1) * features + feature];
    }
    const float inverse = statistics[2 * features + feature];
    d_gamma[feature] = inverse * product;
    d_beta[feature] = sum;
    means[feature] = by_batch ? sum / rows : 0.0f;
    means[features + feature] = by_batch ? inverse * inverse * product / rows : 0.0f;
}

// The gradient of x from that of the activation's input, `g`; `d` may be `g`. One thread a number, `count` of them.
extern "C" __global__ void batch_input_gradient(float *d, const float *g, const float *x, const float *statistics,
                                                const float *means, int count, int features) {
    const int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= count) return;
    const int feature = at % features;
    const float apart = x[at] - statistics[feature];
    d[at] = statistics[3 * features + feature] * (g[at] - means[feature] - apart * means[features + feature]);
}
