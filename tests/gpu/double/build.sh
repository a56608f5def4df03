#!/bin/sh
# Builds the doubles of the driver, of cuBLAS and of NVML into a folder:
#     build.sh FOLDER
# FAKE_CUDA_CXX is the compiler (default: c++), FAKE_CUDA_FLAGS has more options for it, such as -fsanitize=address.
set -e
unset LD_PRELOAD # A sanitizer that is preloaded into the tests must not be loaded into the compiler.
here=$(cd "$(dirname "$0")" && pwd)
to=${1:?a folder}
mkdir -p "$to"
cxx=${FAKE_CUDA_CXX:-c++}
flags="$FAKE_CUDA_FLAGS -std=c++20 -O2 -g1 -fPIC -shared -Wall -Wextra -fvisibility=hidden -pthread -DFAKE_FOLDER=\"$here\""
march=
[ "$(uname -m)" = x86_64 ] && march=-march=native
# A library is replaced at one moment: another process may be loading the old one.
build() { # name, sources and options
    name=$1
    shift
    "$cxx" $flags "$@" -o "$to/$name.$$" -Wl,-soname,"$name"
    mv "$to/$name.$$" "$to/$name"
}
build libcuda.so.1 "$here"/driver/*.cpp -ldl
build libcublas.so.13 -O3 $march "$here/libcublas.cpp" "$to/libcuda.so.1" -Wl,-rpath,'$ORIGIN'
build libnvidia-ml.so.1 "$here/libnvidia-ml.cpp"
