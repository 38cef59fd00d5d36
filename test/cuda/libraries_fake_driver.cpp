// Stands in for libcuda.so.1.
#include "cuda/libraries/driver_api.h"
#include "libraries_fake.h"

using namespace spinexr::cuda::nvidia;

extern "C" {

CUresult cuDriverGetVersion(int* version) {
  say("cuDriverGetVersion");
  *version = int(asked_number("FAKE_VERSION", 13000));
  return CUresult(asked_failure("cuDriverGetVersion"));
}
CUresult cuInit(unsigned int flags) {
  say("cuInit %u", flags);
  return CUresult(asked_failure("cuInit"));
}
CUresult cuDeviceGetCount(int* count) {
  say("cuDeviceGetCount");
  *count = int(asked_number("FAKE_DEVICES", 2));
  return CUresult(asked_failure("cuDeviceGetCount"));
}
CUresult cuGetErrorName(CUresult, const char** name) {
  *name = "CUDA_ERROR_FAKE";
  return CUDA_SUCCESS;
}
// Leaves the text as it is, as the real one does for a number that it does not know.
CUresult cuGetErrorString(CUresult, const char**) { return CUresult(1); }

}  // extern "C"
