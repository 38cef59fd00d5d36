// Slices chosen by indices, and weighted sums of slices, along the middle of a dense [outer, n, inner].
#ifndef SPINEXR_CUDA_KERNELS_GATHER_H_
#define SPINEXR_CUDA_KERNELS_GATHER_H_

#include "cuda/device/error.h"
#include "cuda/runtime/device.h"

namespace spinexr::cuda {

struct GatherShape {
  int64_t outer, n, count, inner;
  int32_t step;  // for report()
};

// y[o, j, i] = x[o, indices[j], i]; negative indices count from the end; one outside is reported and gives 0.
// Elements of `bytes` bytes (1, 2 or 4).
Status enqueue_gather(Stream stream, const uint8_t* x, const int32_t* indices, uint8_t* y, int bytes,
                      const GatherShape& shape, DeviceError* error);

// y[o, j, i] = sum over t < taps of weights[j, t] x[o, indices[j, t], i], in that order, in float. Elements
// of weight 0 are not read. An index outside 0 .. n - 1 is reported and adds nothing.
template <class T>  // float, Half
Status enqueue_resample(Stream stream, const T* x, const int32_t* indices, const float* weights, T* y,
                        int64_t taps, const GatherShape& shape, DeviceError* error);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_GATHER_H_
