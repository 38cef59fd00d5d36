// copy, gather and resample.
#include "cuda/kernels/copy.h"

#include <algorithm>
#include <cstdlib>

#include "cuda/kernels/gather.h"
#include "walks.h"

namespace spinexr::cuda {
namespace {

// The dims in the order in which y runs, so that neighbouring threads write neighbouring elements. A copy
// means the same in any order.
Strided<2> copy_walk(const step::copy& step) {
  int order[kMaxRank];
  for (int d = 0; d < kMaxRank; ++d) order[d] = d;
  std::stable_sort(order, order + kMaxRank, [&](int p, int q) {
    return std::abs(int64_t{step.y_stride[p]}) > std::abs(int64_t{step.y_stride[q]});
  });
  int32_t dims[kMaxRank], x_stride[kMaxRank], y_stride[kMaxRank];
  for (int d = 0; d < kMaxRank; ++d) {
    dims[d] = step.dims[order[d]];
    x_stride[d] = step.x_stride[order[d]];
    y_stride[d] = step.y_stride[order[d]];
  }
  return strided(Walk<2>(dims, kMaxRank, {x_stride, y_stride}));
}

}  // namespace

Status prepare_copy(PrepareContext& context, const step::copy& step, OpPointer* op) {
  const int64_t bytes = context.tensor(step.y).element_bytes();
  for (const int32_t dim : step.dims) {
    if (dim != 0) continue;
    *op = no_op();
    return Status::OK;
  }
  *op = make_op([step, bytes, walk = copy_walk(step)](const RunContext& run) {
    return enqueue_copy(run.stream, run.data<const uint8_t>(step.x) + step.x_offset * bytes,
                        run.data<uint8_t>(step.y) + step.y_offset * bytes, static_cast<int>(bytes), walk);
  });
  return Status::OK;
}

Status prepare_gather(PrepareContext& context, const step::gather& step, OpPointer* op) {
  const Tensor& y = context.tensor(step.y);
  if (y.elements == 0) {
    *op = no_op();
    return Status::OK;
  }
  const GatherShape shape{step.outer, step.n, step.count, step.inner,
                          static_cast<int32_t>(context.step_index())};
  *op = make_op([step, shape, bytes = static_cast<int>(y.element_bytes())](const RunContext& run) {
    return enqueue_gather(run.stream, run.data<const uint8_t>(step.x), run.data<const int32_t>(step.indices),
                          run.data<uint8_t>(step.y), bytes, shape, run.error);
  });
  return Status::OK;
}

Status prepare_resample(PrepareContext& context, const step::resample& step, OpPointer* op) {
  if (context.tensor(step.y).elements == 0) {
    *op = no_op();
    return Status::OK;
  }
  const GatherShape shape{step.outer, step.n, step.count, step.inner,
                          static_cast<int32_t>(context.step_index())};
  *op = with_real(context, step.x, [&](auto real) {
    using T = decltype(real);
    return make_op([step, shape](const RunContext& run) {
      return enqueue_resample(run.stream, run.data<const T>(step.x), run.data<const int32_t>(step.indices),
                              run.data<const float>(step.weights), run.data<T>(step.y), step.taps, shape,
                              run.error);
    });
  });
  return Status::OK;
}

}  // namespace spinexr::cuda
