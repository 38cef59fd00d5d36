// unary, scale_shift, cast and fill.
#include "cuda/kernels/convert.h"
#include "cuda/kernels/unary.h"
#include "ops/element_math.h"
#include "walks.h"

namespace spinexr::cuda {
namespace {

OpPointer convert_op(const PrepareContext& context, Conversion conversion, int32_t x, int32_t y,
                     const Strided<2>& walk) {
  const DType from = context.tensor(x).dtype, to = context.tensor(y).dtype;
  return make_op([=](const RunContext& run) {
    return enqueue_convert(run.stream, conversion, any_source(run, x, from), any_target(run, y, to), walk);
  });
}

// What is no arithmetic of floats; kCast stands for all others.
Conversion conversion_of(UnaryOp op, DType type) {
  if (op == UnaryOp::kNot) return Conversion::kNot;
  if (op == UnaryOp::kIsNan) return Conversion::kIsNan;
  if (type != DType::kI32) return Conversion::kCast;
  return op == UnaryOp::kRelu  ? Conversion::kRelu
         : op == UnaryOp::kAbs ? Conversion::kAbs
         : op == UnaryOp::kNeg ? Conversion::kNeg
                               : Conversion::kSign;
}

}  // namespace

Status prepare_unary(PrepareContext& context, const step::unary& step, OpPointer* op) {
  if (context.tensor(step.y).elements == 0) {
    *op = no_op();
    return Status::OK;
  }
  const Strided<2> walk = strided_rows<2>(step.rows, step.cols, {step.x_stride, step.y_stride});
  const UnaryOp code = static_cast<UnaryOp>(step.op);
  const Conversion conversion = conversion_of(code, context.tensor(step.x).dtype);
  if (conversion != Conversion::kCast) {
    *op = convert_op(context, conversion, step.x, step.y, walk);
    return Status::OK;
  }
  *op = with_real(context, step.x, [&](auto real) {
    using T = decltype(real);
    return make_op([step, walk, code](const RunContext& run) {
      return enqueue_unary(run.stream, code, step.alpha, step.beta, run.data<const T>(step.x),
                           run.data<T>(step.y), walk);
    });
  });
  return Status::OK;
}

Status prepare_scale_shift(PrepareContext& context, const step::scale_shift& step, OpPointer* op) {
  if (context.tensor(step.y).elements == 0) {
    *op = no_op();
    return Status::OK;
  }
  const Strided<4> walk = strided_rows<4>(step.rows, step.cols, {step.x_stride, 0, 0, step.y_stride});
  const Activate activation(step.activation, step.alpha, step.beta);
  *op = with_real(context, step.x, [&](auto real) {
    using T = decltype(real);
    return make_op([step, walk, activation](const RunContext& run) {
      return enqueue_scale_shift(run.stream, run.data<const T>(step.x), run.data<const float>(step.scale),
                                 run.data<const float>(step.shift), run.data<T>(step.y), walk, activation);
    });
  });
  return Status::OK;
}

Status prepare_cast(PrepareContext& context, const step::cast& step, OpPointer* op) {
  const Strided<2> walk = strided_rows<2>(1, step.count, {step.count, step.count});
  *op = step.count == 0 ? no_op() : convert_op(context, Conversion::kCast, step.x, step.y, walk);
  return Status::OK;
}

Status prepare_fill(PrepareContext& context, const step::fill& step, OpPointer* op) {
  const Tensor& y = context.tensor(step.y);
  if (y.elements == 0) {
    *op = no_op();
    return Status::OK;
  }
  const int64_t cols = y.layout == Layout::kNhwc ? y.c() : y.elements;
  const Strided<1> walk =
      strided_rows<1>(y.elements / cols, cols, {y.layout == Layout::kNhwc ? y.pixel_stride : cols});
  int32_t whole;
  convert(step.value, &whole);
  uint32_t bits = static_cast<uint32_t>(whole);
  if (y.dtype == DType::kF32) memcpy(&bits, &step.value, sizeof bits);
  if (y.dtype == DType::kF16) bits = to_half(step.value).bits;
  *op = make_op([index = step.y, walk, bits, bytes = y.element_bytes()](const RunContext& run) {
    if (bytes == 1)
      return enqueue_fill(run.stream, run.data<uint8_t>(index), static_cast<uint8_t>(bits), walk);
    if (bytes == 2)
      return enqueue_fill(run.stream, run.data<uint16_t>(index), static_cast<uint16_t>(bits), walk);
    return enqueue_fill(run.stream, run.data<uint32_t>(index), bits, walk);
  });
  return Status::OK;
}

}  // namespace spinexr::cuda
