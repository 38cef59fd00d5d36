// Convolution of each channel with a kernel of its own.
#ifndef SPINEXR_CUDA_KERNELS_DEPTHWISE_H_
#define SPINEXR_CUDA_KERNELS_DEPTHWISE_H_

#include "conv_gemm.h"

namespace spinexr::cuda {

// Weights: [kernel_h, kernel_w][c] floats.
struct Depthwise {
  GemmRows x;  // as a convolution has it; window.channels is not read
  const float* weights = nullptr;
  GemmOutput out;
  int32_t kernel_h = 1, kernel_w = 1, channels = 1;
  bool half_x = false;
  bool vectors = false;  // x, its strides and the channels are multiples of 16 bytes
};

// The convolution, with all but its pointers and what is behind it. shape.group is both c and o.
Depthwise depthwise_conv(const ConvShape& shape, const ConvOperands& operands);
// Plain [c, 1, kernel_h, kernel_w] to the order above.
void pack_depthwise_weights(const ConvShape& shape, const float* weights, float* packed);

Status enqueue_depthwise(Stream stream, const Depthwise& conv);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_DEPTHWISE_H_
