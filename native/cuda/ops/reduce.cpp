// reduce and arg_reduce.
#include "cuda/kernels/reduce.h"

#include "walks.h"

namespace spinexr::cuda {
namespace {

template <class T>
OpPointer reduce_op(PrepareContext& context, const step::reduce& step) {
  const ReduceShape shape{
      static_cast<ReduceOp>(step.op), step.outer, step.n, step.inner, step.outer_stride, step.stride};
  const int multiprocessors = context.device.multiprocessors;
  context.need_scratch(reduce_scratch(shape, kWide<T>, multiprocessors));
  return make_op([step, shape, multiprocessors](const RunContext& run) {
    return enqueue_reduce(run.stream, run.data<const T>(step.x), run.data<T>(step.y), shape, multiprocessors,
                          run.scratch);
  });
}

template <class T>
OpPointer arg_reduce_op(const step::arg_reduce& step) {
  const ArgReduceShape shape{step.outer, step.n, step.inner,
                             step.op == static_cast<int32_t>(ArgReduceOp::kMin), step.select_last != 0};
  return make_op([step, shape](const RunContext& run) {
    return enqueue_arg_reduce(run.stream, run.data<const T>(step.x), run.data<int32_t>(step.y), shape);
  });
}

}  // namespace

Status prepare_reduce(PrepareContext& context, const step::reduce& step, OpPointer* op) {
  if (context.tensor(step.y).elements == 0) {
    *op = no_op();
  } else if (context.tensor(step.x).dtype == DType::kI32) {
    *op = reduce_op<int32_t>(context, step);
  } else {
    *op = with_real(context, step.x, [&](auto real) { return reduce_op<decltype(real)>(context, step); });
  }
  return Status::OK;
}

Status prepare_arg_reduce(PrepareContext& context, const step::arg_reduce& step, OpPointer* op) {
  const DType type = context.tensor(step.x).dtype;
  if (context.tensor(step.y).elements == 0) {
    *op = no_op();
  } else if (type == DType::kF32) {
    *op = arg_reduce_op<float>(step);
  } else if (type == DType::kI32) {
    *op = arg_reduce_op<int32_t>(step);
  } else {
    return context.unsupported("expected x of type f32 or i32");
  }
  return Status::OK;
}

}  // namespace spinexr::cuda
