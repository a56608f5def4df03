// A pool of OS threads.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

/// OS threads that share the blocks of a grid.
class Pool {
  public:
    explicit Pool(unsigned helpers) {
        for (unsigned i = 0; i < helpers; i++)
            std::thread([this, i] { help(i + 1); }).detach();
        count = helpers + 1;
    }
    unsigned count;

    /// Calls `work` with 0 .. count, each on a thread of its own.
    void run(const std::function<void(unsigned)> &work) {
        {
            std::lock_guard<std::mutex> guard(lock);
            job = &work;
            turn++;
            left = count - 1;
        }
        begin.notify_all();
        work(0);
        std::unique_lock<std::mutex> guard(lock);
        end.wait(guard, [this] { return left == 0; });
    }

  private:
    std::mutex lock;
    std::condition_variable begin, end;
    const std::function<void(unsigned)> *job = nullptr;
    uint64_t turn = 0;
    unsigned left = 0;

    void help(unsigned me) {
        uint64_t seen = 0;
        for (;;) {
            const std::function<void(unsigned)> *work;
            {
                std::unique_lock<std::mutex> guard(lock);
                begin.wait(guard, [&] { return turn != seen; });
                seen = turn;
                work = job;
            }
            (*work)(me);
            std::lock_guard<std::mutex> guard(lock);
            if (--left == 0) end.notify_one();
        }
    }
};
