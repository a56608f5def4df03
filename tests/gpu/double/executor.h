// Runs blocks of CUDA threads on the host: each thread of a block is a fiber that yields at barriers and shuffles. A
// block without barriers runs in one fiber as a plain loop.
#pragma once
#include "state.h"
#include "switch.h"
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <vector>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

/// The order in which the threads of a block, and the blocks, run. A result that depends on it shows a race.
enum class Order { Forward, Reverse, Shuffled };

struct Launch {
    void (*run)(void **);
    void **arguments;
    dim3 grid, block;
    size_t dynamic_bytes;
};

/// Runs blocks on one OS thread, with its own copy of the kernels' library.
class Executor {
  public:
    FakeState *state = nullptr;
    char *shared_from = nullptr, *shared_to = nullptr;

    /// Runs one block. Returns false when its threads are deadlocked.
    bool block(const Launch &launch, uint3 index, Order order) {
        this->launch = &launch;
        threads = launch.block.x * launch.block.y * launch.block.z;
        started = finished = arrived = 0;
        generation = 0;
        reversed = order == Order::Reverse;
        warps.assign((threads + 31) / 32, {});
        for (unsigned t = 0; t < threads; t++) warps[t / 32].alive++;
        waiting.clear();
        head = 0;
        is_stuck = false;
        // Shared memory starts as NaN, so that a read before the write shows.
        if (shared_from != shared_to) memset(shared_from, 0xff, shared_to - shared_from);
        dynamic = (char *)malloc(launch.dynamic_bytes ? launch.dynamic_bytes : 1);
        memset(dynamic, 0xff, launch.dynamic_bytes);
        state->block = index;
        state->block_dim = launch.block;
        state->grid_dim = launch.grid;
        state->dynamic_shared = dynamic;
        state->executor = this;
        state->sync = [](void *self) { ((Executor *)self)->sync(); };
        state->exchange = [](void *self, unsigned mask, uint64_t v) { return ((Executor *)self)->exchange(mask, v); };
        main_bottom = nullptr;
        go(&main, idle());
        free(dynamic);
        if (is_stuck) {
            // The stacks stay as they are; their fibers start again at the entry next time.
            unused = all;
            for (auto *fiber : all) *fiber = Fiber{.stack = fiber->stack, .executor = this};
        }
        return !is_stuck;
    }

    ~Executor() {
        for (auto *fiber : all) {
            munmap(fiber->stack, STACK);
            delete fiber;
        }
    }

  private:
    static const size_t STACK = 256 << 10;
    struct Fiber {
        void *stopped = nullptr;
        char *stack = nullptr;
        bool is_fresh = true;
        unsigned thread = 0;
        const unsigned *wakes = nullptr; // The fiber is ready when this differs from `slept_at`.
        unsigned slept_at = 0;
        Executor *executor = nullptr;
        void *fake_stack = nullptr;
    };
    struct Warp {
        unsigned alive = 0, arrived = 0, generation = 0;
        uint64_t values[2][32];
    };

    const Launch *launch = nullptr;
    unsigned threads = 0, started = 0, finished = 0, arrived = 0, generation = 0;
    bool reversed = false, is_stuck = false;
    char *dynamic = nullptr;
    std::vector<Warp> warps;
    std::vector<Fiber *> all, unused, waiting;
    size_t head = 0;
    Fiber main;
    Fiber *current = &main;

    Fiber *idle() {
        if (!unused.empty()) {
            Fiber *fiber = unused.back();
            unused.pop_back();
            return fiber;
        }
        auto *fiber = new Fiber;
        fiber->executor = this;
        fiber->stack = (char *)mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (fiber->stack == MAP_FAILED) abort();
        mprotect(fiber->stack, 4096, PROT_NONE);
        all.push_back(fiber);
        return fiber;
    }

    void go(Fiber *from, Fiber *to) {
        if (from == to) return;
        if (to->is_fresh && to != &main) {
            void **top = (void **)(to->stack + STACK) - SAVED_WORDS - 4;
            memset(top, 0, (SAVED_WORDS + 4) * sizeof(void *));
            top[RETURN_WORD] = (void *)&entry;
            to->stopped = top;
            to->is_fresh = false;
        }
        current = to;
        entering = to;
#ifdef __SANITIZE_ADDRESS__
        __sanitizer_start_switch_fiber(&from->fake_stack, to == &main ? main_bottom : to->stack, to == &main ? main_size : STACK);
#endif
        fake_switch(&from->stopped, to->stopped);
        arrive(from);
    }

    void arrive([[maybe_unused]] Fiber *self) {
#ifdef __SANITIZE_ADDRESS__
        const void *bottom;
        size_t size;
        __sanitizer_finish_switch_fiber(self->fake_stack, &bottom, &size);
        if (!main_bottom) {
            main_bottom = bottom;
            main_size = size;
        }
#endif
    }
    const void *main_bottom = nullptr;
    size_t main_size = 0;

    static thread_local Fiber *entering;

    // A fiber runs threads until none is left to start, then switches to those that wait.
    [[noreturn]] static void entry() {
        Fiber *self = entering;
        self->executor->arrive(self);
        for (;;) {
            self->executor->work(self);
            self->executor->leave(self);
        }
    }

    void work(Fiber *self) {
        while (started < threads) {
            unsigned t = reversed ? threads - 1 - started : started;
            started++;
            self->thread = t;
            place(t);
            launch->run(launch->arguments);
            finished++;
            Warp &warp = warps[t / 32];
            warp.alive--;
            if (warp.arrived && warp.arrived == warp.alive) open(warp);
            if (arrived && arrived == threads - finished) open();
        }
    }

    void leave(Fiber *self) {
        unused.push_back(self);
        go(self, next());
    }

    void place(unsigned t) {
        state->thread = {t % launch->block.x, t / launch->block.x % launch->block.y, t / (launch->block.x * launch->block.y)};
    }

    void open() {
        arrived = 0;
        generation++;
    }
    static void open(Warp &warp) {
        warp.arrived = 0;
        warp.generation++;
    }

    // The next fiber to run: one that is ready, or the main one when there is none.
    Fiber *next() {
        for (size_t tries = waiting.size() - head; tries > 0; tries--) {
            Fiber *fiber = waiting[head++];
            if (*fiber->wakes != fiber->slept_at) {
                if (head > 4096) {
                    waiting.erase(waiting.begin(), waiting.begin() + head);
                    head = 0;
                }
                return fiber;
            }
            waiting.push_back(fiber);
        }
        if (head < waiting.size()) is_stuck = true;
        return &main;
    }

    void wait(const unsigned *generation) {
        Fiber *self = current;
        self->wakes = generation;
        self->slept_at = *generation;
        waiting.push_back(self);
        go(self, started < threads ? idle() : next());
        place(self->thread);
    }

    void sync() {
        if (++arrived == threads - finished) return open();
        wait(&generation);
    }

    // Shows a value to the other lanes of the warp. Two buffers alternate: no lane can be two exchanges ahead.
    const uint64_t *exchange(unsigned, uint64_t value) {
        unsigned t = current->thread;
        Warp &warp = warps[t / 32];
        uint64_t *values = warp.values[warp.generation % 2];
        values[t % 32] = value;
        if (++warp.arrived == warp.alive)
            open(warp);
        else
            wait(&warp.generation);
        return values;
    }
};
thread_local Executor::Fiber *Executor::entering = nullptr;
