// Matrix products: constant B packed once, computed ones read as they are.
#include "cuda/device/half.h"
#include "cuda/kernels/matmul_gemm.h"
#include "matmul_library.h"
#include "matmul_product.h"

namespace spinexr::cuda {
namespace {

MatmulShape read_shape(const step::matmul& step) {
  MatmulShape s;
  s.m = step.m;
  s.n = step.n;
  s.k = step.k;
  s.trans_a = step.trans_a != 0;
  s.trans_b = step.trans_b != 0;
  for (int d = 0; d < 4; ++d) {
    s.batch[d] = step.batch[d];
    s.a_stride[d] = step.batch[d] == 1 ? 0 : step.a_batch_stride[d];
    s.b_stride[d] = step.batch[d] == 1 ? 0 : step.b_batch_stride[d];
  }
  return s.folded();
}

Status pack_b(PrepareContext& context, const step::matmul& step, const MatmulShape& shape, bool half,
              const uint8_t** packed) {
  const uint64_t bytes =
      static_cast<uint64_t>(shape.distinct_b() * shape.n * matmul_weight_depth(shape, half)) * (half ? 2 : 4);
  const int64_t* const s = shape.b_stride;
  const int64_t* const d = shape.batch;
  const auto own = [&](int i) { return s[i] == 0 ? 1 : d[i]; };
  context.release_constant(step.b);
  return context.constant_form(
      step.b,
      {static_cast<int64_t>(half ? Packing::kMatmulHalf : Packing::kMatmulFloat), shape.k, shape.n,
       step.trans_b, own(0), own(1), own(2), own(3), s[0], s[1], s[2], s[3]},
      bytes, packed, [&](const uint8_t* raw, uint8_t* target) {
        pack_matmul_weights(shape, reinterpret_cast<const float*>(raw), half, target);
      });
}

// A constant A beside a B of halves.
Status pack_a(PrepareContext& context, const step::matmul& step, const uint8_t** packed) {
  const int64_t count = context.tensor(step.a).elements;
  context.release_constant(step.a);
  return context.constant_form(
      step.a, {static_cast<int64_t>(Packing::kHalf)}, static_cast<uint64_t>(count) * 2, packed,
      [count](const uint8_t* raw, uint8_t* target) {
        for (int64_t i = 0; i < count; ++i)
          reinterpret_cast<Half*>(target)[i] = to_half(reinterpret_cast<const float*>(raw)[i]);
      });
}

// For cuBLASLt: a batch of one dimension. m is 0 where there is none such.
LtMatmulShape library_shape(const step::matmul& step, const MatmulShape& s, const MatmulOperands& operands) {
  LtMatmulShape shape;
  int own = -1;
  for (int d = 0; d < 4; ++d) {
    if (s.batch[d] == 1) continue;
    if (own >= 0) return shape;
    own = d;
  }
  shape.m = s.m;
  shape.n = s.n;
  shape.k = s.k;
  shape.batch = own < 0 ? 1 : s.batch[own];
  shape.a_row = s.trans_a ? s.m : s.k;
  shape.b_row = operands.packed ? matmul_weight_depth(s, operands.half) : s.trans_b ? s.k : s.n;
  shape.y_row = s.n;
  shape.a_batch = own < 0 ? 0 : s.a_stride[own];
  shape.b_batch = own < 0 ? 0 : operands.packed && s.b_stride[own] != 0 ? s.n * shape.b_row : s.b_stride[own];
  shape.y_batch = s.m * s.n;
  shape.transpose_a = s.trans_a;
  shape.transpose_b = operands.packed || s.trans_b;
  shape.in = operands.half ? FloatType::kF16 : FloatType::kF32;
  shape.out = operands.half_y ? FloatType::kF16 : FloatType::kF32;
  shape.scale = step.scale;
  return shape;
}

}  // namespace

Status prepare_matmul(PrepareContext& context, const step::matmul& step, OpPointer* op) {
  if (context.tensor(step.y).elements == 0) {
    *op = no_op();
    return Status::OK;
  }
  const MatmulShape shape = read_shape(step);
  if (!shape.fits()) return context.unsupported("a matrix product of this size does not run on a GPU");
  const bool constant_a = context.is_constant(step.a), constant_b = context.is_constant(step.b);
  MatmulOperands operands;
  operands.half = context.is_half(step.a) || (constant_a && context.is_half(step.b));
  operands.half_y = context.is_half(step.y);
  operands.packed = constant_b;
  operands.aligned_a = is_aligned(context, step.a);
  operands.aligned_b = is_aligned(context, step.b);
  operands.aligned_y = is_aligned(context, step.y);
  if ((!constant_a && context.is_half(step.a) != operands.half) ||
      (!constant_b && context.is_half(step.b) != operands.half))
    return context.unsupported("expected both matrices in one precision");

  ProductTensors tensors;
  tensors.a = step.a;
  tensors.b = step.b;
  tensors.y = step.y;
  tensors.bias = step.bias;
  if (constant_b) SPX_TRY(pack_b(context, step, shape, operands.half, &tensors.packed_b));
  if (constant_a && operands.half) SPX_TRY(pack_a(context, step, &tensors.packed_a));
  Gemm gemm = matmul_gemm(shape, operands);
  gemm.out.alpha = step.scale;
  gemm.out.activate = Activate(step.activation, step.alpha, step.beta);
  Candidates candidates;
  SPX_TRY(add_products(context, gemm, tensors, &candidates));
  const LtMatmulShape library = library_shape(step, shape, operands);
  if (library.m > 0) SPX_TRY(add_library_products(context, library, tensors, step.activation, &candidates));
  return choose(context, &candidates, op);
}

}  // namespace spinexr::cuda
