#include "engine.h"

#include <stdio.h>
#include <unistd.h>

namespace spinexr::cuda {

Status check_device(const DeviceProperties& device) {
  if (device.major * 10 + device.minor >= 75) return Status::OK;
  return fail(Status::ISA_UNAVAILABLE,
              "%s has compute capability %d.%d; this build needs 7.5 (Turing) or higher", device.name,
              device.major, device.minor);
}

Status Engine::create(const spx_cuda_options& options, std::unique_ptr<Engine>* engine) {
  int32_t count = 0;
  SPX_TRY(device_count(&count));
  if (options.device < 0 || options.device >= count) {
    return fail(Status::ISA_UNAVAILABLE, "expected a GPU from 0 to %d, found %d", count - 1, options.device);
  }
  std::unique_ptr<Engine> made(new (std::nothrow) Engine);
  if (made == nullptr) return fail(Status::OUT_OF_MEMORY, "no memory for an engine");
  made->device_ = options.device;
  made->process_ = getpid();
  made->options_.allow_tf32 = options.allow_tf32 != 0;
  made->options_.deterministic = options.deterministic != 0;
  made->options_.workspace_limit = options.workspace_limit;
  SPX_TRY(select_device(options.device));
  SPX_TRY(device_properties(options.device, &made->properties_));
  const DeviceProperties& found = made->properties_;
  SPX_TRY(check_device(found));
  snprintf(made->isa_, sizeof made->isa_, "sm_%d%d", found.major, found.minor);
  SPX_TRY(open_libraries(&made->cudnn_, &made->cublas_lt_));
  SPX_TRY(made->pictures.start());
  *engine = std::move(made);
  return Status::OK;
}

Status Engine::enter() const {
  if (getpid() != process_) {
    return fail(
        Status::ISA_UNAVAILABLE,
        "a GPU cannot be used in a process that was forked after CUDA had started; load the model in the "
        "new process");
  }
  if (lost_.load(std::memory_order_relaxed)) {
    return fail(
        Status::DEVICE_LOST,
        "the GPU stopped in an earlier run and this process can use it no more; start the process anew, or "
        "load the model with another backend");
  }
  return note(select_device(device_));
}

Status Engine::note(Status status) const {
  if (status == Status::DEVICE_LOST) lost_.store(true, std::memory_order_relaxed);
  return status;
}

}  // namespace spinexr::cuda
