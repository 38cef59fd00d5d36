// From what a step says to what kernels take.
#ifndef SPINEXR_CUDA_OPS_WALKS_H_
#define SPINEXR_CUDA_OPS_WALKS_H_

#include "cuda/device/any.h"
#include "cuda/kernels/grid_walk.h"
#include "op.h"
#include "ops/walk.h"

namespace spinexr::cuda {

// The simplified walk of the core.
template <int kOperands>
Strided<kOperands> strided(const Walk<kOperands>& walk) {
  static_assert(kMostDims == kMaxRank);
  Strided<kOperands> result;
  result.rank = walk.rank;
  for (int d = 0; d < walk.rank; ++d) {
    result.dims[d] = walk.dims[d];
    for (int operand = 0; operand < kOperands; ++operand)
      result.strides[operand][d] = walk.strides[operand][d];
  }
  return result;
}

// f(T{}) for float or Half, as the tensor is.
template <class F>
OpPointer with_real(const PrepareContext& context, int32_t tensor, const F& f) {
  return context.is_half(tensor) ? f(Half{}) : f(float{});
}

// An operand of a kernel that takes any type.
inline AnySource any_source(const RunContext& run, int32_t tensor, DType type) {
  return {run.data<const uint8_t>(tensor), type};
}
inline AnyTarget any_target(const RunContext& run, int32_t tensor, DType type) {
  return {run.data<uint8_t>(tensor), type};
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_OPS_WALKS_H_
