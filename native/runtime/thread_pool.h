// The engine's own threads: parallel_for over [0, n) with the caller taking part. Nothing is allocated after
// start().
#ifndef SPINEXR_RUNTIME_THREAD_POOL_H_
#define SPINEXR_RUNTIME_THREAD_POOL_H_

#include <stdint.h>

#include <atomic>

#include "base/status.h"

#if !defined(__wasm__)
#include <pthread.h>

#include <vector>
#endif

namespace spinexr {

// One thread calls parallel_for at a time, and not from inside a body.
//
// Work is handed out through one 64-bit ticket: the number of the job in the upper half, the next index in
// the lower. A thread claims a chunk by compare-and-swap on the whole ticket, so a claim can only succeed for
// the job whose fields it has read. (With two words a late thread could mix the index of one job with the
// fields of the next.)
class ThreadPool {
 public:
  ThreadPool() = default;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  // threads >= 1 counts the caller. Natively starts threads - 1 threads; in WebAssembly the host starts
  // workers that call worker_main (and work proceeds without those that have not come yet).
  Status start(int threads);
  int threads() const { return threads_; }

  // Calls body(index, thread) for each index in [0, n), thread in [0, threads()). Returns when all
  // are done.
  template <class Body>
  void parallel_for(int64_t n, const Body& body) {
    run(
        n,
        [](const void* context, int64_t begin, int64_t end, int thread) {
          const Body& call = *static_cast<const Body*>(context);
          for (int64_t i = begin; i < end; ++i) call(i, thread);
        },
        &body);
  }

  // The life of thread `index` (1 .. threads() - 1): returns when the pool is destroyed.
  void worker_main(int index);

 private:
  using Body = void (*)(const void* context, int64_t begin, int64_t end, int thread);

  void run(int64_t n, Body body, const void* context);
  void work(uint64_t ticket, int thread);
  bool has_work() const;
  void wait_for_work();
  void wait_for_end();

  int threads_ = 1;
  // Each group on its own cache line: the ticket is what everybody fights over.
  alignas(64) std::atomic<uint64_t> ticket_{kClosed};
  alignas(64) std::atomic<int64_t> left_{0};  // indices of the job not yet finished
  alignas(64) std::atomic<int64_t> n_{0};
  std::atomic<int64_t> chunk_{1};
  std::atomic<Body> body_{nullptr};
  std::atomic<const void*> context_{nullptr};
  alignas(64) std::atomic<int32_t> wake_{0};  // changes when sleeping workers should look again
  std::atomic<int32_t> sleepers_{0};
  std::atomic<int32_t> caller_cpu_{-1};  // where the caller was when it woke somebody
  std::atomic<int32_t> end_{0};          // changes when a sleeping caller should look again
  std::atomic<int32_t> caller_sleeps_{0};
  std::atomic<bool> stop_{false};
  std::atomic<int32_t> inside_{0};  // workers in worker_main
#if !defined(__wasm__)
  struct Start {
    ThreadPool* pool;
    int index;
    pthread_t thread;
  };
  std::vector<Start> workers_;
#endif

  // A ticket whose index is all ones hands out nothing: no job, or its fields are being written.
  static constexpr uint64_t kClosed = 0xFFFFFFFFu;
};

}  // namespace spinexr

#endif  // SPINEXR_RUNTIME_THREAD_POOL_H_
