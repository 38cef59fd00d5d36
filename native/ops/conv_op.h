// What the algorithms of a convolution share: geometry, packed weights, input with its prologue, epilogue.
#ifndef SPINEXR_OPS_CONV_OP_H_
#define SPINEXR_OPS_CONV_OP_H_

#include <string.h>

#include "activation.h"
#include "conv_input.h"

namespace spinexr {

class ConvOp : public Op {
 public:
  step::conv step;
  ConvGeometry geometry;
  Epilogue epilogue;
  int64_t y_stride = 0, residual_stride = 0;
  uint64_t weight_bytes = 0;      // packed
  const float* packed = nullptr;  // null: packed in each run, since the weights are computed
  AlignedBuffer identity;         // scale 1 and shift 0 where the plan gives none

  Status prepare(PrepareContext& context);

  // Element `element` of an operand that a step may lack: null then.
  static const float* operand(const RunContext& context, int32_t tensor, int64_t element) {
    const float* const data = context.data<float>(tensor);
    return data == nullptr ? nullptr : data + element;
  }

 protected:
  virtual Packing packing() const = 0;
  virtual void pack(const KernelTable& kernels, const float* weight, float* target) const = 0;

  const float* weights(const RunContext& context) const {
    if (packed != nullptr) return packed;
    float* const target = reinterpret_cast<float*>(context.shared_scratch);
    memset(target, 0, weight_bytes);
    pack(context.kernels, context.data<float>(step.weight), target);
    return target;
  }
  ConvInput input(const RunContext& context) const {
    const float* scale = context.data<float>(step.pre_scale);
    const float* shift = context.data<float>(step.pre_shift);
    if (geometry.scaled && scale == nullptr) scale = identity.floats();
    if (geometry.scaled && shift == nullptr) shift = identity.floats() + geometry.c;
    return {geometry, context.kernels, context.data<float>(step.x), scale, shift};
  }

 private:
  Status prepare_identity(PrepareContext& context);
};

}  // namespace spinexr

#endif  // SPINEXR_OPS_CONV_OP_H_
