// The weights of Pillow's BILINEAR along one axis: a triangle that widens when shrinking.
#ifndef SPINEXR_IMAGE_FILTER_H_
#define SPINEXR_IMAGE_FILTER_H_

#include <stdint.h>

#include <memory>

namespace spinexr::image {

// Output i is the sum over k < count[i] of input first[i] + k times weights[i * stride + k], weights in
// 22-bit fixed point, none negative. An axis that keeps its size has the weights 1, 0: it comes out as it
// was.
struct Filter {
  // Sizes >= 1. False: out of memory.
  bool assign(int32_t size, int32_t target_size);

  int32_t outputs = 0;
  int32_t stride = 0;
  std::unique_ptr<int32_t[]> first, count, weights;
};

}  // namespace spinexr::image

#endif  // SPINEXR_IMAGE_FILTER_H_
