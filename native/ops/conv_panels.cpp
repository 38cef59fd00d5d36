#include "conv_panels.h"

#include <string.h>

#include "geometry.h"

namespace spinexr {
namespace {

// Expanded weights are kept up to this size, which stays in the second-level cache of a processor: larger
// ones come from memory, from where their panels come faster. And for at most so many rows: with more the
// expansion is a small part of the product.
constexpr int64_t kMostKept = 1 << 18;
constexpr int64_t kMostRows = 512;

// Of what is transposed at once: it stays in the first-level cache until it is copied to its place.
constexpr int64_t kGathered = 4096;

// Plain [o, c, kh, kw], `columns` of the outputs, to [kh, kw, c][nr].
void pack_panel(const KernelTable& kernels, const float* weight, const ConvGeometry& g, int64_t columns,
                float* target) {
  const int64_t taps = g.kernel_h * g.kernel_w, depth = g.depth(), nr = kernels.nr;
  if (taps == 1) return kernels.transpose(target, nr, weight, depth, columns, depth);
  float gathered[kGathered];
  const int64_t most = kGathered / nr;
  for (int64_t first = 0; first < depth; first += most) {
    const int64_t rows = smaller(most, depth - first);
    kernels.transpose(gathered, nr, weight + first, depth, columns, rows);
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t c = (first + i) / taps, tap = (first + i) % taps;
      memcpy(target + (tap * g.group_c + c) * nr, gathered + i * nr,
             static_cast<size_t>(columns) * sizeof(float));
    }
  }
}

}  // namespace

bool PanelConv::set_panels(const KernelTable& kernels, const ConvGeometry& g) {
  if (product({g.group, g.group_o + kernels.nr, g.depth() + 1}) < 0) return false;
  panels.count = ceil_div(g.group_o, kernels.nr);
  panels.floats = ceil_div(g.depth() * kernels.nr, 16) * 16;
  weight_bytes = static_cast<uint64_t>(g.group * panels.group_floats()) * sizeof(float);
  return true;
}

void PanelConv::pack(const KernelTable& kernels, const float* weight, float* target) const {
  const ConvGeometry& g = geometry;
  for (int64_t group = 0; group < g.group; ++group) {
    for (int64_t panel = 0; panel < panels.count; ++panel) {
      const int64_t o = panel * kernels.nr;
      pack_panel(kernels, weight + (group * g.group_o + o) * g.depth(), g, smaller(kernels.nr, g.group_o - o),
                 target);
      target += panels.floats;
    }
  }
}

bool ExpandingConv::set_panels(const KernelTable& kernels, const ConvGeometry& g, int64_t floats,
                               int64_t rows) {
  if (!PanelConv::set_panels(kernels, g)) return false;
  keep_ = floats <= kMostKept && rows <= kMostRows;
  form_bytes_ = align_up(static_cast<uint64_t>(floats) * sizeof(float));
  return true;
}

Status ExpandingConv::prepare_weights(PrepareContext& context) {
  keep_ = keep_ && context.is_constant(step.weight);
  // What another plan multiplies as it is need not be there a second time.
  if (keep_ && !needs_panels()) keep_ = !has_weight_form(context, packing(), weight_bytes);
  if (!keep_) {
    expanded_bytes = form_bytes_;
    return PanelConv::prepare_weights(context);
  }
  AlignedBuffer temporary;
  if (needs_panels()) {
    SPX_TRY(PanelConv::prepare_weights(context));
  } else {
    SPX_TRY(temporary.allocate(weight_bytes, "the weights of a convolution"));
    context.release_constant(step.weight);
  }
  const uint8_t* data = nullptr;
  SPX_TRY(weight_form(context, expanded_packing(), form_bytes_, &data, [&](const float* raw, float* target) {
    const float* panels = packed;
    if (panels == nullptr) {
      pack(context.kernels, raw, temporary.floats());
      panels = temporary.floats();
    }
    for (int64_t i = 0; i < expand_tasks(); ++i) expand(context.kernels, panels, i, target);
  }));
  kept_ = reinterpret_cast<const float*>(data);
  return Status::OK;
}

const float* ExpandingConv::expanded(const RunContext& context, const float* packed_weights) const {
  if (kept_ != nullptr) return kept_;
  float* const target = reinterpret_cast<float*>(context.shared_scratch);
  context.pool.parallel_for(expand_tasks(),
                            [&](int64_t i, int) { expand(context.kernels, packed_weights, i, target); });
  return target;
}

}  // namespace spinexr
