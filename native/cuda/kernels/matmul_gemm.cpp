#include "matmul_gemm.h"

#include "cuda/device/half.h"

namespace spinexr::cuda {
namespace {

int32_t narrow(int64_t value) { return static_cast<int32_t>(value); }

bool multiples(const int64_t (&strides)[4], int64_t of) {
  for (const int64_t stride : strides) {
    if (stride % of != 0) return false;
  }
  return true;
}

}  // namespace

int64_t MatmulShape::distinct_b() const {
  int64_t count = 1;
  for (int d = 0; d < 4; ++d) count *= b_stride[d] == 0 ? 1 : batch[d];
  return count;
}

MatmulShape MatmulShape::folded() const {
  MatmulShape result = *this;
  for (int d = 3; d >= 0 && !trans_a; --d) {
    if (batch[d] == 1) continue;
    if (b_stride[d] != 0 || a_stride[d] != result.m * k || result.m * batch[d] >= INT32_MAX / 2) break;
    result.m *= batch[d];
    result.batch[d] = 1;
    result.a_stride[d] = 0;
  }
  return result;
}

bool MatmulShape::fits() const {
  constexpr int64_t kMost = INT32_MAX / 2;
  if (m >= kMost || n >= kMost || k + 64 >= kMost) return false;
  int64_t count = 1;
  for (const int64_t dim : batch) {
    count *= dim;
    if (dim >= kMost || count >= kMost) return false;
  }
  return true;
}

int64_t matmul_weight_depth(const MatmulShape& shape, bool half) {
  const int64_t chunk = half ? 8 : 4;
  return (shape.k + chunk - 1) / chunk * chunk;
}

Gemm matmul_gemm(const MatmulShape& shape, const MatmulOperands& operands) {
  Gemm gemm;
  gemm.half = operands.half;
  const int64_t chunk = operands.half ? 8 : 4;
  GemmWindow& w = gemm.a.window;
  w.rows = narrow(shape.m);
  w.depth = narrow(shape.k);
  w.output_w = FastDivide(shape.m);
  w.channels = FastDivide(shape.k);
  w.input_w = w.map_w = narrow(shape.m);
  w.pixel_stride = shape.trans_a ? 1 : shape.k;
  w.channel_stride = shape.trans_a ? shape.m : 1;
  const bool chunks_a =
      !shape.trans_a && operands.aligned_a && shape.k % chunk == 0 && multiples(shape.a_stride, chunk);
  gemm.row_loader = chunks_a ? RowLoader::kAsync : RowLoader::kGather;

  gemm.item_count = narrow(shape.items());
  int64_t matrices = 1;
  for (int d = 3; d >= 0; --d) {
    gemm.items.dims[d] = FastDivide(shape.batch[d]);
    gemm.items.a[d] = shape.a_stride[d];
    gemm.items.b[d] = shape.b_stride[d];
    if (!operands.packed || shape.b_stride[d] == 0) continue;
    gemm.items.b[d] = matrices * shape.n * matmul_weight_depth(shape, operands.half);
    matrices *= shape.batch[d];
  }
  gemm.items.y = shape.m * shape.n;

  gemm.b.columns = narrow(shape.n);
  gemm.b.depth = narrow(shape.k);
  const bool chunks_b = operands.aligned_b && multiples(shape.b_stride, chunk);
  if (operands.packed) {
    gemm.column_loader = ColumnLoader::kDeep;
    gemm.b.column_stride = matmul_weight_depth(shape, operands.half);
    gemm.b.depth = narrow(gemm.b.column_stride);
  } else if (shape.trans_b) {
    gemm.column_loader = chunks_b && shape.k % chunk == 0 ? ColumnLoader::kDeep : ColumnLoader::kGather;
    gemm.b.column_stride = shape.k;
  } else {
    gemm.column_loader =
        chunks_a && chunks_b && shape.n % chunk == 0 ? ColumnLoader::kWide : ColumnLoader::kGather;
    gemm.b.column_stride = 1;
    gemm.b.depth_stride = shape.n;
  }
  if (gemm.column_loader == ColumnLoader::kGather) gemm.row_loader = RowLoader::kGather;

  gemm.out.half = operands.half_y;
  gemm.out.y_stride = shape.n;
  gemm.out.vectors = operands.aligned_y && shape.n % (operands.half_y ? 8 : 4) == 0;
  return gemm;
}

void pack_matmul_weights(const MatmulShape& shape, const float* b, bool half, void* packed) {
  const int64_t depth = matmul_weight_depth(shape, half), distinct = shape.distinct_b();
  for (int64_t matrix = 0; matrix < distinct; ++matrix) {
    int64_t offset = 0, rest = matrix;
    for (int d = 3; d >= 0; --d) {
      if (shape.b_stride[d] == 0) continue;
      offset += rest % shape.batch[d] * shape.b_stride[d];
      rest /= shape.batch[d];
    }
    for (int64_t n = 0; n < shape.n; ++n) {
      for (int64_t k = 0; k < shape.k; ++k) {
        const float value = b[offset + (shape.trans_b ? n * shape.k + k : k * shape.n + n)];
        const int64_t place = (matrix * shape.n + n) * depth + k;
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
