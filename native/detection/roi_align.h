// RoIAlign of one region on one nhwc map. A pure function in float32: no engine types, no allocation.
#ifndef SPINEXR_DETECTION_ROI_ALIGN_H_
#define SPINEXR_DETECTION_ROI_ALIGN_H_

#include <stdint.h>

namespace spinexr {

// One image: height x width pixels of `channels` floats, pixel_stride floats apart.
struct FeatureMap {
  const float* data;
  int64_t height, width, channels, pixel_stride;
};

struct RoiAlignOptions {
  int64_t out_height, out_width;
  int32_t sampling_ratio;  // samples per bin and axis; 0: as many as the bin has pixels, rounded up
  float spatial_scale;     // from the coordinates of the region to those of the map
  bool aligned;            // pixel centres at half coordinates; otherwise regions are at least 1 x 1
  bool maximum;            // instead of the average
};

// roi: x0, y0, x1, y1. Writes out_height x out_width pixels, target_stride floats apart. As ONNX RoiAlign:
// samples beyond one pixel outside the map count as 0; the maximum is taken over the four WEIGHTED neighbours
// of all samples (as ONNX's reference and onnxruntime do), not over interpolated values. A region that is not
// finite gives zeros.
void roi_align(const FeatureMap& map, const float* roi, const RoiAlignOptions& options, float* target,
               int64_t target_stride);

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_ROI_ALIGN_H_
