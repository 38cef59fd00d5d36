// binary and where.
#include "cuda/kernels/binary.h"

#include "walks.h"

namespace spinexr::cuda {
namespace {

template <class A, class B, class Y>
OpPointer arithmetic_op(const step::binary& step, const Strided<3>& walk) {
  const Activate activation(step.activation, step.alpha, step.beta);
  return make_op([step, walk, activation](const RunContext& run) {
    return enqueue_arithmetic(run.stream, static_cast<BinaryOp>(step.op), run.data<const A>(step.a),
                              run.data<const B>(step.b), run.data<Y>(step.y), walk, activation);
  });
}

template <class T>
OpPointer where_op(const step::where& step, const Strided<4>& walk) {
  return make_op([step, walk](const RunContext& run) {
    return enqueue_where(run.stream, run.data<const uint8_t>(step.condition), run.data<const T>(step.a),
                         run.data<const T>(step.b), run.data<T>(step.y), walk);
  });
}

}  // namespace

Status prepare_binary(PrepareContext& context, const step::binary& step, OpPointer* op) {
  const DType a = context.tensor(step.a).dtype, b = context.tensor(step.b).dtype;
  const DType y = context.tensor(step.y).dtype;
  if (context.tensor(step.y).elements == 0) {
    *op = no_op();
    return Status::OK;
  }
  const Strided<3> walk = strided(Walk<3>(step.dims, 6, {step.a_stride, step.b_stride, step.y_stride}));
  const BinaryOp code = static_cast<BinaryOp>(step.op);
  const bool real = y == DType::kF32 || y == DType::kF16;
  if (!real || code == BinaryOp::kPow || code == BinaryOp::kMod) {
    const Activate activation(step.activation, step.alpha, step.beta);
    *op = make_op([=](const RunContext& run) {
      return enqueue_binary(run.stream, code, any_source(run, step.a, a), any_source(run, step.b, b),
                            any_target(run, step.y, y), walk, activation);
    });
  } else if (y == DType::kF16 && a == DType::kF16) {
    *op = b == DType::kF16 ? arithmetic_op<Half, Half, Half>(step, walk)
                           : arithmetic_op<Half, float, Half>(step, walk);
  } else if (y == DType::kF16 && b == DType::kF16) {
    *op = arithmetic_op<float, Half, Half>(step, walk);
  } else if (y == DType::kF32 && a == DType::kF32 && b == DType::kF32) {
    *op = arithmetic_op<float, float, float>(step, walk);
  } else {
    return context.unsupported("expected y of the type of a or b");
  }
  return Status::OK;
}

Status prepare_where(PrepareContext& context, const step::where& step, OpPointer* op) {
  const Tensor& y = context.tensor(step.y);
  if (y.elements == 0) {
    *op = no_op();
    return Status::OK;
  }
  int32_t y_stride[6];
  dense_strides(step.dims, 6, y_stride);
  const Strided<4> walk =
      strided(Walk<4>(step.dims, 6, {step.condition_stride, step.a_stride, step.b_stride, y_stride}));
  *op = y.element_bytes() == 1   ? where_op<uint8_t>(step, walk)
        : y.element_bytes() == 2 ? where_op<uint16_t>(step, walk)
                                 : where_op<uint32_t>(step, walk);
  return Status::OK;
}

}  // namespace spinexr::cuda
