// What a step becomes on a GPU: prepared once (kernel and schedule chosen, weights packed and sent), enqueued
// once into the graph that every run launches.
//
// Add an op: prepare_<kind> in a file of this folder (without it the library does not link), over kernels of
// ../kernels. What a step's fields may be has been checked by the core before (ops/check.h).
#ifndef SPINEXR_CUDA_OPS_OP_H_
#define SPINEXR_CUDA_OPS_OP_H_

#include <stddef.h>
#include <stdint.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "cuda/device/error.h"
#include "cuda/libraries/cublas_lt.h"
#include "cuda/libraries/cudnn.h"
#include "cuda/runtime/buffer.h"
#include "cuda/runtime/device.h"
#include "plan/plan_reader.h"

namespace spinexr::cuda {

// What an op sees when it puts its kernels into a stream.
struct RunContext {
  Stream stream;
  uint8_t* const* addresses;  // of each tensor, on the device; null for constants that no op keeps
  uint8_t* scratch;    // as large as the largest need; kernels of one stream share it, one after another
  DeviceError* error;  // on the device

  // Null for an absent operand.
  template <class T>
  T* data(int32_t tensor) const {
    return tensor < 0 ? nullptr : reinterpret_cast<T*>(addresses[tensor]);
  }
};

class Op {
 public:
  virtual ~Op() = default;
  virtual Status enqueue(const RunContext& context) const = 0;
};
using OpPointer = std::unique_ptr<Op>;

// An op from a callable Status(const RunContext&) that owns what it needs. Null when out of memory.
template <class Enqueue>
OpPointer make_op(Enqueue enqueue) {
  class Callable final : public Op {
   public:
    explicit Callable(Enqueue call) : call_(std::move(call)) {}
    Status enqueue(const RunContext& context) const override { return call_(context); }

   private:
    Enqueue call_;
  };
  return OpPointer(new (std::nothrow) Callable(std::move(enqueue)));
}

// How a constant is laid out for its op; the first number of a form.
enum class Packing : int64_t { kAsIs, kHalf, kConvFloat, kConvHalf, kDepthwise, kMatmulFloat, kMatmulHalf };

// allow_tf32: float products on tensor cores with 10 bits of fraction. deterministic: nothing that gives
// other bits from run to run or from load to load, so nothing that a timing chooses either.
using Options = LibraryOptions;

// A constant in one form, on the device.
using DeviceForm = std::shared_ptr<const DeviceBuffer>;

// What an op sees while it is prepared, and where it says what it needs.
class PrepareContext {
 public:
  PrepareContext(const Plan& of, const DeviceProperties& properties, const Options& chosen, const Cudnn* dnn,
                 const CublasLt* blas)
      : plan(of), device(properties), options(chosen), cudnn(dnn), cublas_lt(blas) {}
  virtual ~PrepareContext() = default;

  const Plan& plan;
  const DeviceProperties& device;
  const Options& options;
  // Null where there is none; it outlives the ops.
  const Cudnn* const cudnn;
  const CublasLt* const cublas_lt;

  const Tensor& tensor(int32_t index) const { return plan.tensors[static_cast<size_t>(index)]; }
  bool is_constant(int32_t index) const { return tensor(index).storage != Storage::kArena; }
  bool is_half(int32_t index) const { return tensor(index).dtype == DType::kF16; }
  // Of the step that is being prepared: for sentences, and for report().
  size_t step_index() const { return step_; }
  // UNSUPPORTED_OPERATOR with "step 12 (conv): " in front of the sentence.
  Status unsupported(const char* sentence) const;

  // The constant `index` in a form of `bytes` bytes, on the device, as long as the session lasts: what
  // make(raw, target) writes to zeroed memory of the processor, unless a plan that shares this constant has
  // had it made. `form` names the packing and every size that decides it.
  using Make = std::function<void(const uint8_t* raw, uint8_t* target)>;
  virtual Status constant_form(int32_t index, std::initializer_list<int64_t> form, uint64_t bytes,
                               const uint8_t** data, const Make& make) = 0;
  // An op that packed its weights does not read them from addresses[index].
  virtual void release_constant(int32_t index) = 0;
  // Bytes of RunContext::scratch.
  virtual void need_scratch(uint64_t bytes) = 0;
  // Zeros that are this op's alone, as long as the session lasts. Who counts in them leaves them zero.
  virtual Status counters(uint32_t count, uint32_t** zeros) = 0;
  // The quickest of several ops that do the same, by the device's clock; the first where timing is not wanted
  // (deterministic) or there is only one. Those that fail are left out; at least one must run. Each is
  // enqueued with as much scratch as its scratch[i] says.
  virtual Status quickest(std::vector<OpPointer>* ops, const std::vector<uint64_t>& scratch,
                          size_t* best) = 0;

 protected:
  size_t step_ = 0;
};

// prepare_conv(context, step, &op) and so on: one per line of steps.inc.
#define SPX_STEP(name, inputs, outputs, fields) \
  Status prepare_##name(PrepareContext& context, const step::name& step, OpPointer* op);
#include "plan/steps.inc"
#undef SPX_STEP

// A step that does nothing: y has no elements.
inline OpPointer no_op() {
  return make_op([](const RunContext&) { return Status::OK; });
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_OPS_OP_H_
