// softmax and normalize.
#include "cuda/kernels/softmax.h"

#include "cuda/kernels/normalize.h"
#include "walks.h"

namespace spinexr::cuda {

Status prepare_softmax(PrepareContext& context, const step::softmax& step, OpPointer* op) {
  if (context.tensor(step.y).elements == 0) {
    *op = no_op();
    return Status::OK;
  }
  const SoftmaxShape shape{step.outer, step.n, step.inner, step.log != 0};
  *op = with_real(context, step.x, [&](auto real) {
    using T = decltype(real);
    return make_op([step, shape](const RunContext& run) {
      return enqueue_softmax(run.stream, run.data<const T>(step.x), run.data<T>(step.y), shape);
    });
  });
  return Status::OK;
}

Status prepare_normalize(PrepareContext& context, const step::normalize& step, OpPointer* op) {
  const bool extra = step.mean >= 0 || step.inverse_deviation >= 0;
  if (step.outer == 0 || (step.n == 0 && !extra)) {
    *op = no_op();
    return Status::OK;
  }
  const NormalizeShape shape{step.outer, step.n, step.epsilon};
  *op = with_real(context, step.x, [&](auto real) {
    using T = decltype(real);
    return make_op([step, shape](const RunContext& run) {
      const NormalizeExtras extras{run.data<const float>(step.scale), run.data<const float>(step.bias),
                                   run.data<float>(step.mean), run.data<float>(step.inverse_deviation)};
      return enqueue_normalize(run.stream, run.data<const T>(step.x), run.data<T>(step.y), extras, shape);
    });
  });
  return Status::OK;
}

}  // namespace spinexr::cuda
