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
  uint64_t expanded_bytes = 0;    // of what each run makes of them, at the start of the shared scratch
  const float* packed = nullptr;  // null: packed in each run, since the weights are computed
  AlignedBuffer identity;         // scale 1 and shift 0 where the plan gives none

  Status prepare(PrepareContext& context);

  // Element `element` of an operand that a step may lack: null then.
  static const float* operand(const RunContext& context, int32_t tensor, int64_t element) {
    const float* const data = context.data<float>(tensor);
    return data == nullptr ? nullptr : data + element;
  }

 protected:
  // Packs constant weights, or sets aside scratch for weights that are computed.
  virtual Status prepare_weights(PrepareContext& context);
  // Calls use with all that decides a form's bytes, apart from the weights.
  template <class Use>
  auto with_sizes(const PrepareContext& context, Packing form, const Use& use) const {
    const ConvGeometry& g = geometry;
    return use({static_cast<int64_t>(form), context.kernels.nr, g.group, g.group_o, g.group_c,
                g.kernel_h * g.kernel_w});
  }
  // The constant weights in a form of the kernel's width and these sizes, as make(weights, target) writes it.
  template <class Make>
  Status weight_form(PrepareContext& context, Packing form, uint64_t bytes, const uint8_t** data,
                     const Make& make) const {
    return with_sizes(context, form, [&](std::initializer_list<int64_t> sizes) {
      return context.constant_form(step.weight, sizes, bytes, data, [&](const uint8_t* raw, uint8_t* target) {
        make(reinterpret_cast<const float*>(raw), reinterpret_cast<float*>(target));
      });
    });
  }
  bool has_weight_form(PrepareContext& context, Packing form, uint64_t bytes) const {
    return with_sizes(context, form, [&](std::initializer_list<int64_t> sizes) {
      return context.has_form(step.weight, sizes, bytes);
    });
  }

  virtual Packing packing() const = 0;
  virtual void pack(const KernelTable& kernels, const float* weight, float* target) const = 0;

  const float* weights(const RunContext& context) const {
    if (packed != nullptr) return packed;
    float* const target = reinterpret_cast<float*>(context.shared_scratch + expanded_bytes);
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
