#include "cublas_lt.h"

#include <limits.h>

#include <new>

#include "library.h"

// Calls a function of cuBLASLt; leaves the surrounding function where it fails.
#define SPX_LT(name, ...) SPX_TRY(checked(api_, #name, api_.name(__VA_ARGS__)))

namespace spinexr::cuda {

using namespace nvidia;

namespace {

constexpr LibraryNames kNames{
    "cuBLASLt",
    "SPINEXR_CUBLAS_PATH",
    {"libcublasLt.so.13", "libcublasLt.so.12"},
    "install cuBLAS of CUDA 13, or put its folder in SPINEXR_CUBLAS_PATH",
};

Status load(CublasLtApi* api) {
  DynamicLibrary library;
  SPX_TRY(library.open(kNames));
  SPX_TRY(library.find("cublasLtGetVersion", &api->cublasLtGetVersion));
  const size_t version = api->cublasLtGetVersion();
  if (version < 120000) {
    return fail(Status::ISA_UNAVAILABLE, "cuBLASLt says it is version %zu, expected 12 or newer (120000)",
                version);
  }
#define SPX_FUNCTION(result, name, parameters) SPX_TRY(library.find(#name, &api->name));
#include "cuda/libraries/cublas_lt_api.inc"
  return Status::OK;
}

// UNSUPPORTED for what cuBLASLt refuses: impossible parameters as well, because limits that differ between
// releases are reported as either.
Status checked(const CublasLtApi& api, const char* call, cublasStatus_t status) {
  Status kind = Status::INTERNAL;
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return Status::OK;
    case CUBLAS_STATUS_ALLOC_FAILED:
      kind = Status::OUT_OF_MEMORY;
      break;
    case CUBLAS_STATUS_INVALID_VALUE:
    case CUBLAS_STATUS_ARCH_MISMATCH:
    case CUBLAS_STATUS_NOT_SUPPORTED:
      kind = Status::UNSUPPORTED;
      break;
    default:
      break;
  }
  const char* words = api.cublasLtGetStatusString(status);
  return fail(kind, "%s fails with %s (%u)", call, words ? words : "an unknown status", unsigned(status));
}

cudaDataType_t type_of(FloatType type) { return type == FloatType::kF16 ? CUDA_R_16F : CUDA_R_32F; }

Status check_shape(const LtMatmulShape& s) {
  for (const int64_t value : {s.m, s.n, s.k, s.batch}) {
    if (value < 1 || value > INT_MAX)
      return fail(Status::UNSUPPORTED, "a size of the product is %lld", (long long)value);
  }
  struct Rows {
    int64_t columns, stride, batch;
  };
  const Rows all[] = {{s.transpose_a ? s.m : s.k, s.a_row, s.a_batch},
                      {s.transpose_b ? s.k : s.n, s.b_row, s.b_batch},
                      {s.n, s.y_row, s.y_batch},
                      {s.n, s.residual ? s.residual_row : s.n, s.residual_batch}};
  for (const Rows& rows : all) {
    if (rows.stride < rows.columns || rows.batch < 0) {
      return fail(Status::UNSUPPORTED, "rows of %lld numbers every %lld, matrices every %lld",
                  (long long)rows.columns, (long long)rows.stride, (long long)rows.batch);
    }
  }
  if (s.batch > 1 && s.y_batch == 0) return fail(Status::UNSUPPORTED, "a batch that writes one matrix");
  if (s.in == FloatType::kF32 && s.out == FloatType::kF16) {
    return fail(Status::UNSUPPORTED, "cuBLASLt has no product of fp32 matrices with an fp16 result");
  }
  if (s.alignment < 1 || (s.alignment & (s.alignment - 1)) != 0) {
    return fail(Status::UNSUPPORTED, "an alignment of %u bytes is no power of two", s.alignment);
  }
  return Status::OK;
}

}  // namespace

Status cublas_lt_api(const CublasLtApi** api) {
  static const Loaded<CublasLtApi> loaded(load);
  return loaded.get(api);
}

Status CublasLt::create(std::unique_ptr<CublasLt>* cublas) {
  cublas->reset();
  const CublasLtApi* api = nullptr;
  SPX_TRY(cublas_lt_api(&api));
  std::unique_ptr<CublasLt> made(new (std::nothrow) CublasLt(*api));
  if (made == nullptr) return fail(Status::OUT_OF_MEMORY, "no memory for a handle of cuBLASLt");
  const Status status = checked(*api, "cublasLtCreate", api->cublasLtCreate(&made->handle_));
  if (status != Status::OK) {
    // Whatever keeps it from starting, there is no cuBLASLt.
    made->handle_ = nullptr;
    return status == Status::OUT_OF_MEMORY ? status : Status::ISA_UNAVAILABLE;
  }
  *cublas = std::move(made);
  return Status::OK;
}

CublasLt::~CublasLt() {
  if (handle_ != nullptr) api_.cublasLtDestroy(handle_);
}

Status LtMatmul::create(const CublasLt& cublas, const LtMatmulShape& shape, const LibraryOptions& options,
                        std::unique_ptr<LtMatmul>* matmul, std::string* why) {
  matmul->reset();
  std::unique_ptr<LtMatmul> made(new (std::nothrow) LtMatmul(cublas, shape));
  if (made == nullptr) return fail(Status::OUT_OF_MEMORY, "no memory for a product of cuBLASLt");
  const Status status = made->prepare(options);
  if (status == Status::UNSUPPORTED) {
    if (why != nullptr) *why = last_error();
    return Status::OK;
  }
  SPX_TRY(status);
  *matmul = std::move(made);
  return Status::OK;
}

LtMatmul::LtMatmul(const CublasLt& cublas, const LtMatmulShape& shape)
    : api_(cublas.api_), handle_(cublas.handle_), shape_(shape) {}

LtMatmul::~LtMatmul() {
  for (const cublasLtMatrixLayout_t layout : {a_, b_, y_, residual_}) {
    if (layout != nullptr) api_.cublasLtMatrixLayoutDestroy(layout);
  }
  if (operation_ != nullptr) api_.cublasLtMatmulDescDestroy(operation_);
}

Status LtMatmul::prepare(const LibraryOptions& options) {
  SPX_TRY(check_shape(shape_));
  SPX_TRY(make_descriptors(options));
  return list_algorithms(options);
}

// A matrix by rows is its transpose by columns, so the library computes transpose(y) = op(b)' op(a)': b is
// its A, a its B, and bias, one number per column of y, is one per row of its D.
Status LtMatmul::make_descriptors(const LibraryOptions& options) {
  const LtMatmulShape& s = shape_;
  const auto layout = [&](cublasLtMatrixLayout_t* made, FloatType type, int64_t rows, int64_t columns,
                          int64_t stride, int64_t batch) {
    SPX_LT(cublasLtMatrixLayoutCreate, made, type_of(type), uint64_t(columns), uint64_t(rows), stride);
    if (s.batch == 1) return Status::OK;
    const int32_t count = int32_t(s.batch);
    SPX_LT(cublasLtMatrixLayoutSetAttribute, *made, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count, sizeof count);
    SPX_LT(cublasLtMatrixLayoutSetAttribute, *made, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &batch,
           sizeof batch);
    return Status::OK;
  };
  SPX_TRY(layout(&a_, s.in, s.transpose_a ? s.k : s.m, s.transpose_a ? s.m : s.k, s.a_row, s.a_batch));
  SPX_TRY(layout(&b_, s.in, s.transpose_b ? s.n : s.k, s.transpose_b ? s.k : s.n, s.b_row, s.b_batch));
  SPX_TRY(layout(&y_, s.out, s.m, s.n, s.y_row, s.y_batch));
  if (s.residual) SPX_TRY(layout(&residual_, s.out, s.m, s.n, s.residual_row, s.residual_batch));

  const bool tf32 = s.in == FloatType::kF32 && options.allow_tf32;
  SPX_LT(cublasLtMatmulDescCreate, &operation_, tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F,
         CUDA_R_32F);
  const auto set = [&](cublasLtMatmulDescAttributes_t attribute, const auto& value) {
    SPX_LT(cublasLtMatmulDescSetAttribute, operation_, attribute, &value, sizeof value);
    return Status::OK;
  };
  SPX_TRY(set(CUBLASLT_MATMUL_DESC_TRANSA, s.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N));
  SPX_TRY(set(CUBLASLT_MATMUL_DESC_TRANSB, s.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N));
  const cublasLtEpilogue_t epilogue = s.bias ? (s.relu ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS)
                                             : (s.relu ? CUBLASLT_EPILOGUE_RELU : CUBLASLT_EPILOGUE_DEFAULT);
  SPX_TRY(set(CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue));
  if (!s.bias) return Status::OK;
  SPX_TRY(set(CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, type_of(s.out)));
  // Nothing reads through it before enqueue sets the real one; what the list of algorithms takes from it is
  // how well it is aligned.
  const uintptr_t aligned = s.alignment;
  return set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, aligned);
}

Status LtMatmul::list_algorithms(const LibraryOptions& options) {
  cublasLtMatmulPreference_t preference = nullptr;
  SPX_LT(cublasLtMatmulPreferenceCreate, &preference);
  const auto set = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
    SPX_LT(cublasLtMatmulPreferenceSetAttribute, preference, attribute, &value, sizeof value);
    return Status::OK;
  };
  cublasLtMatmulHeuristicResult_t results[16] = {};
  const int room = int(sizeof results / sizeof results[0]);
  int count = 0;
  const auto query = [&] {
    SPX_TRY(set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, uint64_t(options.workspace_limit)));
    // Sums stay fp32 until the end, and are added in a fixed order.
    SPX_TRY(
        set(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, uint32_t(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE)));
    SPX_TRY(set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, shape_.alignment));
    SPX_TRY(set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, shape_.alignment));
    SPX_TRY(set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, shape_.alignment));
    SPX_TRY(set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, shape_.alignment));
    SPX_LT(cublasLtMatmulAlgoGetHeuristic, handle_, operation_, b_, a_, residual_ ? residual_ : y_, y_,
           preference, room, results, &count);
    return Status::OK;
  };
  const Status status = query();
  api_.cublasLtMatmulPreferenceDestroy(preference);
  SPX_TRY(status);
  if (count > room) count = room;
  for (int i = 0; i < count; ++i) {
    const cublasLtMatmulHeuristicResult_t& result = results[i];
    if (result.state != CUBLAS_STATUS_SUCCESS || result.workspaceSize > options.workspace_limit) continue;
    algorithms_.push_back({result.workspaceSize, result.wavesCount, result.algo});
  }
  if (algorithms_.empty()) {
    return fail(Status::UNSUPPORTED,
                "cuBLASLt has no algorithm for this product within the options (%d listed)", count);
  }
  return Status::OK;
}

Status LtMatmul::use(size_t algorithm) {
  if (algorithm >= algorithms_.size()) {
    return fail(Status::INVALID_ARGUMENT, "algorithm %zu of %zu", algorithm, algorithms_.size());
  }
  used_ = algorithm;
  return Status::OK;
}

Status LtMatmul::enqueue(CUstream_st* stream, const void* a, const void* b, const void* bias,
                         const void* residual, void* y, void* workspace) const {
  const LtAlgorithm& algorithm = algorithms_[used_];
  if (a == nullptr || b == nullptr || y == nullptr || shape_.bias != (bias != nullptr) ||
      shape_.residual != (residual != nullptr) || (algorithm.workspace > 0 && workspace == nullptr)) {
    return fail(Status::INTERNAL, "a product of cuBLASLt without one of its pointers, or with one too many");
  }
  for (const void* pointer : {a, b, bias, residual, static_cast<const void*>(y)}) {
    if (reinterpret_cast<uintptr_t>(pointer) % shape_.alignment != 0) {
      return fail(Status::INTERNAL, "a matrix is not aligned to the %u bytes that were promised",
                  shape_.alignment);
    }
  }
  if (shape_.bias) {
    SPX_LT(cublasLtMatmulDescSetAttribute, operation_, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias, sizeof bias);
  }
  const float beta = shape_.residual ? 1.0f : 0.0f;
  SPX_LT(cublasLtMatmul, handle_, operation_, &shape_.scale, b, b_, a, a_, &beta,
         shape_.residual ? residual : y, residual_ ? residual_ : y_, y, y_, &algorithm.choice, workspace,
         algorithm.workspace, stream);
  return Status::OK;
}

}  // namespace spinexr::cuda
