// Convolutions by cuDNN, where there is one, as candidates beside the kernels of this library.
#ifndef SPINEXR_CUDA_OPS_CONV_LIBRARY_H_
#define SPINEXR_CUDA_OPS_CONV_LIBRARY_H_

#include "cuda/kernels/conv_gemm.h"
#include "matmul_product.h"

namespace spinexr::cuda {

// For convolutions without a prologue whose weights are constants; nothing where cuDNN cannot do it.
Status add_library_convs(PrepareContext& context, const step::conv& step, const ConvShape& shape,
                         Candidates* candidates);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_OPS_CONV_LIBRARY_H_
