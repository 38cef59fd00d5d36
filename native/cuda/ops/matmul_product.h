// What convolutions and matrix products share: operands of a step bound to kernels, and the choice among
// several ways to compute one product.
#ifndef SPINEXR_CUDA_OPS_MATMUL_PRODUCT_H_
#define SPINEXR_CUDA_OPS_MATMUL_PRODUCT_H_

#include <functional>
#include <vector>

#include "cuda/kernels/implicit_gemm.h"
#include "op.h"

namespace spinexr::cuda {

// Tensors of the plan by their roles in a product, -1 where absent.
struct ProductTensors {
  int32_t a = -1, b = -1, y = -1, residual = -1, bias = -1, post_scale = -1, pre_scale = -1, pre_shift = -1;
  // Constants in a form of their own; null where the tensor is read as it is.
  const uint8_t* packed_a = nullptr;
  const uint8_t* packed_b = nullptr;
  // Weights that are computed: written in the form that kernels read to the start of the scratch by `pack`.
  uint64_t pack_bytes = 0;
  std::function<Status(const RunContext& context)> pack;

  // Where B is while the step runs.
  const void* b_data(const RunContext& context) const {
    if (packed_b != nullptr) return packed_b;
    return pack_bytes > 0 ? context.scratch : context.data<uint8_t>(b);
  }
  const void* a_data(const RunContext& context) const {
    return packed_a != nullptr ? packed_a : context.data<uint8_t>(a);
  }
};

// Ways to compute a step, and the scratch that each wants.
struct Candidates {
  std::vector<OpPointer> ops;
  std::vector<uint64_t> scratch;

  // Null ops are those for which memory ran out; they are left out.
  void add(OpPointer op, uint64_t bytes) {
    if (op == nullptr) return;
    ops.push_back(std::move(op));
    scratch.push_back(bytes);
  }
};

// Whether timings decide, so that it is worth it to have more than one candidate.
inline bool candidates_wanted(const PrepareContext& context) {
  return !context.options.deterministic && context.device.has_clock;
}

// Whether the tensor begins at a multiple of 16 bytes; true where it is absent.
bool is_aligned(const PrepareContext& context, int32_t tensor);

// The product by the kernels of this library, the best by their estimates first.
Status add_products(PrepareContext& context, const Gemm& gemm, const ProductTensors& tensors,
                    Candidates* candidates);

// Makes the quickest candidate the step's op.
Status choose(PrepareContext& context, Candidates* candidates, OpPointer* op);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_OPS_MATMUL_PRODUCT_H_
