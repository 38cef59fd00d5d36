// Weights that a network computes, in the order in which the matrix product reads them.
#include "conv_gemm.h"
#include "cuda/device/cuda.h"
#include "cuda/device/half.h"
#include "cuda/runtime/launch.h"

namespace spinexr::cuda {
namespace {

struct WeightSizes {
  int64_t outputs, channels, taps, depth;  // depth: padded
};

template <class To>
__global__ void pack_weights(WeightSizes sizes, const float* weights, To* packed) {
  begin_kernel();
  for (int64_t i = thread_index(); i < sizes.outputs * sizes.depth; i += thread_count()) {
    const int64_t o = i / sizes.depth, k = i % sizes.depth;
    const int64_t tap = k / sizes.channels, c = k % sizes.channels;
    store(packed + i, tap < sizes.taps ? weights[(o * sizes.channels + c) * sizes.taps + tap] : 0.0f);
  }
}

}  // namespace

Status enqueue_pack_conv_weights(Stream stream, const ConvShape& shape, const float* weights, bool half,
                                 void* packed) {
  const WeightSizes sizes = {shape.o, shape.group_c(), shape.kernel_h * shape.kernel_w,
                             conv_weight_depth(shape, half)};
  const LaunchShape over = launch_over(sizes.outputs * sizes.depth);
  if (half) return launch(stream, over, pack_weights<Half>, sizes, weights, static_cast<Half*>(packed));
  return launch(stream, over, pack_weights<float>, sizes, weights, static_cast<float*>(packed));
}

}  // namespace spinexr::cuda
