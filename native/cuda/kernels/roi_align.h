// RoIAlign of many regions in one launch, on one map or on the levels of a pyramid.
#ifndef SPINEXR_CUDA_KERNELS_ROI_ALIGN_H_
#define SPINEXR_CUDA_KERNELS_ROI_ALIGN_H_

#include "cuda/device/error.h"
#include "cuda/runtime/device.h"
#include "detection/pyramid.h"

namespace spinexr::cuda {

constexpr int32_t kMostRoiMaps = 8;

// nhwc; pixels pixel_stride elements apart.
struct RoiMap {
  const void* data;
  int64_t height, width, pixel_stride;
};

struct RoiAlignTask {
  RoiMap maps[kMostRoiMaps];
  int32_t levels;         // maps that are there
  int64_t images;         // of each map; pyramids have 1
  const int32_t* batch;   // the image of each region, or null: the first
  const float* scales;    // on the device: of each map; null: options.spatial_scale
  PyramidLevels pyramid;  // which map a region belongs to, where levels > 1
  RoiAlignOptions options;
  const float* rois;  // regions x 4 corners
  int64_t regions, channels;
  void* y;  // regions x out_height x out_width pixels, y_stride elements apart
  int64_t y_stride;
  bool half;           // maps and y are stored as half
  DeviceError* error;  // where a batch number out of range is told; that region becomes 0
  int32_t step;
};

// The sums are those of detection/roi_align.cpp, in its order: equal bits before y is rounded to its type.
Status enqueue_roi_align(Stream stream, const RoiAlignTask& task);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_ROI_ALIGN_H_
