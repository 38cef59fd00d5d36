// Denormals as zero while a network runs: they cost a hundred cycles each on some processors and carry no
// information here. Restored afterwards, since the thread belongs to the host. Nothing to do in WebAssembly.
#ifndef SPINEXR_BASE_FLOAT_MODE_H_
#define SPINEXR_BASE_FLOAT_MODE_H_

#include <stdint.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace spinexr {

// And the other way round, on threads that run networks: pictures are converted as the reference does it.
class ScopedGradualUnderflow {
 public:
#if defined(__SSE2__)
  ScopedGradualUnderflow() : saved_(_mm_getcsr()) { _mm_setcsr(static_cast<unsigned>(saved_) & ~0x8040u); }
  ~ScopedGradualUnderflow() { _mm_setcsr(static_cast<unsigned>(saved_)); }
#elif defined(__aarch64__)
  ScopedGradualUnderflow() {
    asm volatile("mrs %0, fpcr" : "=r"(saved_));
    asm volatile("msr fpcr, %0" : : "r"(saved_ & ~(uint64_t{1} << 24)));
  }
  ~ScopedGradualUnderflow() { asm volatile("msr fpcr, %0" : : "r"(saved_)); }
#else
  ScopedGradualUnderflow() = default;
  ~ScopedGradualUnderflow() {}
#endif
  ScopedGradualUnderflow(const ScopedGradualUnderflow&) = delete;
  ScopedGradualUnderflow& operator=(const ScopedGradualUnderflow&) = delete;

 private:
  [[maybe_unused]] uint64_t saved_ = 0;
};

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
