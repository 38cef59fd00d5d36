// Products with few rows: the last layer of a classifier. B is read once and nothing is shared, so a warp has
// a column for itself.
#ifndef SPINEXR_CUDA_KERNELS_MATMUL_VECTOR_H_
#define SPINEXR_CUDA_KERNELS_MATMUL_VECTOR_H_

#include "implicit_gemm.h"

namespace spinexr::cuda {

constexpr int kVectorRows = 8;  // at most, of A

// Whether enqueue_vector_product takes the product: few rows, each contiguous in x and in chunks of 16 bytes
// without a prologue, and B with the depth contiguous.
bool is_vector_product(const Gemm& gemm);

Status enqueue_vector_product(Stream stream, const Gemm& gemm);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_MATMUL_VECTOR_H_
