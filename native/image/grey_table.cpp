#include "grey_table.h"

#include <new>

namespace spinexr::image {
namespace {

constexpr size_t kValuesAtOnce = 256;

}  // namespace

template <typename T>
bool GreyTable::assign(const T* samples, size_t count, const Range& range, int32_t low, int32_t size,
                       const ToneCurve& curve, bool monochrome1, const Workers& workers) {
  const size_t values = static_cast<size_t>(range.high - range.low) + 1;
  levels_.reset(new (std::nothrow) uint8_t[static_cast<size_t>(size)]());
  std::unique_ptr<double[]> toned(new (std::nothrow) double[values]);
  if (levels_ == nullptr || toned == nullptr) return false;
  workers.for_each(static_cast<int64_t>((values - 1) / kValuesAtOnce + 1), [&](int64_t index, int) {
    const size_t begin = static_cast<size_t>(index) * kValuesAtOnce;
    const size_t end = values - begin < kValuesAtOnce ? values : begin + kValuesAtOnce;
    for (size_t i = begin; i < end; i++) toned[i] = curve(range.low + static_cast<int32_t>(i));
  });
  MinMax all(monochrome1), min_max(monochrome1);
  for (size_t i = 0; i < values; i++) all.include(toned[i]);
  min_max.include(toned[0]);
  min_max.include(toned[values - 1]);
  if (!min_max.same_extrema(all)) {
    const std::unique_ptr<bool[]> occurs(new (std::nothrow) bool[values]());
    if (occurs == nullptr) return false;
    for (size_t i = 0; i < count; i++) occurs[static_cast<size_t>(samples[i] - range.low)] = true;
    for (size_t i = 0; i < values; i++) {
      if (occurs[i]) min_max.include(toned[i]);
    }
  }
  min_max.finish();
  uint8_t* const levels = levels_.get() + (range.low - low);
  for (size_t i = 0; i < values; i++) levels[i] = min_max(toned[i]);
  return true;
}

#define SPX_SAMPLE_TYPE(T)                                                                                  \
  template bool GreyTable::assign(const T*, size_t, const Range&, int32_t, int32_t, const ToneCurve&, bool, \
                                  const Workers&);
#include "sample_types.inc"
#undef SPX_SAMPLE_TYPE

}  // namespace spinexr::image
