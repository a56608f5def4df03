#!/usr/bin/env bash
# What only a card can prove, in one file: the doctor, the tests of the ops and the presets on the card, compute-sanitizer
# where it is installed, mnist-cnn to 98%, and speed beside PyTorch where that is installed. Under five minutes once built.
#     tests/gpu/on_card.sh [FILE]            FILE: where everything goes (default: on_card.txt)
# On a machine without Rust, TRAINYARD_BINARY and TRAINYARD_GPU_TESTS name a release binary and the test binary gpu-… that
# `cargo test --release --test gpu --no-run` makes, both built elsewhere.
set -uo pipefail
cd "$(dirname "$0")/../.."
report=$(realpath -m "${1:-on_card.txt}")
export TRAINYARD_TEST_ON_CARD=1 TRAINYARD_DEVICE=cuda TRAINYARD_HOME
TRAINYARD_HOME=$(mktemp -d)
trap 'rm -rf "$TRAINYARD_HOME"' EXIT

if [ -z "${TRAINYARD_BINARY:-}" ]; then
    cargo build --release || exit 1
    TRAINYARD_BINARY=$PWD/target/release/trainyard
fi
if [ -z "${TRAINYARD_GPU_TESTS:-}" ]; then
    TRAINYARD_GPU_TESTS=$(cargo test --release --test gpu --no-run --message-format=json |
        sed -n 's/.*"executable":"\([^"]*\/gpu-[^"]*\)".*/\1/p' | tail -n 1)
    [ -n "$TRAINYARD_GPU_TESTS" ] || exit 1
fi
trainyard=$TRAINYARD_BINARY failures=0

part() { # a title, the longest time in seconds, a command
    local title=$1 limit=$2
    shift 2
    echo "== $title"
    timeout "$limit" "$@" 2>&1
    local status=$?
    [ $status = 0 ] || { failures=$((failures + 1)); echo "-- FAILED: status $status"; }
}

# The training rate of a preset at a batch size, in samples a second.
rate() {
    "$trainyard" train "$1" --no-save --json --set train.epochs=2 --batch-size "$2" |
        sed -n 's/.*"event":"finished".*"samples_per_second":\([0-9.]*\).*/\1/p'
}
rates() {
    for preset in mnist-mlp mnist-cnn mnist-rows-lstm; do
        for batch in 64 1024; do echo "$preset, batch $batch: $(rate "$preset" "$batch") samples/s"; done
    done
}
# The last accuracy on the test set must be 98% or more.
learns() {
    "$trainyard" train mnist-cnn --json | tee "$TRAINYARD_HOME/cnn.jsonl" | tail -n 1
    sed -n 's/.*"event":"finished".*"test_accuracy":\([0-9.]*\).*/\1/p' "$TRAINYARD_HOME/cnn.jsonl" |
        awk '{ found = 1; exit !($1 >= 0.98) } END { if (!found) exit 1 }'
}
resumed() { # begun on the card, gone on with on the CPU, and back
    "$trainyard" train mnist-mlp --quiet --set train.epochs=1 &&
        "$trainyard" resume last --quiet --epochs +1 --device cpu &&
        "$trainyard" resume last --quiet --epochs +1 --device cuda
}
same_bits() { # the same seed, twice
    local seen=()
    for _ in 1 2; do
        "$trainyard" train mnist-mlp --quiet --seed 5 --set train.epochs=1 || return 1
        local run
        run=$("$trainyard" runs show last --json | sed -n 's/.*"folder":"\([^"]*\)".*/\1/p')
        seen+=("$(find "$run" -name weights.safetensors | sort | tail -n 1)")
    done
    cmp "${seen[0]}" "${seen[1]}"
}

{
    date -u
    nvidia-smi 2>&1 | head -n 20
    part "doctor" 60 "$trainyard" doctor
    part "ops and presets on the card" 150 "$TRAINYARD_GPU_TESTS"
    if command -v compute-sanitizer >/dev/null; then
        for tool in memcheck racecheck; do
            part "compute-sanitizer $tool" 60 compute-sanitizer --tool "$tool" --error-exitcode 9 \
                "$trainyard" train xor --no-save --quiet --set train.epochs=1
        done
    else
        echo "== compute-sanitizer: skipped, it is not installed"
    fi
    export -f learns resumed same_bits rate rates
    export trainyard
    part "mnist-cnn to 98%" 60 bash -c learns
    part "card, CPU, card" 60 bash -c resumed
    part "the same bits twice" 60 bash -c same_bits
    part "bench" 90 "$trainyard" bench mlp cnn cnn2 rnn lstm charlm gan
    part "training rates" 90 bash -c rates
    if python3 -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
        part "PyTorch on the same card" 120 python3 tests/gpu/torch_peer.py
    else
        echo "== PyTorch: skipped, it is not installed or finds no card"
    fi
    echo "== $failures parts failed"
    date -u
    exit $((failures > 0))
} | tee "$report"
