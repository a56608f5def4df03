// Compiles CUDA C for the host with the system's C++ compiler, with device.h before it. The same source with the same
// options is compiled once.
//
// FAKE_CUDA_CXX    the compiler (default: c++)
// FAKE_CUDA_FLAGS  more options for it, such as -fsanitize=address
// FAKE_CUDA_CACHE  where the libraries are kept (default: a folder in the system's temporary one)
#pragma once
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

inline std::string variable(const char *name, const std::string &fallback) {
    return getenv(name) ? getenv(name) : fallback;
}
inline std::string read_file(const std::string &path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

/// The names of the kernels of a source.
inline std::set<std::string> kernel_names(const std::string &source) {
    static const std::regex kernel(
        "extern\\s+\"C\"\\s+__global__\\s+void\\s+(?:__launch_bounds__\\s*\\([^)]*\\)\\s+)?(\\w+)\\s*\\(");
    std::set<std::string> names;
    for (std::sregex_iterator at(source.begin(), source.end(), kernel), end; at != end; ++at) names.insert((*at)[1]);
    return names;
}

/// Compiles `source` to a library; returns its path, or an empty text with the compiler's messages in `log`.
inline std::string compile_for_host(const std::string &source, std::string &log) {
    // An array without a size, which each launch may size differently, has no counterpart in C++.
    static const std::regex dynamic("extern\\s+__shared__\\s+([\\w ]+?)\\s+(\\w+)\\s*\\[\\s*\\]\\s*;");
    std::string text = "#include \"device.h\"\n#line 1 \"kernels.cu\"\n";
    text += std::regex_replace(source, dynamic, "$1 *$2 = ($1 *)fake_state.dynamic_shared;") + "\n";
    for (auto &name : kernel_names(source)) text += "FAKE_KERNEL(" + name + ")\n";

    std::string flags = "-std=c++17 -O2 -g1 -fPIC -shared -w -fno-math-errno -fno-trapping-math -fvisibility=hidden";
    flags += " -DFAKE_CUDA=1 -I" FAKE_FOLDER;
#if defined(__x86_64__)
    flags += " -march=native";
#endif
    flags += " " + variable("FAKE_CUDA_FLAGS", "");
    // A sanitizer that is preloaded into the tests must not be loaded into the compiler.
    const std::string command = "env -u LD_PRELOAD " + variable("FAKE_CUDA_CXX", "c++") + " " + flags;

    const std::string temporary = variable("TMPDIR", "/tmp") + "/fake-cuda-" + std::to_string(getuid());
    const std::string folder = variable("FAKE_CUDA_CACHE", temporary);
    mkdir(folder.c_str(), 0755);
    const std::string key = text + command + read_file(FAKE_FOLDER "/device.h") + read_file(FAKE_FOLDER "/state.h");
    char name[40];
    snprintf(name, sizeof name, "/%016zx", std::hash<std::string>()(key));
    const std::string base = folder + name, library = base + ".so";
    if (access(library.c_str(), R_OK) == 0) return library;
    // Several processes may compile the same source: each writes files of its own and renames the result.
    const std::string own = base + "." + std::to_string(getpid());
    std::ofstream(own + ".cpp") << text;
    const int code = system((command + " -o " + own + ".so " + own + ".cpp 2> " + own + ".log").c_str());
    log = read_file(own + ".log");
    unlink((own + ".log").c_str());
    unlink((own + ".cpp").c_str());
    if (code) return "";
    rename((own + ".so").c_str(), library.c_str());
    return library;
}
