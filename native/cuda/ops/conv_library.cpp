#include "conv_library.h"

#include "cuda/device/half.h"
#include "matmul_library.h"
#include "plan/enums.h"

namespace spinexr::cuda {
namespace {

constexpr size_t kMostAlgorithms = 3;

class LibraryConv final : public Op {
 public:
  LibraryConv(std::unique_ptr<CudnnConv> conv, const step::conv& step, const uint8_t* weights,
              const uint8_t* bias)
      : conv_(std::move(conv)), step_(step), weights_(weights), bias_(bias) {}

  Status enqueue(const RunContext& context) const override {
    const void* const bias = bias_ != nullptr ? bias_ : context.data<uint8_t>(step_.bias);
    return conv_->enqueue(context.stream, context.data<uint8_t>(step_.x), weights_, bias,
                          context.data<uint8_t>(step_.residual), context.data<uint8_t>(step_.y),
                          context.scratch);
  }

 private:
  const std::unique_ptr<CudnnConv> conv_;
  const step::conv step_;
  const uint8_t* const weights_;
  const uint8_t* const bias_;
};

// The padding behind the last row or column: as in front where that gives the same output, since cuDNN wants
// both to be equal; else what the last window needs.
int64_t pad_behind(int64_t size, int64_t out, int64_t stride, int64_t pad, int64_t kernel, int64_t dilation) {
  const int64_t needed = (out - 1) * stride + (kernel - 1) * dilation + 1 - size - pad;
  return pad >= needed && pad < needed + stride ? pad : needed;
}

CudnnConvShape library_shape(const ConvShape& s, bool half) {
  CudnnConvShape shape;
  shape.n = s.n;
  shape.h = s.h;
  shape.w = s.w;
  shape.c = s.c;
  shape.o = s.o;
  shape.x_stride = s.x_stride;
  shape.y_stride = s.y_stride;
  shape.residual_stride = s.residual_stride;
  shape.kernel_h = s.kernel_h;
  shape.kernel_w = s.kernel_w;
  shape.stride_h = s.stride_h;
  shape.stride_w = s.stride_w;
  shape.dilation_h = s.dilation_h;
  shape.dilation_w = s.dilation_w;
  shape.pad_top = s.pad_top;
  shape.pad_left = s.pad_left;
  shape.pad_bottom = pad_behind(s.h, s.oh, s.stride_h, s.pad_top, s.kernel_h, s.dilation_h);
  shape.pad_right = pad_behind(s.w, s.ow, s.stride_w, s.pad_left, s.kernel_w, s.dilation_w);
  shape.groups = s.group;
  shape.type = half ? FloatType::kF16 : FloatType::kF32;
  return shape;
}

// [o][kernel_h, kernel_w, c / group] without padding.
void pack_dense(const ConvShape& shape, const float* weights, bool half, uint8_t* target) {
  const int64_t taps = shape.kernel_h * shape.kernel_w, channels = shape.group_c();
  for (int64_t i = 0; i < shape.o * channels * taps; ++i) {
    const int64_t o = i / (channels * taps), c = i / taps % channels, tap = i % taps;
    const int64_t place = (o * taps + tap) * channels + c;
    if (half) {
      reinterpret_cast<Half*>(target)[place] = to_half(weights[i]);
    } else {
      reinterpret_cast<float*>(target)[place] = weights[i];
    }
  }
}

}  // namespace

Status add_library_convs(PrepareContext& context, const step::conv& step, const ConvShape& shape,
                         Candidates* candidates) {
  const bool half = context.is_half(step.x),
             relu = static_cast<Activation>(step.activation) == Activation::kRelu;
  if (context.cudnn == nullptr || !candidates_wanted(context) || !context.is_constant(step.weight) ||
      shape.pooled() || step.pre_relu != 0 || step.pre_scale >= 0 || step.pre_shift >= 0 ||
      step.post_scale >= 0 || half != context.is_half(step.y) ||
      (!relu && static_cast<Activation>(step.activation) != Activation::kNone) ||
      (half && step.bias >= 0 && !context.is_constant(step.bias)))
    return Status::OK;
  for (const int32_t tensor : {step.x, step.y, step.residual, step.bias}) {
    if (!is_aligned(context, tensor)) return Status::OK;
  }
  CudnnConvShape wanted = library_shape(shape, half);
  wanted.relu = relu;
  wanted.residual = step.residual >= 0;
  wanted.bias = step.bias >= 0 || relu || wanted.residual;
  const uint8_t* weights = nullptr;
  const uint8_t* bias = nullptr;
  size_t count = 1;
  for (size_t i = 0; i < count; ++i) {
    std::unique_ptr<CudnnConv> conv;
    SPX_TRY(CudnnConv::create(*context.cudnn, wanted, context.options, &conv, nullptr));
    if (conv == nullptr || conv->out_h() != shape.oh || conv->out_w() != shape.ow) return Status::OK;
    if (weights == nullptr) {
      SPX_TRY(library_bias(context, step.bias, half, shape.o, wanted.bias, &bias));
      SPX_TRY(context.constant_form(step.weight,
                                    {static_cast<int64_t>(half ? Packing::kConvHalf : Packing::kConvFloat),
                                     shape.o, shape.depth(), shape.group_c(), shape.depth()},
                                    static_cast<uint64_t>(shape.o * shape.depth()) * (half ? 2 : 4), &weights,
                                    [&](const uint8_t* raw, uint8_t* target) {
                                      pack_dense(shape, reinterpret_cast<const float*>(raw), half, target);
                                    }));
    }
    count = conv->algorithms().size() < kMostAlgorithms ? conv->algorithms().size() : kMostAlgorithms;
    SPX_TRY(conv->use(i));
    const uint64_t workspace = conv->workspace();
    candidates->add(OpPointer(new (std::nothrow) LibraryConv(std::move(conv), step, weights, bias)),
                    workspace);
  }
  return Status::OK;
}

}  // namespace spinexr::cuda
