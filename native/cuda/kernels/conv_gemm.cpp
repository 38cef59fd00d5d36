#include "conv_gemm.h"

#include "cuda/device/half.h"

namespace spinexr::cuda {
namespace {

int32_t narrow(int64_t value) { return static_cast<int32_t>(value); }

// Where the window of the last row or column ends, and where that of the first begins.
bool reach_fits(int64_t count, int64_t stride, int64_t pad, int64_t kernel, int64_t dilation) {
  constexpr int64_t kMost = int64_t{1} << 29;
  return count < kMost && kernel < kMost && count * stride < kMost && kernel * dilation < kMost &&
         pad < kMost && pad > -kMost;
}

}  // namespace

bool ConvShape::fits() const {
  constexpr int64_t kMost = INT32_MAX / 2;
  return rows() < kMost && depth() + 64 < kMost && o < kMost && c < kMost && h * w < kMost &&
         pool_h * pool_w < kMost && group < kMost &&
         reach_fits(oh, stride_h, pad_top, kernel_h, dilation_h) &&
         reach_fits(ow, stride_w, pad_left, kernel_w, dilation_w);
}

int64_t conv_weight_depth(const ConvShape& shape, bool half) {
  const int64_t chunk = half ? 8 : 4;
  return (shape.depth() + chunk - 1) / chunk * chunk;
}

Gemm conv_gemm(const ConvShape& shape, const ConvOperands& operands) {
  Gemm gemm;
  gemm.half = operands.half_x;
  GemmWindow& w = gemm.a.window;
  w.rows = narrow(shape.rows());
  w.depth = narrow(shape.depth());
  w.output_h = FastDivide(shape.oh);
  w.output_w = FastDivide(shape.ow);
  w.channels = FastDivide(shape.group_c());
  w.kernel_w = FastDivide(shape.kernel_w);
  w.input_h = narrow(shape.input_h());
  w.input_w = narrow(shape.input_w());
  w.stride_h = narrow(shape.stride_h);
  w.stride_w = narrow(shape.stride_w);
  w.pad_top = narrow(shape.pad_top);
  w.pad_left = narrow(shape.pad_left);
  w.dilation_h = narrow(shape.dilation_h);
  w.dilation_w = narrow(shape.dilation_w);
  w.pool_h = narrow(shape.pool_h);
  w.pool_w = narrow(shape.pool_w);
  w.pool_stride_h = narrow(shape.pool_stride_h);
  w.pool_stride_w = narrow(shape.pool_stride_w);
  w.map_w = narrow(shape.w);
  w.pixel_stride = shape.x_stride;
  w.image_stride = shape.h * shape.w * shape.x_stride;
  gemm.a.relu = operands.relu;
  gemm.a.mean = 1.0f / static_cast<float>(shape.pool_h * shape.pool_w);

  const int64_t chunk = operands.half_x ? 8 : 4;
  const bool scaled = operands.scale || operands.shift;
  const bool chunks = operands.aligned_x && shape.x_stride % chunk == 0 && shape.group_c() % chunk == 0 &&
                      (!scaled || operands.aligned_prologue);
  gemm.row_loader = !chunks                   ? RowLoader::kGather
                    : shape.pooled()          ? RowLoader::kPooled
                    : scaled || operands.relu ? RowLoader::kStaged
                                              : RowLoader::kAsync;
  gemm.column_loader = ColumnLoader::kDeep;

  gemm.b.columns = narrow(shape.group_o());
  gemm.b.column_stride = conv_weight_depth(shape, operands.half_x);
  gemm.b.depth = narrow(gemm.b.column_stride);

  gemm.item_count = narrow(shape.group);
  gemm.items.dims[3] = FastDivide(shape.group);
  gemm.items.a[3] = shape.group_c();
  gemm.items.b[3] = shape.group_o() * gemm.b.column_stride;
  gemm.items.y = gemm.items.residual = shape.group_o();
  gemm.items.columns = narrow(shape.group_o());
  gemm.items.channels = narrow(shape.group_c());

  const int64_t y_chunk = operands.half_y ? 8 : 4;
  gemm.out.half = operands.half_y;
  gemm.out.y_stride = shape.y_stride;
  gemm.out.residual_stride = shape.residual_stride;
  gemm.out.vectors = operands.aligned_y && shape.y_stride % y_chunk == 0 &&
                     shape.residual_stride % y_chunk == 0 &&
                     (shape.group == 1 || shape.group_o() % y_chunk == 0);
  return gemm;
}

void pack_conv_weights(const ConvShape& shape, const float* weights, bool half, void* packed) {
  const int64_t taps = shape.kernel_h * shape.kernel_w, channels = shape.group_c();
  const int64_t depth = conv_weight_depth(shape, half);
  for (int64_t o = 0; o < shape.o; ++o) {
    for (int64_t c = 0; c < channels; ++c) {
      for (int64_t tap = 0; tap < taps; ++tap) {
        const float value = weights[(o * channels + c) * taps + tap];
        const int64_t place = o * depth + tap * channels + c;
        if (half) {
          static_cast<Half*>(packed)[place] = to_half(value);
        } else {
          static_cast<float*>(packed)[place] = value;
        }
      }
    }
  }
}

}  // namespace spinexr::cuda
