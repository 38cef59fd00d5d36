// Whether the machine has an NVIDIA driver, and one that is new enough: asked before anything of the CUDA
// runtime is called, so that the reason of a refusal is exact.
#ifndef SPINEXR_CUDA_LIBRARIES_DRIVER_H_
#define SPINEXR_CUDA_LIBRARIES_DRIVER_H_

#include "base/status.h"

namespace spinexr::cuda {

struct DriverReport {
  // The newest CUDA that the driver supports, 1000 major + 10 minor (13000 is 13.0); 0 where there is no
  // driver.
  int version = 0;
  int devices = 0;
};

// Opens libcuda.so.1 and counts devices. `needed` as `version`: what this build was made with.
// ISA_UNAVAILABLE where there is no driver, the driver is older, it cannot be started, or it has no device;
// the report holds what was found until then.
Status probe_driver(int needed, DriverReport* report);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_LIBRARIES_DRIVER_H_
