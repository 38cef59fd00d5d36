// Horizontal: a band of kBandRows source rows is looked up into columns of as many levels, so that a vector
// register holds one column of the band and every weight multiplies whole registers. All targets read the
// band while it is in the cache. Vertical: the rows of the narrowed picture are added up, one output row at a
// time.
#include "resample.h"

#include <cstring>
#include <limits>
#include <memory>
#include <new>

#include "filter.h"

namespace spinexr::image {
namespace {

// Columns looked up at a time: a cache line of 16-bit samples per row of the band.
constexpr int32_t kColumns = 32;

struct Pass {
  Filter across, down;
  std::unique_ptr<uint8_t[]> narrowed;  // [height rounded up to whole bands, target width]
};

template <typename T>
void look_up(const Picture& picture, int32_t top, uint16_t* band) {
  const size_t width = static_cast<size_t>(picture.width);
  const int32_t left = picture.height - top;
  const int32_t rows = left < kBandRows ? left : kBandRows;
  const uint8_t* const level_of = picture.levels - std::numeric_limits<T>::min();
  const T* source = static_cast<const T*>(picture.samples) + static_cast<size_t>(top) * width;
  for (int32_t begin = 0; begin < picture.width; begin += kColumns) {
    const int32_t end = picture.width - begin < kColumns ? picture.width : begin + kColumns;
    for (int32_t row = 0; row < rows; row++) {
      const T* samples = source + static_cast<size_t>(row) * width;
      uint16_t* levels = band + row;
      for (int32_t x = begin; x < end; x++) levels[static_cast<size_t>(x) * kBandRows] = level_of[samples[x]];
    }
  }
}

// One row of a target: `row` is scratch for its grey levels.
void finish_row(const KernelTable& kernels, const Pass& pass, const Target& target, int32_t y, uint8_t* row) {
  const size_t width = static_cast<size_t>(target.width);
  const bool inside = y < target.height;
  uint8_t* levels = target.grey != nullptr ? target.grey + static_cast<size_t>(y) * width : row;
  if (inside) {
    kernels.resample_down(levels, pass.narrowed.get() + static_cast<size_t>(pass.down.first[y]) * width,
                          target.width, pass.down.weights.get() + static_cast<size_t>(y) * pass.down.stride,
                          pass.down.count[y], target.width);
  }
  if (target.tensor == nullptr) return;
  const size_t padded = static_cast<size_t>(target.padded_width);
  const size_t filled = inside ? width : 0;
  for (size_t channel = 0; channel < 3; channel++) {
    float* out = target.tensor + (channel * static_cast<size_t>(target.padded_height) + y) * padded;
    if (inside) {
      kernels.normalize_levels(out, levels, target.mean[channel], target.std[channel], target.width);
    }
    std::memset(out + filled, 0, (padded - filled) * sizeof(float));
  }
}

}  // namespace

const uint8_t* identity_levels() {
  struct Levels {
    uint8_t level[256];
  };
  static constexpr Levels kLevels = [] {
    Levels levels = {};
    for (int i = 0; i < 256; i++) levels.level[i] = static_cast<uint8_t>(i);
    return levels;
  }();
  return kLevels.level;
}

bool resample(const KernelTable& kernels, const Workers& workers, const Picture& picture,
              const Target* targets, int32_t target_count) {
  const int32_t bands = (picture.height - 1) / kBandRows + 1;
  std::unique_ptr<Pass[]> passes(new (std::nothrow) Pass[static_cast<size_t>(target_count)]);
  if (passes == nullptr) return false;
  int32_t widest = 0, rows = 0;
  for (int32_t i = 0; i < target_count; i++) {
    const Target& target = targets[i];
    Pass& pass = passes[i];
    pass.narrowed.reset(new (std::nothrow) uint8_t[static_cast<size_t>(bands) * kBandRows * target.width]);
    if (pass.narrowed == nullptr || !pass.across.assign(picture.width, target.width) ||
        !pass.down.assign(picture.height, target.height)) {
      return false;
    }
    widest = target.width > widest ? target.width : widest;
    rows += target.tensor != nullptr ? target.padded_height : target.height;
  }
  const size_t threads = static_cast<size_t>(workers.threads());
  const size_t band_size = static_cast<size_t>(picture.width) * kBandRows;
  std::unique_ptr<uint16_t[]> band_of(new (std::nothrow) uint16_t[threads * band_size]());
  std::unique_ptr<uint8_t[]> row_of(new (std::nothrow) uint8_t[threads * static_cast<size_t>(widest)]);
  if (band_of == nullptr || row_of == nullptr) return false;

  workers.for_each(bands, [&](int64_t index, int thread) {
    const int32_t top = static_cast<int32_t>(index) * kBandRows;
    uint16_t* band = band_of.get() + static_cast<size_t>(thread) * band_size;
    switch (picture.sample_type) {
      case 0:
        look_up<uint8_t>(picture, top, band);
        break;
      case 1:
        look_up<int8_t>(picture, top, band);
        break;
      case 2:
        look_up<uint16_t>(picture, top, band);
        break;
      default:
        look_up<int16_t>(picture, top, band);
        break;
    }
    for (int32_t i = 0; i < target_count; i++) {
      const Filter& across = passes[i].across;
      const size_t width = static_cast<size_t>(across.outputs);
      kernels.resample_across(passes[i].narrowed.get() + static_cast<size_t>(top) * width, across.outputs,
                              band, across.first.get(), across.count.get(), across.weights.get(),
                              across.stride, across.outputs);
    }
  });
  workers.for_each(rows, [&](int64_t index, int thread) {
    int32_t y = static_cast<int32_t>(index), i = 0;
    for (;; i++) {
      const int32_t height = targets[i].tensor != nullptr ? targets[i].padded_height : targets[i].height;
      if (y < height) break;
      y -= height;
    }
    finish_row(kernels, passes[i], targets[i], y,
               row_of.get() + static_cast<size_t>(thread) * static_cast<size_t>(widest));
  });
  return true;
}

}  // namespace spinexr::image
