#include "roi_align.h"

#include <math.h>

namespace spinexr {
namespace {

// The samples of one bin along one axis.
struct Axis {
  float start, bin, grid;  // grid: samples per bin
  int64_t size;            // of the map

  // Samples of bin p that can lie in [-1, size], as [first, last): a region may be far larger than the map,
  // and visiting every sample of it could take for ever.
  void range(int64_t p, int64_t* first, int64_t* last) const {
    const double step = double{bin} / grid, begin = double{start} + double(p) * bin;
    const double enter = (-1.0 - begin) / step, leave = (double(size) - begin) / step;
    // An aligned region whose corners are swapped is sampled backwards.
    const double low = floor((step < 0 ? leave : enter) - 0.5) - 1,
                 high = ceil((step < 0 ? enter : leave) - 0.5) + 2;
    *first = low > 0 ? static_cast<int64_t>(low < grid ? low : grid) : 0;
    *last = high < grid ? static_cast<int64_t>(high > 0 ? high : 0) : static_cast<int64_t>(grid);
  }
  float position(int64_t p, int64_t sample) const {
    return start + static_cast<float>(p) * bin + (static_cast<float>(sample) + 0.5f) * bin / grid;
  }
};

// Two neighbours and their weights; false when the position is outside.
struct Neighbours {
  int64_t low, high;
  float low_weight, high_weight;
};
bool find_neighbours(float position, int64_t size, Neighbours* result) {
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

float larger(float a, float b) { return a > b ? a : b; }

struct Bin {
  const FeatureMap& map;
  const RoiAlignOptions& options;
  const Axis &vertical, &horizontal;

  void pool(int64_t py, int64_t px, float* target) const {
    int64_t y_first, y_last, x_first, x_last;
    vertical.range(py, &y_first, &y_last);
    horizontal.range(px, &x_first, &x_last);
    for (int64_t c = 0; c < map.channels; ++c) target[c] = 0;
    double inside = 0;
    for (int64_t iy = y_first; iy < y_last; ++iy) {
      Neighbours y;
      if (!find_neighbours(vertical.position(py, iy), map.height, &y)) continue;
      for (int64_t ix = x_first; ix < x_last; ++ix) {
        Neighbours x;
        if (!find_neighbours(horizontal.position(px, ix), map.width, &x)) continue;
        add_sample(y, x, inside == 0, target);
        ++inside;
      }
    }
    const double samples = double{vertical.grid} * horizontal.grid;
    if (options.maximum) {
      if (inside == 0 || inside == samples) return;
      for (int64_t c = 0; c < map.channels; ++c) target[c] = larger(target[c], 0);
    } else if (samples > 1) {
      const float count = static_cast<float>(samples);
      for (int64_t c = 0; c < map.channels; ++c) target[c] /= count;
    }
  }

 private:
  void add_sample(const Neighbours& y, const Neighbours& x, bool first, float* target) const {
    const float* const p1 = map.data + (y.low * map.width + x.low) * map.pixel_stride;
    const float* const p2 = map.data + (y.low * map.width + x.high) * map.pixel_stride;
    const float* const p3 = map.data + (y.high * map.width + x.low) * map.pixel_stride;
    const float* const p4 = map.data + (y.high * map.width + x.high) * map.pixel_stride;
    const float w1 = y.low_weight * x.low_weight, w2 = y.low_weight * x.high_weight;
    const float w3 = y.high_weight * x.low_weight, w4 = y.high_weight * x.high_weight;
    if (!options.maximum) {
      for (int64_t c = 0; c < map.channels; ++c)
        target[c] += w1 * p1[c] + w2 * p2[c] + w3 * p3[c] + w4 * p4[c];
      return;
    }
    for (int64_t c = 0; c < map.channels; ++c) {
      const float value = larger(larger(w1 * p1[c], w2 * p2[c]), larger(w3 * p3[c], w4 * p4[c]));
      target[c] = first ? value : larger(target[c], value);
    }
  }
};

Axis make_axis(float low, float high, int64_t size, int64_t bins, const RoiAlignOptions& options) {
  const float offset = options.aligned ? 0.5f : 0.0f;
  const float start = low * options.spatial_scale - offset;
  float length = high * options.spatial_scale - offset - start;
  if (!options.aligned) length = larger(length, 1);
  const float bin = length / static_cast<float>(bins);
  const float grid = options.sampling_ratio > 0 ? static_cast<float>(options.sampling_ratio) : ceilf(bin);
  return {start, bin, grid, size};
}

// Also refuses sizes whose sample numbers would not fit an integer.
bool usable(const Axis& axis) {
  return isfinite(axis.start) && isfinite(axis.bin) && axis.grid >= 1 && axis.grid < 1e15f && axis.size > 0;
}

}  // namespace

void roi_align(const FeatureMap& map, const float* roi, const RoiAlignOptions& options, float* target,
               int64_t target_stride) {
  const Axis vertical = make_axis(roi[1], roi[3], map.height, options.out_height, options);
  const Axis horizontal = make_axis(roi[0], roi[2], map.width, options.out_width, options);
  const Bin bin{map, options, vertical, horizontal};
  const bool sampled = usable(vertical) && usable(horizontal);
  for (int64_t py = 0; py < options.out_height; ++py) {
    for (int64_t px = 0; px < options.out_width; ++px, target += target_stride) {
      if (sampled) {
        bin.pool(py, px, target);
      } else {
        for (int64_t c = 0; c < map.channels; ++c) target[c] = 0;
      }
    }
  }
}

}  // namespace spinexr
