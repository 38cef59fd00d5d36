#include "matmul_product.h"

#include <algorithm>

#include "cuda/kernels/implicit_gemm_schedule.h"
#include "cuda/kernels/matmul_vector.h"

namespace spinexr::cuda {
namespace {

// Scratch begins with packed weights; what kernels want lies behind them.
uint64_t behind_weights(const ProductTensors& tensors) { return (tensors.pack_bytes + 255) / 256 * 256; }

class Product final : public Op {
 public:
  Product(const Gemm& gemm, const ProductTensors& tensors, const GemmSchedule* schedule, uint32_t* counters)
      : gemm_(gemm), tensors_(tensors), counters_(counters), vector_(schedule == nullptr) {
    if (schedule != nullptr) schedule_ = *schedule;
  }

  Status enqueue(const RunContext& context) const override {
    if (tensors_.pack) SPX_TRY(tensors_.pack(context));
    Gemm gemm = gemm_;
    gemm.a.x = tensors_.a_data(context);
    gemm.a.scale = context.data<float>(tensors_.pre_scale);
    gemm.a.shift = context.data<float>(tensors_.pre_shift);
    gemm.b.b = tensors_.b_data(context);
    gemm.out.y = context.data<uint8_t>(tensors_.y);
    gemm.out.residual = context.data<uint8_t>(tensors_.residual);
    gemm.out.scale = context.data<float>(tensors_.post_scale);
    gemm.out.bias = context.data<float>(tensors_.bias);
    if (vector_) return enqueue_vector_product(context.stream, gemm);
    return enqueue_gemm(context.stream, gemm, schedule_, context.scratch + behind_weights(tensors_),
                        counters_);
  }

 private:
  const Gemm gemm_;
  const ProductTensors tensors_;
  GemmSchedule schedule_;
  uint32_t* const counters_;
  const bool vector_;
};

}  // namespace

bool is_aligned(const PrepareContext& context, int32_t tensor) {
  return tensor < 0 || context.is_constant(tensor) || context.tensor(tensor).offset % 16 == 0;
}

Status add_products(PrepareContext& context, const Gemm& gemm, const ProductTensors& tensors,
                    Candidates* candidates) {
  constexpr int kMost = 4;
  const uint64_t weights = behind_weights(tensors);
  if (is_vector_product(gemm))
    candidates->add(OpPointer(new (std::nothrow) Product(gemm, tensors, nullptr, nullptr)), weights);
  const GpuSize gpu = {context.device.multiprocessors, context.device.shared_bytes};
  GemmSchedule best[kMost];
  const int count = rank_gemm_schedules(gemm, gpu, candidates_wanted(context) ? kMost : 1, best);
  if (count == 0 && candidates->ops.empty())
    return context.unsupported("its matrix product is too large for the GPU");
  // One at a time runs, so all count in the same place.
  int64_t counters = 0;
  for (int i = 0; i < count; ++i) counters = std::max(counters, gemm_counters(gemm, best[i]));
  uint32_t* zeros = nullptr;
  if (counters > 0) SPX_TRY(context.counters(static_cast<uint32_t>(counters), &zeros));
  for (int i = 0; i < count; ++i) {
    const uint64_t scratch = weights + static_cast<uint64_t>(gemm_scratch_bytes(gemm, best[i]));
    candidates->add(OpPointer(new (std::nothrow) Product(gemm, tensors, &best[i], zeros)), scratch);
  }
  return Status::OK;
}

Status choose(PrepareContext& context, Candidates* candidates, OpPointer* op) {
  if (candidates->ops.empty()) return Status::OK;  // out of memory, which the caller sees
  size_t best = 0;
  SPX_TRY(context.quickest(&candidates->ops, candidates->scratch, &best));
  context.need_scratch(candidates->scratch[best]);
  *op = std::move(candidates->ops[best]);
  return Status::OK;
}

}  // namespace spinexr::cuda
