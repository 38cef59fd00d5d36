// Where RoIAlign takes its samples: what the processor and a GPU share of it.
#ifndef SPINEXR_DETECTION_ROI_GRID_H_
#define SPINEXR_DETECTION_ROI_GRID_H_

#include <math.h>

#include "base/host_device.h"
#include "roi_align.h"

namespace spinexr {

// The samples of the bins of a region along one axis.
struct RoiAxis {
  float start, bin, grid;  // grid: samples per bin
  int64_t size;            // of the map

  // Samples of bin p that can lie in [-1, size], as [first, last): a region may be far larger than the map,
  // and visiting every sample of it could take for ever.
  SPX_HD void range(int64_t p, int64_t* first, int64_t* last) const {
    const double step = static_cast<double>(bin) / grid,
                 begin = static_cast<double>(start) + static_cast<double>(p) * bin;
    const double enter = (-1.0 - begin) / step, leave = (static_cast<double>(size) - begin) / step;
    // An aligned region whose corners are swapped is sampled backwards.
    const double low = floor((step < 0 ? leave : enter) - 0.5) - 1,
                 high = ceil((step < 0 ? enter : leave) - 0.5) + 2;
    *first = low > 0 ? static_cast<int64_t>(low < grid ? low : grid) : 0;
    *last = high < grid ? static_cast<int64_t>(high > 0 ? high : 0) : static_cast<int64_t>(grid);
  }
  SPX_HD float position(int64_t p, int64_t sample) const {
    return start + static_cast<float>(p) * bin + (static_cast<float>(sample) + 0.5f) * bin / grid;
  }
};

// Two neighbours and their weights; false when the position is outside.
struct Neighbours {
  int64_t low, high;
  float low_weight, high_weight;
};
SPX_HD inline bool find_neighbours(float position, int64_t size, Neighbours* result) {
  if (!(position >= -1.0f) || !(position <= static_cast<float>(size))) return false;
  if (position < 0) position = 0;
  int64_t low = static_cast<int64_t>(position), high = low + 1;
  if (low >= size - 1) {
    low = high = size - 1;
    position = static_cast<float>(low);
  }
  const float part = position - static_cast<float>(low);
  *result = {low, high, 1 - part, part};
  return true;
}

// Of a NaN and a number the second.
SPX_HD inline float larger_float(float a, float b) { return a > b ? a : b; }

SPX_HD inline RoiAxis make_roi_axis(float low, float high, int64_t size, int64_t bins,
                                    const RoiAlignOptions& options) {
  const float offset = options.aligned ? 0.5f : 0.0f;
  const float start = low * options.spatial_scale - offset;
  float length = high * options.spatial_scale - offset - start;
  if (!options.aligned) length = larger_float(length, 1);
  const float bin = length / static_cast<float>(bins);
  const float grid = options.sampling_ratio > 0 ? static_cast<float>(options.sampling_ratio) : ceilf(bin);
  return {start, bin, grid, size};
}

// Also refuses sizes whose sample numbers would not fit an integer.
SPX_HD inline bool usable(const RoiAxis& axis) {
  return isfinite(axis.start) && isfinite(axis.bin) && axis.grid >= 1 && axis.grid < 1e15f && axis.size > 0;
}

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_ROI_GRID_H_
