#include "pyramid.h"

#include <math.h>

#include "box.h"
#include "portable_math.h"

namespace spinexr {

void assign_levels(const float* boxes, int64_t n, const PyramidLevels& pyramid, int32_t* levels) {
  const int32_t most = pyramid.highest - pyramid.lowest;
  for (int64_t i = 0; i < n; ++i) {
    const float size = sqrtf(read_box(boxes + i * 4).area());
    const float octaves = static_cast<float>(portable_log2(size / pyramid.canonical_size + 1e-8f));
    const float level = floorf(static_cast<float>(pyramid.canonical_level) + octaves);
    const float above = level - static_cast<float>(pyramid.lowest);
    levels[i] = !(above > 0) ? 0 : above < static_cast<float>(most) ? static_cast<int32_t>(above) : most;
  }
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
