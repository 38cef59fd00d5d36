// Convolution: depthwise directly, everything else as an implicit matrix product or by a library.
#include "conv_library.h"
#include "cuda/kernels/conv_gemm.h"
#include "cuda/kernels/depthwise.h"
#include "matmul_library.h"
#include "matmul_product.h"
#include "plan/enums.h"

namespace spinexr::cuda {
namespace {

ConvShape read_shape(const PrepareContext& context, const step::conv& step) {
  const Tensor& x = context.tensor(step.x);
  const Tensor& y = context.tensor(step.y);
  ConvShape s;
  s.n = x.n();
  s.c = x.c();
  s.h = x.h();
  s.w = x.w();
  s.x_stride = x.pixel_stride;
  s.o = y.c();
  s.oh = y.h();
  s.ow = y.w();
  s.y_stride = y.pixel_stride;
  s.residual_stride = step.residual < 0 ? 0 : context.tensor(step.residual).pixel_stride;
  s.group = step.group;
  s.kernel_h = step.kernel_h;
  s.kernel_w = step.kernel_w;
  s.stride_h = step.stride_h;
  s.stride_w = step.stride_w;
  s.pad_top = step.pad_top;
  s.pad_left = step.pad_left;
  s.dilation_h = step.dilation_h;
  s.dilation_w = step.dilation_w;
  s.pool_h = step.pool_h;
  s.pool_w = step.pool_w;
  s.pool_stride_h = step.pool_stride_h;
  s.pool_stride_w = step.pool_stride_w;
  return s;
}

ConvOperands read_operands(const PrepareContext& context, const step::conv& step) {
  ConvOperands o;
  o.half_x = context.is_half(step.x);
  o.half_y = context.is_half(step.y);
  o.scale = step.pre_scale >= 0;
  o.shift = step.pre_shift >= 0;
  o.relu = step.pre_relu != 0;
  o.aligned_x = is_aligned(context, step.x);
  o.aligned_prologue = is_aligned(context, step.pre_scale) && is_aligned(context, step.pre_shift);
  o.aligned_y = is_aligned(context, step.y) && is_aligned(context, step.residual);
  return o;
}

Status prepare_depthwise(PrepareContext& context, const step::conv& step, const ConvShape& shape,
                         OpPointer* op) {
  Depthwise conv = depthwise_conv(shape, read_operands(context, step));
  conv.out.activate = Activate(step.activation, step.alpha, step.beta);
  const uint64_t bytes = static_cast<uint64_t>(shape.c * shape.kernel_h * shape.kernel_w) * sizeof(float);
  const uint8_t* packed = nullptr;
  SPX_TRY(context.constant_form(
      step.weight, {static_cast<int64_t>(Packing::kDepthwise), shape.c, shape.kernel_h * shape.kernel_w},
      bytes, &packed, [&](const uint8_t* raw, uint8_t* target) {
        pack_depthwise_weights(shape, reinterpret_cast<const float*>(raw), reinterpret_cast<float*>(target));
      }));
  context.release_constant(step.weight);
  conv.weights = reinterpret_cast<const float*>(packed);
  *op = make_op([conv, step](const RunContext& run) {
    Depthwise now = conv;
    now.x.x = run.data<uint8_t>(step.x);
    now.x.scale = run.data<float>(step.pre_scale);
    now.x.shift = run.data<float>(step.pre_shift);
    now.out.y = run.data<uint8_t>(step.y);
    now.out.residual = run.data<uint8_t>(step.residual);
    now.out.scale = run.data<float>(step.post_scale);
    now.out.bias = run.data<float>(step.bias);
    return enqueue_depthwise(run.stream, now);
  });
  return Status::OK;
}

// Constant weights are packed now, others in each run, in the scratch.
Status prepare_weights(PrepareContext& context, const step::conv& step, const ConvShape& shape, bool half,
                       ProductTensors* tensors) {
  const int64_t depth = conv_weight_depth(shape, half);
  const uint64_t bytes = static_cast<uint64_t>(shape.o * depth) * (half ? 2 : 4);
  if (!context.is_constant(step.weight)) {
    tensors->pack_bytes = bytes;
    tensors->pack = [shape, half, weight = step.weight](const RunContext& run) {
      return enqueue_pack_conv_weights(run.stream, shape, run.data<float>(weight), half, run.scratch);
    };
    return Status::OK;
  }
  context.release_constant(step.weight);
  return context.constant_form(step.weight,
                               {static_cast<int64_t>(half ? Packing::kConvHalf : Packing::kConvFloat),
                                shape.o, shape.depth(), shape.group_c(), depth},
                               bytes, &tensors->packed_b, [&](const uint8_t* raw, uint8_t* target) {
                                 pack_conv_weights(shape, reinterpret_cast<const float*>(raw), half, target);
                               });
}

// A convolution that reads each pixel once, where it is: a product of matrices with rows x_stride apart.
bool is_pointwise(const step::conv& step, const ConvShape& s) {
  return s.kernel_h == 1 && s.kernel_w == 1 && s.stride_h == 1 && s.stride_w == 1 && s.pad_top == 0 &&
         s.pad_left == 0 && s.oh == s.h && s.ow == s.w && s.group == 1 && !s.pooled() && step.pre_relu == 0;
}

LtMatmulShape pointwise_product(const ConvShape& s, const ConvOperands& operands) {
  LtMatmulShape shape;
  shape.m = s.rows();
  shape.n = s.o;
  shape.k = s.c;
  shape.a_row = s.x_stride;
  shape.b_row = conv_weight_depth(s, operands.half_x);
  shape.y_row = s.y_stride;
  shape.residual_row = s.residual_stride;
  shape.transpose_b = true;
  shape.in = operands.half_x ? FloatType::kF16 : FloatType::kF32;
  shape.out = operands.half_y ? FloatType::kF16 : FloatType::kF32;
  return shape;
}

}  // namespace

Status prepare_conv(PrepareContext& context, const step::conv& step, OpPointer* op) {
  if (context.tensor(step.y).elements == 0) {
    *op = no_op();
    return Status::OK;
  }
  const ConvShape shape = read_shape(context, step);
  if (!shape.fits()) return context.unsupported("a convolution of this size does not run on a GPU");
  const bool depthwise = shape.group == shape.c && shape.group == shape.o && shape.c > 1;
  if (depthwise && context.is_constant(step.weight)) return prepare_depthwise(context, step, shape, op);

  const ConvOperands operands = read_operands(context, step);
  ProductTensors tensors;
  tensors.a = step.x;
  tensors.b = step.weight;
  tensors.y = step.y;
  tensors.residual = step.residual;
  tensors.bias = step.bias;
  tensors.post_scale = step.post_scale;
  tensors.pre_scale = step.pre_scale;
  tensors.pre_shift = step.pre_shift;
  SPX_TRY(prepare_weights(context, step, shape, operands.half_x, &tensors));
  Gemm gemm = conv_gemm(shape, operands);
  gemm.out.activate = Activate(step.activation, step.alpha, step.beta);
  Candidates candidates;
  SPX_TRY(add_products(context, gemm, tensors, &candidates));
  SPX_TRY(add_library_convs(context, step, shape, &candidates));
  if (is_pointwise(step, shape)) {
    SPX_TRY(add_library_products(context, pointwise_product(shape, operands), tensors, step.activation,
                                 &candidates));
  }
  return choose(context, &candidates, op);
}

}  // namespace spinexr::cuda
