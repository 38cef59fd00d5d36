#include "depthwise.h"

namespace spinexr::cuda {

Depthwise depthwise_conv(const ConvShape& shape, const ConvOperands& operands) {
  const Gemm gemm = conv_gemm(shape, operands);
  Depthwise conv;
  conv.x = gemm.a;
  conv.out = gemm.out;
  conv.kernel_h = static_cast<int32_t>(shape.kernel_h);
  conv.kernel_w = static_cast<int32_t>(shape.kernel_w);
  conv.channels = static_cast<int32_t>(shape.c);
  conv.half_x = operands.half_x;
  const int64_t chunk = operands.half_x ? 8 : 4, y_chunk = operands.half_y ? 8 : 4;
  conv.vectors = operands.aligned_x && shape.x_stride % chunk == 0 && shape.c % chunk == 0;
  conv.out.vectors =
      operands.aligned_y && shape.y_stride % y_chunk == 0 && shape.residual_stride % y_chunk == 0;
  return conv;
}

void pack_depthwise_weights(const ConvShape& shape, const float* weights, float* packed) {
  const int64_t taps = shape.kernel_h * shape.kernel_w;
  for (int64_t c = 0; c < shape.c; ++c) {
    for (int64_t tap = 0; tap < taps; ++tap) packed[tap * shape.c + c] = weights[c * taps + tap];
  }
}

}  // namespace spinexr::cuda
