#include "pyramid.h"

namespace spinexr {

void assign_levels(const float* boxes, int64_t n, const PyramidLevels& pyramid, int32_t* levels) {
  for (int64_t i = 0; i < n; ++i) levels[i] = assign_level(read_box(boxes + i * 4), pyramid);
}

void roi_align_levels(const PyramidMap* maps, const float* boxes, const int32_t* levels, int64_t n,
                      const RoiAlignOptions& options, float* target, int64_t target_stride) {
  const int64_t pixels = options.out_height * options.out_width;
  for (int64_t i = 0; i < n; ++i) {
    const PyramidMap& level = maps[levels == nullptr ? 0 : levels[i]];
    RoiAlignOptions own = options;
    own.spatial_scale = level.spatial_scale;
    roi_align(level.map, boxes + i * 4, own, target + i * pixels * target_stride, target_stride);
  }
}

}  // namespace spinexr
