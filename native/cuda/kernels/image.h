// Stored samples of a picture to network inputs: grey levels by a table, Pillow's bilinear resize in 22-bit
// fixed point (across, then down, 8 bits in between), mean and deviation. As image/resample.h, bit for bit.
#ifndef SPINEXR_CUDA_KERNELS_IMAGE_H_
#define SPINEXR_CUDA_KERNELS_IMAGE_H_

#include "cuda/runtime/device.h"

namespace spinexr::cuda {

constexpr int32_t kMostImageTargets = 64;

// One size. All pointers are the device's. Output i is the sum over count[i] taps from first[i] on; the
// weight of tap k is at [k * width + i] (across) and [i * down_taps + k] (down).
struct ImageTarget {
  int32_t height, width, padded_height, padded_width;
  float mean[3], std[3];
  const int32_t *across_first, *across_count, *across_weights;
  const int32_t *down_first, *down_count, *down_weights;
  int32_t down_taps;
  uint8_t* narrowed;  // picture's height x width
  int64_t first_row;  // padded rows of the targets before this one
};

struct ImageTask {
  const void* samples;  // height x width, 16-byte aligned
  int32_t sample_type;  // 0 u8, 1 i8, 2 u16, 3 i16
  int32_t height, width;
  const uint8_t* levels;  // of each value of the type, from the lowest on: 256 or 65536
  const ImageTarget* targets;
  int32_t target_count;
  int64_t rows;                       // padded, of all targets
  int32_t widest;                     // padded target
  float* tensors[kMostImageTargets];  // 3 x padded_height x padded_width each
};

// Two launches, however many targets.
Status enqueue_image(Stream stream, const ImageTask& task);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_IMAGE_H_
