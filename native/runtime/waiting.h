// How a thread of the pool waits: sleep on a 32-bit word until it changes, and a pause for spinning.
#ifndef SPINEXR_RUNTIME_WAITING_H_
#define SPINEXR_RUNTIME_WAITING_H_

#include <stdint.h>

#include <atomic>

#if !defined(__wasm__)
#include <sched.h>

#include <chrono>
#endif

namespace spinexr {

#if defined(__wasm__)

// Without the atomics feature there is one thread and nobody waits.
inline void sleep_while(std::atomic<int32_t>* word, int32_t value) {
#if defined(__wasm_atomics__)
  __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int32_t*>(word), value, -1);
#else
  (void)word;
  (void)value;
#endif
}
inline void wake_all(std::atomic<int32_t>* word) {
#if defined(__wasm_atomics__)
  __builtin_wasm_memory_atomic_notify(reinterpret_cast<int32_t*>(word), 0xFFFFFFFFu);
#else
  (void)word;
#endif
}

inline int current_cpu() { return -1; }
inline void make_room_on(int) {}

// Spins for some 30 microseconds; there is neither a clock that is cheap nor a way to yield.
template <class Done>
bool spin_until(const Done& done) {
  for (int i = 0; i < 20000; ++i) {
    if (done()) return true;
  }
  return false;
}

#else

inline void sleep_while(std::atomic<int32_t>* word, int32_t value) {
  word->wait(value, std::memory_order_acquire);
}
inline void wake_all(std::atomic<int32_t>* word) { word->notify_all(); }

// The processor that the calling thread runs on, or -1 where that is not known.
inline int current_cpu() {
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}

// Leaves processor `cpu` to another thread if the calling one runs there and may run elsewhere. The kernel
// places a thread that is woken beside the one that woke it and, while both compute, may leave them there for
// long: two threads at the speed of one.
inline void make_room_on(int cpu) {
#if defined(__linux__)
  if (cpu < 0 || cpu >= CPU_SETSIZE || current_cpu() != cpu) return;
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2) return;
  cpu_set_t others = allowed;
  CPU_CLR(cpu, &others);
  // Moves the thread at once; then it may go where it likes again.
  if (sched_setaffinity(0, sizeof others, &others) == 0) sched_setaffinity(0, sizeof allowed, &allowed);
#else
  (void)cpu;
#endif
}

inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

// Spins for about 40 microseconds, then gives the processor away a few times: where other programs compete
// for the cores, a thread that only spins keeps the one that has the work from running.
template <class Done>
bool spin_until(const Done& done) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::microseconds(40);
  do {
    for (int i = 0; i < 32; ++i) {
      if (done()) return true;
      pause();
    }
  } while (Clock::now() < end);
  for (int i = 0; i < 8; ++i) {
    sched_yield();
    if (done()) return true;
  }
  return false;
}

#endif

}  // namespace spinexr

#endif  // SPINEXR_RUNTIME_WAITING_H_
