// Convolutions that multiply matrices: their weights lie in panels of nr output channels. All algorithms pack
// the same form, so plans that choose differently share it. Winograd's and Strassen's algorithms expand it to
// what they multiply, up to four times as large: once, when it is prepared, where that is little and few rows
// would use it in a run; else in each run, in scratch, which costs a hundredth of it.
#ifndef SPINEXR_OPS_CONV_PANELS_H_
#define SPINEXR_OPS_CONV_PANELS_H_

#include <stdint.h>

#include "conv_op.h"

namespace spinexr {

// Packed weights: [group][panel][kh, kw, c][nr], zero behind a group's last output channel.
struct ConvPanels {
  int64_t count = 0;   // of one group
  int64_t floats = 0;  // from panel to panel, 64-byte aligned

  int64_t group_floats() const { return count * floats; }
};

class PanelConv : public ConvOp {
 public:
  ConvPanels panels;

  // False when a size overflows.
  bool set_panels(const KernelTable& kernels, const ConvGeometry& geometry);

 protected:
  Packing packing() const override { return Packing::kConvPanels; }
  void pack(const KernelTable& kernels, const float* weight, float* target) const override;
};

// Expands its panels to what it multiplies.
class ExpandingConv : public PanelConv {
 public:
  // As above. `floats`: what the panels expand to. `rows`: of the matrices that a run multiplies with them.
  bool set_panels(const KernelTable& kernels, const ConvGeometry& geometry, int64_t floats, int64_t rows);

 protected:
  Status prepare_weights(PrepareContext& context) final;
  const float* expanded(const RunContext& context) const {
    return kept_ != nullptr ? kept_ : expanded(context, weights(context));
  }
  const float* expanded(const RunContext& context, const float* packed_weights) const;

  // What is kept, and whether a run needs the panels, too.
  virtual Packing expanded_packing() const = 0;
  virtual bool needs_panels() const = 0;
  // Expansion in tasks that do not depend on each other.
  virtual int64_t expand_tasks() const = 0;
  virtual void expand(const KernelTable& kernels, const float* packed_weights, int64_t task,
                      float* target) const = 0;

 private:
  uint64_t form_bytes_ = 0;
  bool keep_ = false;
  const float* kept_ = nullptr;
};

}  // namespace spinexr

#endif  // SPINEXR_OPS_CONV_PANELS_H_
