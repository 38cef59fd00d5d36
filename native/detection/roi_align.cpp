#include "roi_grid.h"

namespace spinexr {
namespace {

struct Bin {
  const FeatureMap& map;
  const RoiAlignOptions& options;
  const RoiAxis &vertical, &horizontal;

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
      for (int64_t c = 0; c < map.channels; ++c) target[c] = larger_float(target[c], 0);
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
      const float value =
          larger_float(larger_float(w1 * p1[c], w2 * p2[c]), larger_float(w3 * p3[c], w4 * p4[c]));
      target[c] = first ? value : larger_float(target[c], value);
    }
  }
};

}  // namespace

void roi_align(const FeatureMap& map, const float* roi, const RoiAlignOptions& options, float* target,
               int64_t target_stride) {
  const RoiAxis vertical = make_roi_axis(roi[1], roi[3], map.height, options.out_height, options);
  const RoiAxis horizontal = make_roi_axis(roi[0], roi[2], map.width, options.out_width, options);
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
