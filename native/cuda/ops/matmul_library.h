// Matrix products by cuBLASLt, where there is one, as candidates beside the kernels of this library.
#ifndef SPINEXR_CUDA_OPS_MATMUL_LIBRARY_H_
#define SPINEXR_CUDA_OPS_MATMUL_LIBRARY_H_

#include "matmul_product.h"

namespace spinexr::cuda {

// A bias as the libraries take it: of y's type, and zeros where one is needed but the step has none. Null:
// the tensor as it is.
Status library_bias(PrepareContext& context, int32_t bias, bool half, int64_t columns, bool needed,
                    const uint8_t** packed);

// The product of rows that lie at a constant stride, with B's depth contiguous, where cuBLASLt can do it.
// shape: without bias and activation, which come from `tensors` and `activation`.
Status add_library_products(PrepareContext& context, LtMatmulShape shape, const ProductTensors& tensors,
                            int32_t activation, Candidates* candidates);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_OPS_MATMUL_LIBRARY_H_
