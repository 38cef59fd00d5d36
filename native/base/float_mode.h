// Denormals as zero while a network runs: they cost a hundred cycles each on some processors and carry no
// information here. Restored afterwards, since the thread belongs to the host. Nothing to do in WebAssembly.
#ifndef SPINEXR_BASE_FLOAT_MODE_H_
#define SPINEXR_BASE_FLOAT_MODE_H_

#include <stdint.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace spinexr {

class ScopedFlushDenormals {
 public:
#if defined(__SSE2__)
  static constexpr unsigned kFtzDaz = 0x8040;
  ScopedFlushDenormals() : saved_(_mm_getcsr()) { _mm_setcsr(static_cast<unsigned>(saved_) | kFtzDaz); }
  ~ScopedFlushDenormals() { _mm_setcsr(static_cast<unsigned>(saved_)); }
#elif defined(__aarch64__)
  static constexpr uint64_t kFlushToZero = uint64_t{1} << 24;
  ScopedFlushDenormals() {
    asm volatile("mrs %0, fpcr" : "=r"(saved_));
    asm volatile("msr fpcr, %0" : : "r"(saved_ | kFlushToZero));
  }
  ~ScopedFlushDenormals() { asm volatile("msr fpcr, %0" : : "r"(saved_)); }
#else
  ScopedFlushDenormals() = default;
  ~ScopedFlushDenormals() {}
#endif
  ScopedFlushDenormals(const ScopedFlushDenormals&) = delete;
  ScopedFlushDenormals& operator=(const ScopedFlushDenormals&) = delete;

 private:
  [[maybe_unused]] uint64_t saved_ = 0;
};

}  // namespace spinexr

#endif  // SPINEXR_BASE_FLOAT_MODE_H_
