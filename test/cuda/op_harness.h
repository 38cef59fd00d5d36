// One step of a plan on the emulated device: tensors of exactly their size, as much scratch as the op asks
// for, and what comes back.
#ifndef SPINEXR_TEST_CUDA_OP_HARNESS_H_
#define SPINEXR_TEST_CUDA_OP_HARNESS_H_

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vector>

#include "cpp/plan_builder.h"
#include "cuda/device/half.h"
#include "cuda/ops/op.h"

namespace spinexr::test {

template <class T>
constexpr DType dtype_of = DType::kF32;
template <>
inline constexpr DType dtype_of<int32_t> = DType::kI32;
template <>
inline constexpr DType dtype_of<uint8_t> = DType::kU8;
template <>
inline constexpr DType dtype_of<cuda::Half> = DType::kF16;

class OpHarness final : public cuda::PrepareContext {
 public:
  OpHarness() : PrepareContext(plan_, properties_, options_, nullptr, nullptr) {
    EXPECT(cuda::stream_create(&stream_) == Status::OK);
    EXPECT(error_.allocate(sizeof(cuda::DeviceError), "an error") == Status::OK);
    memset(error_.data(), 0, error_.size());
  }
  ~OpHarness() override { cuda::stream_destroy(stream_); }

  // A plain tensor with these values; or undefined ones.
  template <class T>
  int32_t add(const std::vector<T>& values) {
    return add<T>({static_cast<int64_t>(values.size()), 1, 1, 1}, 1, values.data());
  }
  template <class T>
  int32_t make(int64_t elements) {
    return add<T>({elements, 1, 1, 1}, 1, nullptr);
  }
  // nhwc: n, c, h, w; the values of whole pixels of pixel_stride, but for the gap behind the last one.
  template <class T>
  int32_t add(const std::vector<int64_t>& dims, int64_t pixel_stride, const T* values) {
    Tensor tensor{};
    tensor.dtype = dtype_of<T>;
    tensor.storage = Storage::kArena;
    tensor.rank = 4;
    tensor.elements = 1;
    for (int d = 0; d < 4; ++d) {
      tensor.dims[d] = dims[static_cast<size_t>(d)];
      tensor.elements *= tensor.dims[d];
    }
    tensor.pixel_stride = pixel_stride;
    const int64_t pixels = dims[0] * dims[2] * dims[3];
    tensor.extent = pixel_stride == 1 ? tensor.elements
                    : pixels == 0     ? 0
                                      : (pixels - 1) * pixel_stride + dims[1];
    plan_.tensors.push_back(tensor);
    memory_.emplace_back();
    EXPECT(memory_.back().allocate(static_cast<size_t>(tensor.extent) * sizeof(T), "a tensor") == Status::OK);
    if (values != nullptr && tensor.extent > 0)
      memcpy(memory_.back().data(), values, static_cast<size_t>(tensor.extent) * sizeof(T));
    return static_cast<int32_t>(plan_.tensors.size()) - 1;
  }

  template <class S>
  void run(Status (*prepare)(PrepareContext&, const S&, cuda::OpPointer*), const S& step) {
    cuda::OpPointer op;
    EXPECT(prepare(*this, step, &op) == Status::OK);
    cuda::DeviceBuffer scratch;
    EXPECT(scratch.allocate(scratch_, "scratch") == Status::OK);
    std::vector<uint8_t*> addresses;
    for (const cuda::DeviceBuffer& memory : memory_) addresses.push_back(memory.data());
    const cuda::RunContext context{stream_, addresses.data(), scratch.data(),
                                   reinterpret_cast<cuda::DeviceError*>(error_.data())};
    // Twice: the second run meets what the first one left in the scratch.
    for (int i = 0; i < 2; ++i) {
      EXPECT(op->enqueue(context) == Status::OK);
      EXPECT(cuda::synchronize(stream_) == Status::OK);
    }
  }

  template <class T>
  std::vector<T> values(int32_t tensor) const {
    const T* const data = reinterpret_cast<const T*>(memory_[static_cast<size_t>(tensor)].data());
    return std::vector<T>(data, data + plan_.tensors[static_cast<size_t>(tensor)].extent);
  }
  cuda::DeviceError error() const {
    cuda::DeviceError error;
    memcpy(&error, error_.data(), sizeof error);
    return error;
  }

  Status constant_form(int32_t, std::initializer_list<int64_t>, uint64_t, const uint8_t**,
                       const Make&) override {
    return fail(Status::INTERNAL, "this harness keeps no constants");
  }
  void release_constant(int32_t) override {}
  void need_scratch(uint64_t bytes) override { scratch_ = bytes > scratch_ ? bytes : scratch_; }
  Status counters(uint32_t, uint32_t**) override {
    return fail(Status::INTERNAL, "this harness has no counters");
  }
  Status quickest(std::vector<cuda::OpPointer>*, const std::vector<uint64_t>&, size_t* best) override {
    *best = 0;
    return Status::OK;
  }

 private:
  Plan plan_;
  cuda::DeviceProperties properties_{};
  cuda::Options options_;
  cuda::Stream stream_ = nullptr;
  uint64_t scratch_ = 0;
  std::vector<cuda::DeviceBuffer> memory_;
  cuda::DeviceBuffer error_;
};

// Bit for bit.
template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

}  // namespace spinexr::test

#endif  // SPINEXR_TEST_CUDA_OP_HARNESS_H_
