// PrepareContext of a session: constants to the device, scratch, and the timing of candidates.
#ifndef SPINEXR_CUDA_RUNTIME_PREPARATION_H_
#define SPINEXR_CUDA_RUNTIME_PREPARATION_H_

#include <vector>

#include "cuda/ops/op.h"
#include "engine.h"
#include "runtime/constant_source.h"
#include "runtime/form_store.h"

namespace spinexr::cuda {

using DeviceForms = FormStore<DeviceBuffer>;

class Preparation final : public PrepareContext {
 public:
  // shared: of all sessions of the network, or null. addresses: of all tensors that are not constants.
  Preparation(const Plan& plan, const Engine& engine, ConstantSource& constants, DeviceForms* shared,
              Stream stream, const std::vector<uint8_t*>& addresses);

  // The next step, whose operands count as read.
  void begin_step(size_t index);
  // Every constant that some op or port reads as it is: its address.
  Status keep_constants(std::vector<uint8_t*>* addresses);

  Status constant_form(int32_t index, std::initializer_list<int64_t> form, uint64_t bytes,
                       const uint8_t** data, const Make& make) override;
  void release_constant(int32_t index) override { --readers_[static_cast<size_t>(index)]; }
  void need_scratch(uint64_t bytes) override { scratch = bytes > scratch ? bytes : scratch; }
  Status counters(uint32_t count, uint32_t** zeros) override;
  Status quickest(std::vector<OpPointer>* ops, const std::vector<uint64_t>& needs, size_t* best) override;

  uint64_t scratch = 0;
  // Bytes that belong to this session alone.
  uint64_t owned = 0;
  // What the session has to keep.
  std::vector<DeviceForm> forms;
  std::vector<DeviceBuffer> zeros;
  // A constant was neither sent with the plan nor to be found in the form that an op asked for.
  bool incomplete = false;

 private:
  DeviceForms& store_of(int32_t index) {
    return shared_ != nullptr && tensor(index).key != 0 ? *shared_ : own_;
  }
  Status make_form(int32_t index, uint64_t bytes, const Make& make, DeviceForm* form);
  Status time(const Op& op, const RunContext& context, float* ms);

  ConstantSource& constants_;
  DeviceForms* const shared_;
  DeviceForms own_;  // of constants without a key, by their offset
  const Stream stream_;
  const std::vector<uint8_t*>& addresses_;
  std::vector<uint32_t> readers_;  // steps and ports that read a tensor at run time
  size_t counters_used_ = 0;       // of the last of `zeros`
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_RUNTIME_PREPARATION_H_
