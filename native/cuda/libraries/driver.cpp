#include "driver.h"

#include "driver_api.h"
#include "library.h"

namespace spinexr::cuda {
namespace {

using namespace nvidia;

constexpr LibraryNames kNames{
    "the NVIDIA driver",
    nullptr,
    {"libcuda.so.1", nullptr},
    "no NVIDIA driver is installed, or (in a container) it is not visible",
};

Status load(DriverApi* api) {
  DynamicLibrary library;
  SPX_TRY(library.open(kNames));
#define SPX_FUNCTION(result, name, parameters) SPX_TRY(library.find(#name, &api->name));
#include "cuda/libraries/driver_api.inc"
  return Status::OK;
}

Status checked(const DriverApi& api, const char* call, CUresult result) {
  if (result == CUDA_SUCCESS) return Status::OK;
  if (result == CUDA_ERROR_NO_DEVICE) {
    return fail(Status::ISA_UNAVAILABLE, "the NVIDIA driver finds no device (%s); see CUDA_VISIBLE_DEVICES",
                call);
  }
  const char* name = nullptr;
  const char* text = nullptr;
  api.cuGetErrorName(result, &name);
  api.cuGetErrorString(result, &text);
  return fail(Status::ISA_UNAVAILABLE, "the NVIDIA driver refuses %s: %s (%u), %s", call,
              name ? name : "unnamed", unsigned(result), text ? text : "without a reason");
}

}  // namespace

Status probe_driver(int needed, DriverReport* report) {
  *report = DriverReport{};
  static const Loaded<DriverApi> loaded(load);
  const DriverApi* api = nullptr;
  SPX_TRY(loaded.get(&api));
  SPX_TRY(checked(*api, "cuDriverGetVersion", api->cuDriverGetVersion(&report->version)));
  if (report->version < needed) {
    return fail(Status::ISA_UNAVAILABLE,
                "the NVIDIA driver supports CUDA %d.%d, this build needs %d.%d; install a newer driver",
                report->version / 1000, report->version % 1000 / 10, needed / 1000, needed % 1000 / 10);
  }
  SPX_TRY(checked(*api, "cuInit", api->cuInit(0)));
  SPX_TRY(checked(*api, "cuDeviceGetCount", api->cuDeviceGetCount(&report->devices)));
  if (report->devices < 1) return checked(*api, "cuDeviceGetCount", CUDA_ERROR_NO_DEVICE);
  return Status::OK;
}

}  // namespace spinexr::cuda
