// Products of matrices, in batches, as the product that convolutions are.
#ifndef SPINEXR_CUDA_KERNELS_MATMUL_GEMM_H_
#define SPINEXR_CUDA_KERNELS_MATMUL_GEMM_H_

#include "implicit_gemm.h"

namespace spinexr::cuda {

// y [batch.., m, n] = A B; A is [m, k] (or [k, m] when trans_a), B is [k, n] (or [n, k] when trans_b);
// strides of the batch in elements, 0 where an operand is the same.
struct MatmulShape {
  int64_t m = 1, n = 1, k = 1;
  bool trans_a = false, trans_b = false;
  int64_t batch[4] = {1, 1, 1, 1};
  int64_t a_stride[4] = {}, b_stride[4] = {};

  int64_t items() const { return batch[0] * batch[1] * batch[2] * batch[3]; }
  // Matrices of B that differ in where they lie.
  int64_t distinct_b() const;
  // The same product with as many of the batch's inner dimensions as rows as can be: those that share B and
  // whose matrices of A follow each other.
  MatmulShape folded() const;
  bool fits() const;
};

struct MatmulOperands {
  bool half = false, half_y = false;                             // A and B; y
  bool packed = false;                                           // B: see pack_matmul_weights
  bool aligned_a = false, aligned_b = false, aligned_y = false;  // to 16 bytes
};

// The product, with all but its pointers and what is behind it.
Gemm matmul_gemm(const MatmulShape& shape, const MatmulOperands& operands);

// The depth of a packed B: padded to 16 bytes.
int64_t matmul_weight_depth(const MatmulShape& shape, bool half);
// The distinct matrices of B as [distinct_b][n][depth, padded], float or Half. The target is zero before.
void pack_matmul_weights(const MatmulShape& shape, const float* b, bool half, void* packed);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_MATMUL_GEMM_H_
