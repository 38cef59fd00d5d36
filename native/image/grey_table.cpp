#include "grey_table.h"

#include <new>

namespace spinexr::image {
namespace {

constexpr size_t kSamplesAtOnce = 65536;
constexpr int32_t kValuesAtOnce = 256;

}  // namespace

template <typename T>
bool GreyTable::assign(const T* samples, size_t count, int32_t low, int32_t size, const ToneCurve& curve,
                       bool monochrome1, const Workers& workers) {
  const size_t values = static_cast<size_t>(size);
  const size_t threads = static_cast<size_t>(workers.threads());
  // Each thread marks what it sees in a table of its own.
  levels_.reset(new (std::nothrow) uint8_t[threads * values]());
  std::unique_ptr<double[]> toned(new (std::nothrow) double[values]);
  if (levels_ == nullptr || toned == nullptr) return false;
  uint8_t* const seen = levels_.get();
  workers.for_each(static_cast<int64_t>((count - 1) / kSamplesAtOnce + 1), [=](int64_t index, int thread) {
    uint8_t* const marks = seen + static_cast<size_t>(thread) * values;
    const size_t begin = static_cast<size_t>(index) * kSamplesAtOnce;
    const size_t end = count - begin < kSamplesAtOnce ? count : begin + kSamplesAtOnce;
    for (size_t i = begin; i < end; i++) marks[samples[i] - low] = 1;
  });
  for (size_t thread = 1; thread < threads; thread++) {
    for (size_t i = 0; i < values; i++) seen[i] |= seen[thread * values + i];
  }
  workers.for_each((size - 1) / kValuesAtOnce + 1, [&](int64_t index, int) {
    const int32_t begin = static_cast<int32_t>(index) * kValuesAtOnce;
    const int32_t end = size - begin < kValuesAtOnce ? size : begin + kValuesAtOnce;
    for (int32_t i = begin; i < end; i++) {
      if (seen[i] != 0) toned[static_cast<size_t>(i)] = curve(low + i);
    }
  });
  MinMax min_max(monochrome1);
  for (size_t i = 0; i < values; i++) {
    if (seen[i] != 0) min_max.include(toned[i]);
  }
  min_max.finish();
  for (size_t i = 0; i < values; i++) {
    if (seen[i] != 0) seen[i] = min_max(toned[i]);
  }
  return true;
}

#define SPX_INSTANTIATE(T) \
  template bool GreyTable::assign(const T*, size_t, int32_t, int32_t, const ToneCurve&, bool, const Workers&);
SPX_INSTANTIATE(uint8_t)
SPX_INSTANTIATE(int8_t)
SPX_INSTANTIATE(uint16_t)
SPX_INSTANTIATE(int16_t)
SPX_INSTANTIATE(int32_t)
#undef SPX_INSTANTIATE

}  // namespace spinexr::image
