// How a kernel starts.
#ifndef SPINEXR_CUDA_RUNTIME_LAUNCH_H_
#define SPINEXR_CUDA_RUNTIME_LAUNCH_H_

#include <tuple>
#include <utility>

#include "cuda/device/cuda.h"
#include "device.h"

namespace spinexr::cuda {

// threads: a multiple of 32, at most 1024. Grids without blocks do nothing.
struct LaunchShape {
  dim3 grid;
  uint32_t threads;
  uint32_t shared_bytes = 0;  // dynamic
};

// Blocks of `threads` for a loop over `elements` (thread_index(), thread_count()), at most `most`.
inline LaunchShape launch_over(int64_t elements, uint32_t threads = 256, int64_t most = 4096) {
  const int64_t blocks = (elements + threads - 1) / threads;
  return {dim3(static_cast<uint32_t>(blocks < most ? blocks : most)), threads};
}

#if defined(SPX_CUDA_EMULATION)

template <class... P, class... A>
Status launch(Stream stream, const LaunchShape& shape, void (*kernel)(P...), A&&... arguments) {
  std::tuple<P...> values(std::forward<A>(arguments)...);
  return emulation::launch(stream, shape.grid, shape.threads, shape.shared_bytes,
                           [kernel, values] { std::apply(kernel, values); });
}

#else

// Implemented in device.cu.
Status launch_pointer(Stream stream, const LaunchShape& shape, const void* kernel, void** arguments);

template <class... P, class... A>
Status launch(Stream stream, const LaunchShape& shape, void (*kernel)(P...), A&&... arguments) {
  std::tuple<P...> values(std::forward<A>(arguments)...);
  return std::apply(
      [&](P&... value) {
        void* pointers[] = {const_cast<void*>(static_cast<const volatile void*>(&value))..., nullptr};
        return launch_pointer(stream, shape, reinterpret_cast<const void*>(kernel), pointers);
      },
      values);
}

#endif

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_RUNTIME_LAUNCH_H_
