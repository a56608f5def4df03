// Modules, and the launches of their kernels.
#include "../executor.h"
#include "../pool.h"
#include "compile.h"
#include "driver.h"
#include <algorithm>
#include <atomic>
#include <dlfcn.h>
#include <filesystem>
#include <memory>
#include <numeric>
#include <random>

struct Module {
    std::vector<void *> copies;
    std::vector<std::unique_ptr<Executor>> executors;
};
struct Function {
    Module *module;
    std::string name;
    const FakeKernel *kernel;
    std::vector<void (*)(void **)> runs;
    int max_dynamic = 48 << 10;
};

static Order order() {
    static const Order o = [] {
        const std::string s = variable("FAKE_CUDA_ORDER", "forward");
        return s == "reverse" ? Order::Reverse : s == "shuffled" ? Order::Shuffled : Order::Forward;
    }();
    return o;
}
static unsigned os_threads() {
    static const unsigned n = std::max(1, atoi(variable("FAKE_CUDA_THREADS", "2").c_str()));
    return n;
}
static Pool &pool() {
    static Pool *p = new Pool(os_threads() - 1);
    return *p;
}

/// PTX cannot run here: compiles the sources that it was made from for the host. Returns the library's path, or an empty
/// text where the two do not have the same kernels.
static std::string library_of(const std::string &ptx) {
    const std::string folder = variable("FAKE_CUDA_KERNELS", FAKE_FOLDER "/../../../src/nn/gpu/kernels");
    // The files that all kernels share come first, each kind in the order of the names, as tests/gpu/kernels.py has it.
    std::set<std::pair<bool, std::string>> files;
    std::error_code missing;
    for (auto &entry : std::filesystem::directory_iterator(folder, missing)) {
        const std::string name = entry.path().filename();
        if (entry.path().extension() == ".cu") files.insert({!name.starts_with("common"), entry.path()});
    }
    std::string source, log;
    for (auto &[is_family, file] : files) source += read_file(file) + "\n";
    static const std::regex entry("\\.entry\\s+(\\w+)");
    std::set<std::string> names;
    for (std::sregex_iterator at(ptx.begin(), ptx.end(), entry), end; at != end; ++at) names.insert((*at)[1]);
    if (names != kernel_names(source)) {
        say(INVALID_IMAGE, "the PTX does not have the kernels of %s: run tests/gpu/kernels.py ptx", folder.c_str());
        return "";
    }
    const std::string library = compile_for_host(source, log);
    if (library.empty()) say(INVALID_IMAGE, "%s", log.c_str());
    return library;
}

API CUresult cuModuleLoadData(void **m, const void *image) {
    CALL const std::string text((const char *)image);
    if (text.find(".entry") == std::string::npos) return say(INVALID_IMAGE, "this is no PTX");
    const std::string path = library_of(text);
    if (path.empty()) return INVALID_IMAGE;
    auto *module = new Module;
    for (unsigned i = 0; i < os_threads(); i++) {
        // dlopen returns the same library for the same file, and each OS thread needs its own statics.
        const std::string own = i ? path + "." + std::to_string(i) : path;
        if (access(own.c_str(), R_OK)) {
            const std::string made = own + "." + std::to_string(getpid());
            std::ofstream(made, std::ios::binary) << std::ifstream(path, std::ios::binary).rdbuf();
            rename(made.c_str(), own.c_str());
        }
        void *handle = dlopen(own.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!handle) return say(INVALID_IMAGE, "%s", dlerror());
        module->copies.push_back(handle);
        auto executor = std::make_unique<Executor>();
        executor->state = ((FakeState * (*)()) dlsym(handle, "fake_module_state"))();
        ((void (*)(char **, char **))dlsym(handle, "fake_module_shared"))(&executor->shared_from, &executor->shared_to);
        module->executors.push_back(std::move(executor));
    }
    *m = module;
    return OK;
}
API CUresult cuModuleLoadDataEx(void **m, const void *image, unsigned, int *, void **) { return cuModuleLoadData(m, image); }
API CUresult cuModuleUnload(void *m) { CALL run_everything(); delete (Module *)m; return OK; }
API CUresult cuModuleGetFunction(void **f, void *m, const char *name) {
    CALL auto *function = new Function{(Module *)m, name, nullptr, {}};
    for (void *copy : function->module->copies) {
        auto *kernel = (const FakeKernel *)dlsym(copy, (std::string("fake_kernel_") + name).c_str());
        if (!kernel) return say(NOT_FOUND, "no kernel %s", name);
        function->kernel = kernel;
        function->runs.push_back(kernel->run);
    }
    *f = function;
    return OK;
}
API CUresult cuFuncSetAttribute(void *f, int attribute, int value) {
    CALL if (attribute == 8) { // dynamic shared memory
        if (value > 227 << 10) return INVALID_VALUE;
        ((Function *)f)->max_dynamic = value;
    }
    return OK;
}
API CUresult cuFuncGetAttribute(int *value, int, void *) { CALL *value = 1024; return OK; }
API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *n, void *, int, size_t) { CALL *n = 2; return OK; }

static int run_kernel(const Function &f, dim3 grid, dim3 block, size_t dynamic_bytes, std::vector<void *> &arguments) {
    static std::mt19937 shuffle(1);
    const uint64_t blocks = uint64_t(grid.x) * grid.y * grid.z;
    std::vector<uint32_t> turns(blocks);
    std::iota(turns.begin(), turns.end(), 0);
    if (order() == Order::Reverse) std::reverse(turns.begin(), turns.end());
    if (order() == Order::Shuffled) std::shuffle(turns.begin(), turns.end(), shuffle);
    std::atomic<uint64_t> taken{0};
    std::atomic<bool> is_stuck{false};
    auto work = [&](unsigned me) {
        Launch launch{f.runs[me], arguments.data(), grid, block, dynamic_bytes};
        for (uint64_t i; (i = taken++) < blocks && !is_stuck;) {
            const uint32_t b = turns[i];
            const uint3 index{b % grid.x, b / grid.x % grid.y, b / (grid.x * grid.y)};
            const Order o = order() == Order::Shuffled ? (b % 2 ? Order::Reverse : Order::Forward) : order();
            if (!f.module->executors[me]->block(launch, index, o)) is_stuck = true;
        }
    };
    const bool is_small = blocks == 1 || blocks * block.x * block.y * block.z < 2048;
    if (is_small || os_threads() == 1) work(0);
    else pool().run(work);
    if (is_stuck) return say(LAUNCH_FAILED, "the threads of a block of %s are deadlocked", f.name.c_str());
    return is_intact() ? OK : say(ILLEGAL_ADDRESS, "%s wrote beside an allocation", f.name.c_str());
}

API CUresult cuLaunchKernel(void *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                            unsigned dynamic_bytes, void *s, void **arguments, void **) {
    CALL if (int code = check_ready()) return code;
    auto *function = (Function *)f;
    const uint64_t threads = uint64_t(bx) * by * bz;
    if (!gx || !gy || !gz || !threads || threads > 1024 || bz > 64 || gy > 65535 || gz > 65535 || gx > 0x7fffffff)
        return say(INVALID_VALUE, "%s: no grid %ux%ux%u of %ux%ux%u", function->name.c_str(), gx, gy, gz, bx, by, bz);
    if ((int)dynamic_bytes > function->max_dynamic)
        return say(INVALID_VALUE, "%s: %u bytes of shared memory without asking for them", function->name.c_str(), dynamic_bytes);
    auto kept = std::make_shared<std::vector<std::vector<char>>>();
    for (size_t i = 0; i < function->kernel->count; i++)
        kept->emplace_back((char *)arguments[i], (char *)arguments[i] + function->kernel->sizes[i]);
    return issue(stream_of(s), [=] {
        std::vector<void *> places;
        for (auto &each : *kept) places.push_back(each.data());
        return run_kernel(*function, {gx, gy, gz}, {bx, by, bz}, dynamic_bytes, places);
    });
}

/// For the doubles of other libraries: runs `work` on all OS threads of the pool.
API void fakeCudaParallel(void (*work)(void *, unsigned, unsigned), void *data) {
    pool().run([=](unsigned me) { work(data, me, pool().count); });
}
