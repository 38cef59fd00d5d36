#include "sample_range.h"

#include <atomic>

namespace spinexr::image {
namespace {

constexpr size_t kSamplesAtOnce = 65536;

}  // namespace

template <typename T>
Range sample_range(const T* samples, size_t count, const Workers& workers) {
  std::atomic<int32_t> least{samples[0]}, greatest{samples[0]};
  workers.for_each(static_cast<int64_t>((count - 1) / kSamplesAtOnce + 1), [&](int64_t index, int) {
    const size_t begin = static_cast<size_t>(index) * kSamplesAtOnce;
    const size_t end = count - begin < kSamplesAtOnce ? count : begin + kSamplesAtOnce;
    T low = samples[begin], high = samples[begin];  // of the samples' own type: compilers make vectors of it
    for (size_t i = begin; i < end; i++) {
      low = samples[i] < low ? samples[i] : low;
      high = samples[i] > high ? samples[i] : high;
    }
    int32_t known = least.load(std::memory_order_relaxed);
    while (low < known && !least.compare_exchange_weak(known, low, std::memory_order_relaxed)) {
    }
    known = greatest.load(std::memory_order_relaxed);
    while (high > known && !greatest.compare_exchange_weak(known, high, std::memory_order_relaxed)) {
    }
  });
  return {least.load(std::memory_order_relaxed), greatest.load(std::memory_order_relaxed)};
}

#define SPX_SAMPLE_TYPE(T) template Range sample_range(const T*, size_t, const Workers&);
#include "sample_types.inc"
#undef SPX_SAMPLE_TYPE

}  // namespace spinexr::image
