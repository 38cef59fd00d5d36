// Steps of a plan prepared by the ops of products and run with each of their candidates: kernels of this
// library, and stand-ins for NVIDIA's.
#ifndef SPINEXR_TEST_CUDA_GEMM_OP_CHECKS_H_
#define SPINEXR_TEST_CUDA_GEMM_OP_CHECKS_H_

#include <functional>
#include <map>

#include "cuda/ops/op.h"
#include "gemm_support.h"

namespace spinexr::cuda {

inline const Cudnn* test_cudnn = nullptr;
inline const CublasLt* test_cublas_lt = nullptr;
inline std::map<size_t, int> candidate_runs;  // by their place in the list

class ProductHarness final : public PrepareContext {
 public:
  // The stand-ins compute floats only.
  explicit ProductHarness(bool floats)
      : PrepareContext(plan_, properties_, options_, floats ? test_cudnn : nullptr,
                       floats ? test_cublas_lt : nullptr) {
    properties_.multiprocessors = 4;
    properties_.shared_bytes = 227 * 1024;
    properties_.has_clock = true;
    error_ = device_bytes(sizeof(DeviceError));
    plan_.steps.push_back({StepKind{}, {}});
  }

  // -1 where there are no numbers. Constants are floats, on the processor alone until an op wants them.
  int32_t add(const Numbers* numbers, bool half, bool constant, std::vector<int64_t> dims,
              int64_t pixel_stride = 1, int64_t lead = 0) {
    if (numbers == nullptr) return -1;
    Tensor tensor{};
    tensor.dtype = half ? DType::kF16 : DType::kF32;
    tensor.storage = constant ? Storage::kConstant : Storage::kArena;
    tensor.rank = 4;
    tensor.elements = 1;
    dims.resize(4, 1);
    for (int d = 0; d < 4; ++d) tensor.elements *= tensor.dims[d] = dims[static_cast<size_t>(d)];
    tensor.pixel_stride = pixel_stride;
    tensor.extent = static_cast<int64_t>(numbers->values.size());
    tensor.offset = static_cast<uint64_t>(lead) * (half ? 2 : 4);
    plan_.tensors.push_back(tensor);
    raw_.push_back(numbers->values.data());
    addresses_.push_back(static_cast<uint8_t*>(numbers->data()));
    return static_cast<int32_t>(raw_.size()) - 1;
  }

  // Prepares the step anew for each candidate; before(): y as it has to be, then(): looks at it.
  template <class S>
  void run_all(Status (*prepare)(PrepareContext&, const S&, OpPointer*), const S& step,
               const std::string& what, const std::function<void()>& before,
               const std::function<void(const std::string&)>& then) {
    const std::vector<uint8_t*> addresses = addresses_;
    count_ = 1;
    for (pick_ = 0; pick_ < count_; ++pick_) {
      const std::string name = what + ", candidate " + std::to_string(pick_);
      OpPointer op;
      addresses_ = addresses;
      scratch_ = 0;
      require(prepare(*this, step, &op), name);
      require(op != nullptr, name + ": no op");
      const DeviceBuffer scratch = device_bytes(scratch_);
      const RunContext context{test_stream(), addresses_.data(), scratch.data(),
                               reinterpret_cast<DeviceError*>(error_.data())};
      for (int i = 0; i < 2; ++i) {  // the second run meets what the first one left in scratch and counters
        before();
        require(op->enqueue(context), name);
        require(synchronize(test_stream()), name);
        then(name);
      }
      ++candidate_runs[pick_];
    }
  }

  Status constant_form(int32_t index, std::initializer_list<int64_t>, uint64_t bytes, const uint8_t** data,
                       const Make& make) override {
    require(is_constant(index), "a form of what is no constant");
    std::vector<uint8_t> packed(bytes);
    make(reinterpret_cast<const uint8_t*>(raw_[static_cast<size_t>(index)]), packed.data());
    forms_.push_back(device_bytes(bytes));
    *data = forms_.back().data();
    return copy_to_device(forms_.back().data(), packed.data(), bytes, test_stream());
  }
  void release_constant(int32_t index) override { addresses_[static_cast<size_t>(index)] = nullptr; }
  void need_scratch(uint64_t bytes) override { scratch_ = bytes > scratch_ ? bytes : scratch_; }
  Status counters(uint32_t count, uint32_t** zeros_of) override {
    forms_.push_back(zeros(count));
    *zeros_of = reinterpret_cast<uint32_t*>(forms_.back().data());
    return Status::OK;
  }
  Status quickest(std::vector<OpPointer>* ops, const std::vector<uint64_t>& scratch, size_t* best) override {
    require(ops->size() == scratch.size() && pick_ < ops->size(), "candidates come and go");
    count_ = ops->size();
    *best = pick_;
    return Status::OK;
  }

 private:
  Plan plan_;
  DeviceProperties properties_{};
  Options options_;
  std::vector<const float*> raw_;
  std::vector<uint8_t*> addresses_;
  std::vector<DeviceBuffer> forms_;
  DeviceBuffer error_;
  uint64_t scratch_ = 0;
  size_t pick_ = 0, count_ = 1;
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_TEST_CUDA_GEMM_OP_CHECKS_H_
