// Convolution. Implicit GEMM: rows are output pixels (which lie at a constant stride in nhwc), columns are
// output channels, the depth runs over kernel taps and input channels; the input is never unfolded in memory,
// only tile by tile while A is packed. Depthwise convolution multiplies channel vectors directly.
#include <string.h>

#include "conv_panels.h"
#include "gemm.h"
#include "geometry.h"
#include "plan/enums.h"
#include "strassen.h"
#include "winograd.h"

namespace spinexr {

Status ConvOp::prepare_identity(PrepareContext& context) {
  if (!geometry.scaled || (step.pre_scale >= 0 && step.pre_shift >= 0)) return Status::OK;
  SPX_TRY(context.allocate(static_cast<uint64_t>(geometry.c) * 2 * sizeof(float), &identity));
  for (int64_t c = 0; c < geometry.c; ++c) identity.floats()[c] = 1;
  return Status::OK;
}

Status ConvOp::prepare(PrepareContext& context) {
  SPX_TRY(read_activation(context, step.activation, step.alpha, step.beta, &epilogue));
  if (context.checks_only) return Status::OK;
  SPX_TRY(prepare_identity(context));
  y_stride = context.tensor(step.y).pixel_stride;
  if (step.residual >= 0) residual_stride = context.tensor(step.residual).pixel_stride;
  return prepare_weights(context);
}

Status ConvOp::prepare_weights(PrepareContext& context) {
  if (!context.is_constant(step.weight)) {
    context.need_shared(expanded_bytes + weight_bytes);
    return Status::OK;
  }
  context.need_shared(expanded_bytes);
  context.release_constant(step.weight);
  const uint8_t* data = nullptr;
  SPX_TRY(weight_form(context, packing(), weight_bytes, &data,
                      [&](const float* raw, float* target) { pack(context.kernels, raw, target); }));
  packed = reinterpret_cast<const float*>(data);
  return Status::OK;
}

namespace {

// plain [c, 1, kh, kw] to [kh, kw][c].
void pack_depthwise(const float* weight, const ConvGeometry& g, float* packed) {
  const int64_t taps = g.kernel_h * g.kernel_w;
  for (int64_t c = 0; c < g.c; ++c) {
    for (int64_t tap = 0; tap < taps; ++tap) packed[tap * g.c + c] = weight[c * taps + tap];
  }
}

class GemmConv final : public PanelConv {
 public:
  GemmShape shape;

  Status run(const RunContext& context) const override {
    Source source(*this, context);
    gemm(context, shape, epilogue, source);
    return Status::OK;
  }

 private:
  class Source final : public GemmSource {
   public:
    Source(const GemmConv& op, const RunContext& context)
        : op_(op),
          input_(op.input(context)),
          weights_(op.weights(context)),
          scale_(context.data<float>(op.step.post_scale)),
          bias_(context.data<float>(op.step.bias)),
          residual_(context.data<float>(op.step.residual)),
          y_(context.data<float>(op.step.y)) {}

    GemmItem item(int64_t group) const override {
      const int64_t o = group * op_.geometry.group_o;
      return {weights_ + group * op_.shape.packed_floats(),
              y_ + o,
              op_.y_stride,
              scale_ == nullptr ? nullptr : scale_ + o,
              bias_ == nullptr ? nullptr : bias_ + o,
              residual_ == nullptr ? nullptr : residual_ + o,
              op_.residual_stride};
    }
    void pack(int64_t group, int64_t row, int64_t rows, int64_t k, int64_t depth, float* a) const override {
      input_.pack(a, row, rows, group * op_.geometry.group_c, k, depth);
    }

   private:
    const GemmConv& op_;
    const ConvInput input_;
    const float* const weights_;
    const float* const scale_;
    const float* const bias_;
    const float* const residual_;
    float* const y_;
  };
};

class DepthwiseConv final : public ConvOp {
 public:
  Status run(const RunContext& context) const override {
    const ConvInput input = this->input(context);
    const float* const weight = weights(context);
    context.pool.parallel_for(geometry.n * geometry.oh,
                              [&](int64_t row, int thread) { run_row(context, input, weight, row, thread); });
    return Status::OK;
  }

 protected:
  Packing packing() const override { return Packing::kDepthwise; }
  void pack(const KernelTable&, const float* weight, float* target) const override {
    pack_depthwise(weight, geometry, target);
  }

 private:
  void run_row(const RunContext& context, const ConvInput& input, const float* weight, int64_t row,
               int thread) const {
    const ConvGeometry& g = geometry;
    const KernelTable& kernels = context.kernels;
    const float* const scale = context.data<float>(step.post_scale);
    const float* const bias = context.data<float>(step.bias);
    const float* const residual = context.data<float>(step.residual);
    float* const sum = context.scratch<float>(thread);
    float* const loaded = sum + g.c;
    const int64_t image = row / g.oh, top = row % g.oh * g.stride_h - g.pad_top;
    for (int64_t ow = 0; ow < g.ow; ++ow) {
      if (bias == nullptr || scale != nullptr) {
        memset(sum, 0, static_cast<size_t>(g.c) * sizeof(float));
      } else {
        memcpy(sum, bias, static_cast<size_t>(g.c) * sizeof(float));
      }
      const int64_t left = ow * g.stride_w - g.pad_left;
      for (int64_t tap = 0; tap < g.kernel_h * g.kernel_w; ++tap) {
        const int64_t ih = top + tap / g.kernel_w * g.dilation_h;
        const int64_t iw = left + tap % g.kernel_w * g.dilation_w;
        if (!input.inside(ih, iw)) continue;
        const float* source = input.x + ((image * g.h + ih) * g.w + iw) * g.pixel_stride;
        if (g.scaled) {
          input.load(loaded, image, ih, iw, 0, g.c);
          source = loaded;
        }
        kernels.multiply_add(sum, source, weight + tap * g.c, g.c);
      }
      const int64_t pixel = row * g.ow + ow;
      if (scale != nullptr) {
        kernels.scale_shift(sum, sum, scale, bias, g.c, -__builtin_inff(), __builtin_inff());
      }
      if (residual != nullptr) kernels.axpy(sum, residual + pixel * residual_stride, 1, g.c);
      float* const y = context.data<float>(step.y) + pixel * y_stride;
      kernels.affine(y, sum, 1, 0, g.c, epilogue.low, epilogue.high);
      epilogue.apply_rest(kernels, y, g.c);
    }
  }
};

Status check_weight(const PrepareContext& context, const step::conv& step, const ConvGeometry& g) {
  const Tensor& weight = context.tensor(step.weight);
  const int64_t expected[4] = {g.o, g.group_c, g.kernel_h, g.kernel_w};
  bool good =
      context.type_of(step.weight) == DType::kF32 && weight.layout == Layout::kPlain && weight.rank == 4;
  for (int d = 0; d < 4; ++d) good = good && weight.dims[d] == expected[d];
  if (good) return Status::OK;
  return context.fail("expected plain f32 weights %lld x %lld x %lld x %lld, found %lld x %lld x %lld x %lld",
                      static_cast<long long>(expected[0]), static_cast<long long>(expected[1]),
                      static_cast<long long>(expected[2]), static_cast<long long>(expected[3]),
                      static_cast<long long>(weight.dims[0]), static_cast<long long>(weight.dims[1]),
                      static_cast<long long>(weight.dims[2]), static_cast<long long>(weight.dims[3]));
}

Status check_operands(PrepareContext& context, const step::conv& step, const ConvGeometry& g) {
  SPX_TRY(check_weight(context, step, g));
  if (step.bias >= 0) SPX_TRY(context.expect_dense(step.bias, "bias", DType::kF32, g.o));
  if (step.pre_scale >= 0) SPX_TRY(context.expect_dense(step.pre_scale, "pre_scale", DType::kF32, g.c));
  if (step.pre_shift >= 0) SPX_TRY(context.expect_dense(step.pre_shift, "pre_shift", DType::kF32, g.c));
  if (step.post_scale >= 0) {
    SPX_TRY(context.expect_dense(step.post_scale, "post_scale", DType::kF32, g.o));
    if (step.bias < 0) return context.fail("expected a bias beside post_scale");
  }
  if (step.residual < 0) return Status::OK;
  SPX_TRY(context.expect_map(step.residual, "residual"));
  const Tensor& residual = context.tensor(step.residual);
  for (int d = 0; d < 4; ++d) {
    if (residual.dims[d] != context.tensor(step.y).dims[d])
      return context.fail("expected a residual shaped like y");
  }
  return Status::OK;
}

// y in place of x would overwrite what other pixels still read; y in place of the residual is fine as long as
// each element is written once.
Status check_in_place(const PrepareContext& context, const step::conv& step, bool written_once) {
  if (context.tensor(step.y).elements == 0) return Status::OK;
  for (const int32_t other :
       {step.x, step.weight, step.bias, step.pre_scale, step.pre_shift, step.post_scale, step.residual}) {
    if (other < 0 || (other == step.residual && written_once) || !context.same_place(step.y, other)) continue;
    return context.fail("expected y apart from tensor %d, found both at one place in the arena", other);
  }
  return Status::OK;
}

}  // namespace

Status prepare_conv(PrepareContext& context, const step::conv& step, OpPointer* op) {
  ConvGeometry g;
  SPX_TRY(read_conv_geometry(context, step, &g));
  SPX_TRY(check_operands(context, step, g));
  SPX_TRY(context.expect_range("algorithm", step.algorithm, 0, static_cast<int>(ConvAlgorithm::kCount) - 1));
  const ConvAlgorithm algorithm = static_cast<ConvAlgorithm>(step.algorithm);
  const bool winograd = algorithm == ConvAlgorithm::kWinograd2 || algorithm == ConvAlgorithm::kWinograd4;
  if (winograd && !runs_winograd(g)) {
    return context.fail(
        "expected a 3 x 3 kernel, stride 1, dilation 1 and one group for a Winograd algorithm");
  }
  if (algorithm == ConvAlgorithm::kStrassen && !runs_strassen(g)) {
    return context.fail("expected one group and a depth of 1 to %d for Strassen's algorithm",
                        2 * kPackedDepth);
  }
  if (algorithm == ConvAlgorithm::kDepthwise && !g.depthwise()) {
    return context.fail("expected group = input channels = output channels for the depthwise algorithm");
  }
  std::unique_ptr<ConvOp> conv;
  if (winograd) {
    SPX_TRY(check_in_place(context, step, true));
    SPX_TRY(make_winograd_conv(context, g, algorithm == ConvAlgorithm::kWinograd2 ? 2 : 4, &conv));
    if (conv == nullptr) return Status::OK;
  } else if (algorithm == ConvAlgorithm::kStrassen) {
    SPX_TRY(check_in_place(context, step, true));
    SPX_TRY(make_strassen_conv(context, g, &conv));
    if (conv == nullptr) return Status::OK;
  } else if (algorithm != ConvAlgorithm::kGemm && g.depthwise() && g.c > 1) {
    SPX_TRY(check_in_place(context, step, true));
    conv.reset(new (std::nothrow) DepthwiseConv);
    if (conv == nullptr) return Status::OK;
    conv->weight_bytes = static_cast<uint64_t>(g.c * g.kernel_h * g.kernel_w) * sizeof(float);
    context.need_per_thread(static_cast<uint64_t>(g.c) * 2 * sizeof(float));
  } else {
    auto gemm = std::unique_ptr<GemmConv>(new (std::nothrow) GemmConv);
    if (gemm == nullptr) return Status::OK;
    if (!make_gemm_shape(context.kernels, context.threads, g.group, g.pixels(), g.group_o, g.depth(),
                         &gemm->shape) ||
        !gemm->set_panels(context.kernels, g)) {
      return context.fail("its sizes overflow");
    }
    SPX_TRY(check_in_place(context, step, gemm->shape.chunks <= 1));
    context.need_per_thread(gemm->shape.thread_scratch(context.kernels));
    conv = std::move(gemm);
  }
  conv->step = step;
  conv->geometry = g;
  SPX_TRY(conv->prepare(context));
  *op = std::move(conv);
  return Status::OK;
}

}  // namespace spinexr
