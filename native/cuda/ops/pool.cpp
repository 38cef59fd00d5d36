#include "cuda/kernels/pool.h"

#include "walks.h"

namespace spinexr::cuda {

Status prepare_pool(PrepareContext& context, const step::pool& step, OpPointer* op) {
  const Tensor& x = context.tensor(step.x);
  const Tensor& y = context.tensor(step.y);
  if (y.elements == 0) {
    *op = no_op();
    return Status::OK;
  }
  const PoolAxis down{x.h(),           y.h(),        step.kernel_h,  step.stride_h,
                      step.dilation_h, step.pad_top, step.pad_bottom};
  const PoolAxis across{x.w(),           y.w(),         step.kernel_w, step.stride_w,
                        step.dilation_w, step.pad_left, step.pad_right};
  const PoolShape shape{
      static_cast<PoolMode>(step.mode), x.n(), x.c(), x.pixel_stride, y.pixel_stride, down, across,
      step.count_include_pad != 0,      step.p};
  *op = with_real(context, step.x, [&](auto real) {
    using T = decltype(real);
    return make_op([step, shape](const RunContext& run) {
      return enqueue_pool(run.stream, run.data<const T>(step.x), run.data<T>(step.y), shape);
    });
  });
  return Status::OK;
}

}  // namespace spinexr::cuda
