#include "thread_pool.h"

#include "base/float_mode.h"
#include "waiting.h"

namespace spinexr {
namespace {

constexpr uint64_t kIndexMask = 0xFFFFFFFFu;
constexpr uint64_t kNextJob = uint64_t{1} << 32;

// Small enough that a slow thread does not hold up the others for long, large enough that the ticket stays
// cool.
int64_t chunk_of(int64_t n, int threads) {
  const int64_t chunk = n / (int64_t{threads} * 16);
  return chunk > 1 ? chunk : 1;
}

}  // namespace

// Order matters: between "closed" and the new ticket no claim succeeds, so a thread that reads the new fields
// together with an old ticket fails its compare-and-swap. Field loads acquire and stores release, which makes
// the closed ticket visible to whoever has seen a new field.
void ThreadPool::run(int64_t n, Body body, const void* context) {
  if (n <= 0) return;
  if (threads_ == 1 || n == 1 || n > INT32_MAX) {
    body(context, 0, n, 0);
    return;
  }
  const uint64_t closed = (ticket_.load(std::memory_order_relaxed) | kIndexMask) + kNextJob;
  ticket_.store(closed, std::memory_order_seq_cst);
  n_.store(n, std::memory_order_release);
  chunk_.store(chunk_of(n, threads_), std::memory_order_release);
  body_.store(body, std::memory_order_release);
  context_.store(context, std::memory_order_release);
  left_.store(n, std::memory_order_release);
  const uint64_t open = (closed & ~kIndexMask);
  ticket_.store(open, std::memory_order_seq_cst);
  if (sleepers_.load(std::memory_order_seq_cst) > 0) {
    caller_cpu_.store(current_cpu(), std::memory_order_relaxed);
    wake_.fetch_add(1, std::memory_order_seq_cst);
    wake_all(&wake_);
  }
  work(open, 0);
  wait_for_end();
}

// Takes chunks until none is left.
void ThreadPool::work(uint64_t ticket, int thread) {
  for (;;) {
    const int64_t index = static_cast<int64_t>(ticket & kIndexMask);
    const int64_t n = n_.load(std::memory_order_acquire);
    if ((ticket & kIndexMask) == kIndexMask || index >= n) return;
    const int64_t chunk = chunk_.load(std::memory_order_acquire);
    const Body body = body_.load(std::memory_order_acquire);
    const void* const context = context_.load(std::memory_order_acquire);
    const int64_t end = index + chunk < n ? index + chunk : n;
    const uint64_t next = (ticket & ~kIndexMask) | static_cast<uint64_t>(end);
    if (!ticket_.compare_exchange_weak(ticket, next, std::memory_order_seq_cst)) continue;
    body(context, index, end, thread);
    if (left_.fetch_sub(end - index, std::memory_order_seq_cst) == end - index &&
        caller_sleeps_.load(std::memory_order_seq_cst) != 0) {
      end_.fetch_add(1, std::memory_order_seq_cst);
      wake_all(&end_);
    }
    ticket = ticket_.load(std::memory_order_seq_cst);
  }
}

void ThreadPool::wait_for_end() {
  const auto done = [this] { return left_.load(std::memory_order_acquire) == 0; };
  if (spin_until(done)) return;
  caller_sleeps_.store(1, std::memory_order_seq_cst);
  for (;;) {
    const int32_t word = end_.load(std::memory_order_seq_cst);
    if (left_.load(std::memory_order_seq_cst) == 0) break;
    sleep_while(&end_, word);
  }
  caller_sleeps_.store(0, std::memory_order_seq_cst);
}

// May be wrongly true for a moment (the fields can belong to a later job than the ticket); work() then finds
// nothing.
bool ThreadPool::has_work() const {
  const uint64_t index = ticket_.load(std::memory_order_seq_cst) & kIndexMask;
  return index != kIndexMask && static_cast<int64_t>(index) < n_.load(std::memory_order_acquire);
}

void ThreadPool::wait_for_work() {
  const auto ready = [this] { return has_work() || stop_.load(std::memory_order_seq_cst); };
  if (spin_until(ready)) return;
  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  for (;;) {
    const int32_t word = wake_.load(std::memory_order_seq_cst);
    if (ready()) break;
    sleep_while(&wake_, word);
  }
  sleepers_.fetch_sub(1, std::memory_order_seq_cst);
  make_room_on(caller_cpu_.load(std::memory_order_relaxed));
}

void ThreadPool::worker_main(int index) {
  const ScopedFlushDenormals flush;
  inside_.fetch_add(1, std::memory_order_seq_cst);
  while (!stop_.load(std::memory_order_seq_cst)) {
    work(ticket_.load(std::memory_order_seq_cst), index);
    wait_for_work();
  }
  inside_.fetch_sub(1, std::memory_order_seq_cst);
}

#if defined(__wasm__)

Status ThreadPool::start(int threads) {
#if defined(__wasm_atomics__)
  threads_ = threads;
  return Status::OK;
#else
  if (threads == 1) return Status::OK;
  return fail(Status::UNSUPPORTED, "expected 1 thread, since this WebAssembly build has no threads, found %d",
              threads);
#endif
}

ThreadPool::~ThreadPool() {
  stop_.store(true, std::memory_order_seq_cst);
  wake_.fetch_add(1, std::memory_order_seq_cst);
  wake_all(&wake_);
  while (inside_.load(std::memory_order_seq_cst) != 0) {
  }
}

#else

Status ThreadPool::start(int threads) {
  workers_.reserve(static_cast<size_t>(threads - 1));
  threads_ = threads;
  for (int index = 1; index < threads; ++index) {
    workers_.push_back({this, index, {}});
    const auto life = [](void* argument) -> void* {
      const Start* const start = static_cast<Start*>(argument);
      start->pool->worker_main(start->index);
      return nullptr;
    };
    if (const int error = pthread_create(&workers_.back().thread, nullptr, life, &workers_.back());
        error != 0) {
      workers_.pop_back();
      return fail(Status::OUT_OF_MEMORY,
                  "expected to start %d threads, the system refused after %d (error %d)", threads - 1,
                  index - 1, error);
    }
  }
  return Status::OK;
}

ThreadPool::~ThreadPool() {
  stop_.store(true, std::memory_order_seq_cst);
  wake_.fetch_add(1, std::memory_order_seq_cst);
  wake_all(&wake_);
  for (Start& worker : workers_) pthread_join(worker.thread, nullptr);
}

#endif

}  // namespace spinexr
