#include "cuda/kernels/top_k.h"

#include "op.h"

namespace spinexr::cuda {

Status prepare_top_k(PrepareContext& context, const step::top_k& step, OpPointer* op) {
  const TopKTask shape{nullptr, nullptr, nullptr, step.outer, step.n, step.inner, step.k, step.largest != 0};
  context.need_scratch(top_k_scratch(shape));
  *op = make_op([step, shape](const RunContext& run) {
    TopKTask task = shape;
    task.x = run.data<float>(step.x);
    task.values = run.data<float>(step.values);
    task.indices = run.data<int32_t>(step.indices);
    return enqueue_top_k(run.stream, task, run.scratch);
  });
  return Status::OK;
}

}  // namespace spinexr::cuda
