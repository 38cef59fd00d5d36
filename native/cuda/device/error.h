// What only shows while a network runs: an index outside its tensor, a batch number that does not exist. The
// first one is kept and read behind the run.
#ifndef SPINEXR_CUDA_DEVICE_ERROR_H_
#define SPINEXR_CUDA_DEVICE_ERROR_H_

#include <stdint.h>

namespace spinexr::cuda {

enum class DeviceFault : uint32_t { kNone, kIndexOutOfRange };

// Zero before a run.
struct DeviceError {
  uint32_t fault;  // DeviceFault
  int32_t step;    // of the plan
  int32_t value;   // what was found
  int32_t limit;   // expected: 0 .. limit - 1, or from -limit on where negative ones count from the end
};

}  // namespace spinexr::cuda

#if defined(SPINEXR_CUDA_DEVICE_CUDA_H_)
namespace spinexr::cuda {

__device__ inline void report(DeviceError* error, DeviceFault fault, int32_t step, int32_t value,
                              int32_t limit) {
  if (atomic_compare_exchange(&error->fault, 0, static_cast<uint32_t>(fault)) != 0) return;
  error->step = step;
  error->value = value;
  error->limit = limit;
}

}  // namespace spinexr::cuda
#endif

#endif  // SPINEXR_CUDA_DEVICE_ERROR_H_
