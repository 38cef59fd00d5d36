// Regions on the levels of a feature pyramid (FPN). As detectron2's ROIPooler.
#ifndef SPINEXR_DETECTION_PYRAMID_H_
#define SPINEXR_DETECTION_PYRAMID_H_

#include <math.h>
#include <stdint.h>

#include "box.h"
#include "portable_math.h"
#include "roi_align.h"

namespace spinexr {

struct PyramidLevels {
  int32_t lowest, highest;  // 2 and 5 for p2 .. p5
  float canonical_size;     // a region of this side ...
  int32_t canonical_level;  // ... belongs to this level
};

// floor(canonical_level + log2(sqrt(area) / canonical_size + 1e-8)) in float32, clamped, counted from the
// lowest level. Regions of negative or NaN area get 0.
SPX_HD inline int32_t assign_level(const Box& box, const PyramidLevels& pyramid) {
  const int32_t most = pyramid.highest - pyramid.lowest;
  const float size = sqrtf(box.area());
  const float octaves = static_cast<float>(portable_log2(size / pyramid.canonical_size + 1e-8f));
  const float level = floorf(static_cast<float>(pyramid.canonical_level) + octaves);
  const float above = level - static_cast<float>(pyramid.lowest);
  return !(above > 0) ? 0 : above < static_cast<float>(most) ? static_cast<int32_t>(above) : most;
}

// assign_level of n boxes.
void assign_levels(const float* boxes, int64_t n, const PyramidLevels& pyramid, int32_t* levels);

struct PyramidMap {
  FeatureMap map;
  float spatial_scale;
};

// RoIAlign of n regions (n x 4 corners), each on maps[levels[i]]; levels null: all on maps[0]. options'
// spatial_scale is ignored. target: n x out_height x out_width pixels, target_stride floats apart.
void roi_align_levels(const PyramidMap* maps, const float* boxes, const int32_t* levels, int64_t n,
                      const RoiAlignOptions& options, float* target, int64_t target_stride);

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_PYRAMID_H_
