// The random draws of generators and variational autoencoders. The seed is the step's own.

// Standard normal numbers. noise [count]. Grid: a thread for each number.
extern "C" __global__ void normal_noise(float *noise, const Step *step, int count) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) noise[i] = normal(step->seed, i);
}

// code = mean + exp(log variance / 2) noise. code [rows, width]; parameters [rows, 2 width], means before log variances;
// terms [rows, width] get each number's divergence from the standard normal distribution.
// Grid: a thread for each number of the code.
extern "C" __global__ void draw_code(float *code, float *terms, const float *parameters, const Step *step, int count,
                                     int width) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    const float *row = parameters + (size_t)(i / width) * 2 * width;
    const float mean = row[i % width], log_variance = row[width + i % width];
    code[i] = mean + expf(0.5f * log_variance) * normal(step->seed, i);
    const double m = mean, lv = log_variance;
    terms[i] = (float)(0.5 * (m * m + exp(lv) - lv - 1.0));
}

// The gradient of means and log variances, [rows, 2 width], from that of the code, [rows, width] or null for zeros;
// `scale` is the weight of the divergence over the rows. Grid: a thread for each number of the code.
extern "C" __global__ void draw_code_gradient(float *out, const float *gradient, const float *parameters, const Step *step,
                                              int count, int width, float scale) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    const size_t at = (size_t)(i / width) * 2 * width + i % width;
    const float upstream = gradient ? gradient[i] : 0.0f;
    const float mean = parameters[at], log_variance = parameters[at + width];
    out[at] = upstream + scale * mean;
    out[at + width] = 0.5f * (upstream * normal(step->seed, i) * expf(0.5f * log_variance) + scale * (expf(log_variance) - 1.0f));
}
