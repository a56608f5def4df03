// A test double of cuBLAS: products of f32 matrices by loops, issued into the stream of the handle.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))
enum { OK = 0, INVALID_VALUE = 7, EXECUTION_FAILED = 13 };
extern "C" int fakeCudaIssue(void *stream, void (*work)(void *), void *data, size_t bytes);
extern "C" int fakeCudaHolds(uint64_t from, size_t bytes);
extern "C" void fakeCudaParallel(void (*work)(void *, unsigned, unsigned), void *data);

struct Handle { void *stream = nullptr; int pointer_mode = 0; };
struct Product {
    int transa, transb, m, n, k;
    float alpha, beta;
    const float *a, *b;
    float *c;
    int lda, ldb, ldc, count;
    long long stride_a, stride_b, stride_c;
};

API int cublasCreate_v2(Handle **h) { *h = new Handle; return OK; }
API int cublasDestroy_v2(Handle *h) { delete h; return OK; }
API int cublasSetStream_v2(Handle *h, void *stream) { h->stream = stream; return OK; }
API int cublasSetWorkspace_v2(Handle *, void *, size_t) { return OK; }
API int cublasSetMathMode(Handle *, int) { return OK; }
API int cublasSetPointerMode_v2(Handle *h, int mode) { h->pointer_mode = mode; return OK; }
API int cublasGetPointerMode_v2(Handle *h, int *mode) { *mode = h->pointer_mode; return OK; }

// Columns j of C from `first` on, every `step`-th group of them; A and B column by column, as cuBLAS has them.
static void multiply(const Product &p, const float *a, const float *b, float *c, unsigned first, unsigned step) {
    // A transposed where needed, so that the innermost loop runs along a column of C.
    thread_local std::vector<float> flat;
    const float *columns = a;
    int lda = p.lda;
    if (p.transa) {
        flat.resize(size_t(p.m) * p.k);
        for (int i = 0; i < p.m; i++)
            for (int l = 0; l < p.k; l++) flat[size_t(l) * p.m + i] = a[size_t(i) * p.lda + l];
        columns = flat.data();
        lda = p.m;
    }
    const int GROUP = 4;
    for (int j = first * GROUP; j < p.n; j += step * GROUP)
        for (int jj = j; jj < std::min(j + GROUP, p.n); jj++) {
            float *to = c + size_t(jj) * p.ldc;
            for (int i = 0; i < p.m; i++) to[i] = p.beta == 0 ? 0 : to[i] * p.beta;
            for (int l = 0; l < p.k; l++) {
                const float factor = p.alpha * (p.transb ? b[size_t(l) * p.ldb + jj] : b[size_t(jj) * p.ldb + l]);
                const float *from = columns + size_t(l) * lda;
                for (int i = 0; i < p.m; i++) to[i] += from[i] * factor;
            }
        }
}
static void run(void *data) {
    fakeCudaParallel([](void *data, unsigned me, unsigned all) {
        const Product &p = *(Product *)data;
        for (int i = 0; i < p.count; i++) multiply(p, p.a + i * p.stride_a, p.b + i * p.stride_b, p.c + i * p.stride_c, me, all);
    }, data);
}
static int issue(Handle *h, const Product &p) {
    auto bytes = [](bool t, int rows, int columns, int ld) { return 4 * (size_t(t ? rows : columns) - 1) * ld + 4 * size_t(t ? columns : rows); };
    const int last = p.count - 1;
    if (p.m < 0 || p.n < 0 || p.k < 0 || p.lda < (p.transa ? p.k : p.m) || p.ldb < (p.transb ? p.n : p.k) || p.ldc < p.m) return INVALID_VALUE;
    if (!fakeCudaHolds(uint64_t(p.a + last * p.stride_a), bytes(p.transa, p.m, p.k, p.lda)) || !fakeCudaHolds(uint64_t(p.b + last * p.stride_b), bytes(p.transb, p.k, p.n, p.ldb)) ||
        !fakeCudaHolds(uint64_t(p.c + last * p.stride_c), bytes(false, p.m, p.n, p.ldc))) {
        fprintf(stderr, "fake cublas: a product of %dx%dx%d outside of device memory\n", p.m, p.n, p.k);
        return EXECUTION_FAILED;
    }
    return fakeCudaIssue(h->stream, run, (void *)&p, sizeof p) ? EXECUTION_FAILED : OK;
}
API int cublasSgemm_v2(Handle *h, int ta, int tb, int m, int n, int k, const float *alpha, const float *a, int lda, const float *b, int ldb, const float *beta, float *c, int ldc) {
    return issue(h, {ta, tb, m, n, k, *alpha, *beta, a, b, c, lda, ldb, ldc, 1, 0, 0, 0});
}
API int cublasSgemmStridedBatched(Handle *h, int ta, int tb, int m, int n, int k, const float *alpha, const float *a, int lda, long long sa, const float *b, int ldb, long long sb, const float *beta, float *c, int ldc, long long sc, int count) {
    return issue(h, {ta, tb, m, n, k, *alpha, *beta, a, b, c, lda, ldb, ldc, count, sa, sb, sc});
}
