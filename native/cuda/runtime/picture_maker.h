// Pictures to network inputs that stay on the device: what spx_image_inputs does on the processor.
#ifndef SPINEXR_CUDA_RUNTIME_PICTURE_MAKER_H_
#define SPINEXR_CUDA_RUNTIME_PICTURE_MAKER_H_

#include <memory>
#include <mutex>
#include <vector>

#include "buffer.h"
#include "cuda/kernels/image_plan.h"
#include "image/conversion.h"
#include "runtime/thread_pool.h"

namespace spinexr::cuda {

// A tensor on the device that sessions may read; `ready` is recorded in the stream that makes it.
struct DeviceTensor {
  DeviceBuffer memory;
  Event ready = nullptr;

  DeviceTensor() = default;
  DeviceTensor(const DeviceTensor&) = delete;
  DeviceTensor& operator=(const DeviceTensor&) = delete;
  ~DeviceTensor() { event_destroy(ready); }
};

class PictureMaker {
 public:
  // On the device of the calling thread.
  Status start();
  ~PictureMaker();

  // One tensor for each input, in their order. Returns once the picture is on its way to the device: whoever
  // reads the tensors waits for `ready`. One picture after another. Tensors that nobody holds any more are
  // used again.
  Status make(const image::Samples& samples, const spx_voi* voi, const spx_image_input* inputs, int32_t count,
              int32_t* conversion, std::vector<std::shared_ptr<const DeviceTensor>>* tensors);

 private:
  using Tensor = std::shared_ptr<DeviceTensor>;

  // At least `bytes`; grows only.
  template <class Buffer>
  static Status reserve(Buffer* buffer, size_t bytes, const char* what);
  Status take_tensor(size_t bytes, Tensor* tensor);

  std::mutex mutex_;
  ThreadPool pool_;
  Stream stream_ = nullptr;
  // What travels: samples, levels, constants.
  PinnedBuffer staging_;
  DeviceBuffer arrived_, scratch_;
  std::vector<Tensor> known_;  // the latest last
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_RUNTIME_PICTURE_MAKER_H_
