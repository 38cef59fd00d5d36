#include "window.h"

#include <cmath>

#include "grey_table.h"

namespace spinexr::image {
namespace {

// Ranges up to here are looked up: every distinct sample goes through the curve once.
constexpr int64_t kTableSize = 65536;

uint8_t round_saturate(float value) {
  if (!std::isfinite(value)) return 0;  // 0 * (255 / 0), as the conversion instruction saturates
  return value >= 255 ? 255 : static_cast<uint8_t>(std::nearbyint(value));
}

}  // namespace

template <typename T>
bool display_voi(const T* samples, size_t count, const ToneCurve& curve, bool monochrome1, uint8_t* display) {
  const Workers alone(nullptr);
  const Range range = sample_range(samples, count, alone);
  const int64_t distinct = static_cast<int64_t>(range.high) - range.low + 1;
  if (distinct > kTableSize) {
    MinMax min_max(monochrome1);
    for (size_t i = 0; i < count; i++) min_max.include(curve(samples[i]));
    min_max.finish();
    for (size_t i = 0; i < count; i++) display[i] = min_max(curve(samples[i]));
    return true;
  }
  GreyTable table;
  if (!table.assign(samples, count, range, range.low, static_cast<int32_t>(distinct), curve, monochrome1,
                    alone)) {
    return false;
  }
  const uint8_t* const levels = table.levels();
  for (size_t i = 0; i < count; i++) display[i] = levels[samples[i] - range.low];
  return true;
}

template <typename T>
void display_fallback(const T* samples, size_t count, bool monochrome1, uint8_t* display) {
  const float scale = static_cast<float>(255.0 / sample_range(samples, count, Workers(nullptr)).high);
  for (size_t i = 0; i < count; i++) {
    const uint8_t grey = round_saturate(std::fabs(static_cast<float>(samples[i]) * scale));
    display[i] = monochrome1 ? static_cast<uint8_t>(255 - grey) : grey;
  }
  equalize_histogram(display, count);
}

void equalize_histogram(uint8_t* pixels, size_t count) {
  size_t histogram[256] = {};
  for (size_t i = 0; i < count; i++) histogram[pixels[i]]++;
  int level = 0;
  while (histogram[level] == 0) level++;
  if (histogram[level] == count) return;
  const float scale = 255.0F / static_cast<float>(count - histogram[level]);
  uint8_t table[256] = {};
  size_t sum = 0;
  for (level++; level < 256; level++) {
    sum += histogram[level];
    table[level] = round_saturate(static_cast<float>(sum) * scale);
  }
  for (size_t i = 0; i < count; i++) pixels[i] = table[pixels[i]];
}

#define SPX_SAMPLE_TYPE(T)                                                       \
  template bool display_voi(const T*, size_t, const ToneCurve&, bool, uint8_t*); \
  template void display_fallback(const T*, size_t, bool, uint8_t*);
#include "sample_types.inc"
#undef SPX_SAMPLE_TYPE

}  // namespace spinexr::image
