#include "matmul_library.h"

#include "cuda/device/half.h"
#include "plan/enums.h"

namespace spinexr::cuda {
namespace {

constexpr size_t kMostAlgorithms = 3;

class LibraryProduct final : public Op {
 public:
  LibraryProduct(std::unique_ptr<LtMatmul> matmul, const ProductTensors& tensors, const uint8_t* bias)
      : matmul_(std::move(matmul)), tensors_(tensors), bias_(bias) {}

  Status enqueue(const RunContext& context) const override {
    const void* const bias = bias_ != nullptr ? bias_ : context.data<uint8_t>(tensors_.bias);
    return matmul_->enqueue(context.stream, tensors_.a_data(context), tensors_.b_data(context), bias,
                            context.data<uint8_t>(tensors_.residual), context.data<uint8_t>(tensors_.y),
                            context.scratch);
  }

 private:
  const std::unique_ptr<LtMatmul> matmul_;
  const ProductTensors tensors_;
  const uint8_t* const bias_;
};

}  // namespace

Status library_bias(PrepareContext& context, int32_t bias, bool half, int64_t columns, bool needed,
                    const uint8_t** packed) {
  *packed = nullptr;
  if (bias < 0 && needed) {
    uint32_t* zeros;
    SPX_TRY(context.counters(static_cast<uint32_t>(columns), &zeros));
    *packed = reinterpret_cast<const uint8_t*>(zeros);
  }
  if (bias < 0 || !half) return Status::OK;
  const auto make = [columns](const uint8_t* raw, uint8_t* target) {
    for (int64_t i = 0; i < columns; ++i)
      reinterpret_cast<Half*>(target)[i] = to_half(reinterpret_cast<const float*>(raw)[i]);
  };
  return context.constant_form(bias, {static_cast<int64_t>(Packing::kHalf)},
                               static_cast<uint64_t>(columns) * 2, packed, make);
}

Status add_library_products(PrepareContext& context, LtMatmulShape shape, const ProductTensors& tensors,
                            int32_t activation, Candidates* candidates) {
  const bool relu = static_cast<Activation>(activation) == Activation::kRelu;
  const bool half = shape.out == FloatType::kF16;
  if (context.cublas_lt == nullptr || !candidates_wanted(context) || tensors.pack_bytes > 0 ||
      tensors.post_scale >= 0 || tensors.pre_scale >= 0 || tensors.pre_shift >= 0 ||
      (!relu && static_cast<Activation>(activation) != Activation::kNone) ||
      (half && tensors.bias >= 0 && !context.is_constant(tensors.bias)))
    return Status::OK;
  for (const int32_t tensor : {tensors.a, tensors.b, tensors.y, tensors.residual, tensors.bias}) {
    if (!is_aligned(context, tensor)) return Status::OK;
  }
  shape.bias = tensors.bias >= 0;
  shape.residual = tensors.residual >= 0;
  shape.relu = relu;
  const uint8_t* bias = nullptr;
  SPX_TRY(library_bias(context, tensors.bias, half, shape.n, false, &bias));
  size_t count = 1;
  for (size_t i = 0; i < count; ++i) {
    std::unique_ptr<LtMatmul> matmul;
    SPX_TRY(LtMatmul::create(*context.cublas_lt, shape, context.options, &matmul, nullptr));
    if (matmul == nullptr) return Status::OK;
    count = matmul->algorithms().size() < kMostAlgorithms ? matmul->algorithms().size() : kMostAlgorithms;
    SPX_TRY(matmul->use(i));
    const uint64_t workspace = matmul->workspace();
    candidates->add(OpPointer(new (std::nothrow) LibraryProduct(std::move(matmul), tensors, bias)),
                    workspace);
  }
  return Status::OK;
}

}  // namespace spinexr::cuda
