#include "availability.h"

#include "cuda/libraries/driver.h"
#include "device.h"

namespace spinexr::cuda {

Status check_libraries() {
  DriverReport driver;
  SPX_TRY(probe_driver(runtime_version(), &driver));
  const nvidia::CudnnApi* api;
  return cudnn_api(&api);
}

int32_t cudnn_version() {
  const nvidia::CudnnApi* api;
  return cudnn_api(&api) == Status::OK ? static_cast<int32_t>(api->cudnnGetVersion()) : 0;
}

Status open_libraries(std::unique_ptr<Cudnn>* cudnn, std::unique_ptr<CublasLt>* cublas_lt) {
  SPX_TRY(Cudnn::create(cudnn));
  if (CublasLt::create(cublas_lt) != Status::OK) cublas_lt->reset();
  return Status::OK;
}

}  // namespace spinexr::cuda
