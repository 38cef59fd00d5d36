// A convolution as an implicit matrix product.
#ifndef SPINEXR_CUDA_KERNELS_CONV_GEMM_H_
#define SPINEXR_CUDA_KERNELS_CONV_GEMM_H_

#include "implicit_gemm.h"

namespace spinexr::cuda {

// The sizes of a convolution: x n x h x w x c and y n x oh x ow x o, both nhwc, with elements from pixel to
// pixel; what the kernel slides over is x behind a pooling window. Pads may be negative.
struct ConvShape {
  int64_t n = 1, c = 1, h = 1, w = 1, x_stride = 1;
  int64_t o = 1, oh = 1, ow = 1, y_stride = 1, residual_stride = 0;
  int64_t group = 1, kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1, pad_top = 0, pad_left = 0;
  int64_t dilation_h = 1, dilation_w = 1;
  int64_t pool_h = 1, pool_w = 1, pool_stride_h = 1, pool_stride_w = 1;

  int64_t group_c() const { return c / group; }
  int64_t group_o() const { return o / group; }
  int64_t rows() const { return n * oh * ow; }
  int64_t depth() const { return kernel_h * kernel_w * group_c(); }
  bool pooled() const { return pool_h * pool_w > 1 || pool_stride_h > 1 || pool_stride_w > 1; }
  int64_t input_h() const { return h < pool_h ? 0 : (h - pool_h) / pool_stride_h + 1; }
  int64_t input_w() const { return w < pool_w ? 0 : (w - pool_w) / pool_stride_w + 1; }
  // Whether the kernels' 32-bit numbers of rows, columns and positions can hold it.
  bool fits() const;
};

// What a product needs to know of a convolution's operands.
struct ConvOperands {
  bool half_x = false, half_y = false;
  bool scale = false, shift = false, relu = false;   // in front of the convolution
  bool aligned_x = false, aligned_prologue = false;  // to 16 bytes
  bool aligned_y = false;                            // and the residual, where there is one
};

// The product, with all but its pointers and what is behind it (scale, bias, activation).
Gemm conv_gemm(const ConvShape& shape, const ConvOperands& operands);

// The depth of packed weights: padded to 16 bytes.
int64_t conv_weight_depth(const ConvShape& shape, bool half);
// Plain [o, c / group, kernel_h, kernel_w] to [o][kernel_h, kernel_w, c / group, padding], float or Half. The
// target is zero before.
void pack_conv_weights(const ConvShape& shape, const float* weights, bool half, void* packed);
// The same of weights that are computed, on the device; writes the padding, too.
Status enqueue_pack_conv_weights(Stream stream, const ConvShape& shape, const float* weights, bool half,
                                 void* packed);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_CONV_GEMM_H_
