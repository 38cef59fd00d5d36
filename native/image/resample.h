// Pillow's BILINEAR resize of grey pictures to any number of sizes in one reading, and network inputs from
// that.
#ifndef SPINEXR_IMAGE_RESAMPLE_H_
#define SPINEXR_IMAGE_RESAMPLE_H_

#include <stdint.h>

#include "kernels/kernel_table.h"
#include "workers.h"

namespace spinexr::image {

// Row-major samples of 8 or 16 bits.
struct Picture {
  const void* samples;
  int32_t sample_type;  // as in engine.h, 0 to 3
  int32_t height, width;
  // The grey level of each value that the type has, from the lowest on: no sample leads outside.
  const uint8_t* levels;
};

// One size. Either grey (u8 [height, width]) or tensor is not null. tensor: f32 [3, padded_height,
// padded_width], channel c = (grey - mean[c]) / std[c] in float32; zeros to the right and below (padding
// follows normalisation). padded sides >= sides >= 1.
struct Target {
  int32_t height, width;
  uint8_t* grey;
  float* tensor;
  int32_t padded_height, padded_width;
  const float *mean, *std;
};

// sample_type 0, an entry for each: levels of 8-bit grey pictures.
const uint8_t* identity_levels();

// Horizontal pass first, u8 in between. Results depend neither on the kernels nor on the threads. False: out
// of memory.
bool resample(const KernelTable& kernels, const Workers& workers, const Picture& picture,
              const Target* targets, int32_t target_count);

}  // namespace spinexr::image

#endif  // SPINEXR_IMAGE_RESAMPLE_H_
