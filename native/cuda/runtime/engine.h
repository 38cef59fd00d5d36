// One GPU as this process uses it. Sessions of an engine run side by side, each in a stream of its own.
#ifndef SPINEXR_CUDA_RUNTIME_ENGINE_H_
#define SPINEXR_CUDA_RUNTIME_ENGINE_H_

#include <sys/types.h>

#include <atomic>
#include <memory>
#include <mutex>

#include "availability.h"
#include "cuda/cuda_api.h"
#include "cuda/ops/op.h"
#include "device.h"
#include "picture_maker.h"

namespace spinexr::cuda {

// ISA_UNAVAILABLE where engines cannot use such a device.
Status check_device(const DeviceProperties& device);

class Engine {
 public:
  static Status create(const spx_cuda_options& options, std::unique_ptr<Engine>* engine);

  // Before anything else on each thread: the calling thread means this device. DEVICE_LOST once the device
  // has stopped, ISA_UNAVAILABLE in a process that was forked after CUDA had started.
  Status enter() const;
  // The status of a piece of work; remembers that the device is lost.
  Status note(Status status) const;

  const DeviceProperties& properties() const { return properties_; }
  const Options& options() const { return options_; }
  // Null where there is none.
  Cudnn* cudnn() const { return cudnn_.get(); }
  CublasLt* cublas_lt() const { return cublas_lt_.get(); }
  // "sm_90"
  const char* isa() const { return isa_; }

  PictureMaker pictures;

  // Whoever puts kernels into streams one by one holds it: the libraries' handles serve one thread at a time.
  // Launching a graph needs no lock.
  std::mutex enqueuing;

 private:
  Engine() = default;

  int32_t device_ = 0;
  DeviceProperties properties_ = {};
  Options options_;
  std::unique_ptr<Cudnn> cudnn_;
  std::unique_ptr<CublasLt> cublas_lt_;
  char isa_[32] = "";
  pid_t process_ = 0;
  mutable std::atomic<bool> lost_{false};
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_RUNTIME_ENGINE_H_
