#!/usr/bin/env bash
# Runs the tests of the GPU's ops on the test double again: with the threads of a block, and the blocks, in other orders,
# and under AddressSanitizer. The whole trainings are left out: they run the same kernels.
#     tests/gpu/orders.sh [names of tests]
set -euo pipefail
cd "$(dirname "$0")/../.."
test=$(cargo test --test gpu --no-run --message-format=json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*\/gpu-[^"]*\)".*/\1/p' | tail -n 1)
run() { "$test" --skip training:: "$@"; }

for order in reverse shuffled; do
    echo "-- threads and blocks in the order: $order"
    FAKE_CUDA_ORDER=$order run "$@"
done

echo "-- AddressSanitizer"
sanitizer=$(c++ -print-file-name=libasan.so)
if [ ! -e "$sanitizer" ]; then
    echo "skipped: the C++ compiler has no libasan.so"
    exit 0
fi
# Rust's test harness frees nothing at its end, so leaks are not looked for.
ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="$sanitizer" FAKE_CUDA_FLAGS=-fsanitize=address run "$@"
