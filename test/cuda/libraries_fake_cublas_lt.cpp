// Stands in for libcublasLt.so: multiplies fp32 matrices in host memory, by columns, as the descriptors say.
#include "cuda/libraries/cublas_lt_api.h"
#include "libraries_fake.h"

using namespace spinexr::cuda::nvidia;

namespace spinexr::cuda::nvidia {
struct cublasLtContext {
  int unused;
};
struct cublasLtMatmulDescOpaque_t {
  cublasOperation_t a = CUBLAS_OP_N, b = CUBLAS_OP_N;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  const float* bias = nullptr;
};
struct cublasLtMatrixLayoutOpaque_t {
  cudaDataType_t type;
  uint64_t rows, columns;
  int64_t leading;
  int32_t batch = 1;
  int64_t stride = 0;
};
struct cublasLtMatmulPreferenceOpaque_t {
  int unused;
};
}  // namespace spinexr::cuda::nvidia

namespace {

int alive = 0;
cublasStatus_t result(const char* call) { return cublasStatus_t(asked_failure(call)); }

template <typename Struct>
cublasStatus_t destroy(Struct* made) {
  say("alive %d", --alive);
  delete made;
  return CUBLAS_STATUS_SUCCESS;
}

template <typename Value>
cublasStatus_t read(Value* value, const void* buffer, size_t bytes) {
  if (bytes != sizeof *value) return CUBLAS_STATUS_INVALID_VALUE;
  memcpy(value, buffer, bytes);
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace

extern "C" {

size_t cublasLtGetVersion() {
  say("cublasLtGetVersion");
  return size_t(asked_number("FAKE_VERSION", 130000));
}
const char* cublasLtGetStatusString(cublasStatus_t) {
  return getenv("FAKE_SILENT") ? nullptr : "a fake status";
}
cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  say("cublasLtCreate");
  const cublasStatus_t status = result("cublasLtCreate");
  if (status != CUBLAS_STATUS_SUCCESS) return status;
  ++alive;
  *handle = new cublasLtContext();
  return status;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) { return destroy(handle); }

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* operation, cublasComputeType_t compute,
                                        cudaDataType_t scale) {
  say("operation compute %u scale %u", compute, scale);
  const cublasStatus_t status = result("cublasLtMatmulDescCreate");
  if (status != CUBLAS_STATUS_SUCCESS) return status;
  ++alive;
  *operation = new cublasLtMatmulDescOpaque_t();
  return status;
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t operation) { return destroy(operation); }
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t operation,
                                              cublasLtMatmulDescAttributes_t attribute, const void* value,
                                              size_t bytes) {
  uint32_t number = 0;
  if (attribute == CUBLASLT_MATMUL_DESC_BIAS_POINTER) {
    if (read(&operation->bias, value, bytes) != CUBLAS_STATUS_SUCCESS) return CUBLAS_STATUS_INVALID_VALUE;
    say("attribute %u", attribute);
    return result("cublasLtMatmulDescSetAttribute");
  }
  if (read(&number, value, bytes) != CUBLAS_STATUS_SUCCESS) return CUBLAS_STATUS_INVALID_VALUE;
  say("attribute %u = %u", attribute, number);
  if (attribute == CUBLASLT_MATMUL_DESC_TRANSA) operation->a = cublasOperation_t(number);
  if (attribute == CUBLASLT_MATMUL_DESC_TRANSB) operation->b = cublasOperation_t(number);
  if (attribute == CUBLASLT_MATMUL_DESC_EPILOGUE) operation->epilogue = cublasLtEpilogue_t(number);
  return result("cublasLtMatmulDescSetAttribute");
}
cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType_t type, uint64_t rows,
                                          uint64_t columns, int64_t leading) {
  say("layout type %u rows %u columns %u leading %d", type, unsigned(rows), unsigned(columns), int(leading));
  const cublasStatus_t status = result("cublasLtMatrixLayoutCreate");
  if (status != CUBLAS_STATUS_SUCCESS) return status;
  ++alive;
  *layout = new cublasLtMatrixLayoutOpaque_t{type, rows, columns, leading};
  return status;
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) { return destroy(layout); }
cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t layout,
                                                cublasLtMatrixLayoutAttribute_t attribute, const void* value,
                                                size_t bytes) {
  const cublasStatus_t status = attribute == CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT
                                    ? read(&layout->batch, value, bytes)
                                    : read(&layout->stride, value, bytes);
  say("batch %d stride %d", layout->batch, int(layout->stride));
  return status == CUBLAS_STATUS_SUCCESS ? result("cublasLtMatrixLayoutSetAttribute") : status;
}
cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
  ++alive;
  *preference = new cublasLtMatmulPreferenceOpaque_t();
  return result("cublasLtMatmulPreferenceCreate");
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  return destroy(preference);
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void* value, size_t bytes) {
  uint64_t wide = 0;
  uint32_t narrow = 0;
  const bool limit = attribute == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES;
  const cublasStatus_t status = limit ? read(&wide, value, bytes) : read(&narrow, value, bytes);
  if (status != CUBLAS_STATUS_SUCCESS) return status;
  say("preference %u = %u", attribute, limit ? unsigned(wide) : narrow);
  return result("cublasLtMatmulPreferenceSetAttribute");
}
// Three that work, one that does not, one that wants too much workspace.
cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t, cublasLtMatrixLayout_t,
                                              cublasLtMatrixLayout_t, cublasLtMatrixLayout_t,
                                              cublasLtMatrixLayout_t, cublasLtMatmulPreference_t,
                                              int requested, cublasLtMatmulHeuristicResult_t results[],
                                              int* returned) {
  say("list at most %d", requested);
  const cublasStatus_t good = CUBLAS_STATUS_SUCCESS;
  const cublasLtMatmulHeuristicResult_t all[] = {
      {{{11}}, 0, good, 0.5f, {}}, {{{22}}, 0, CUBLAS_STATUS_NOT_SUPPORTED, 0, {}},
      {{{33}}, 512, good, 1, {}},  {{{44}}, size_t(1) << 40, good, 1, {}},
      {{{55}}, 64, good, 2, {}},
  };
  *returned = getenv("FAKE_EMPTY") ? 0 : int(sizeof all / sizeof all[0]);
  memcpy(results, all, *returned * sizeof all[0]);
  return result("cublasLtMatmulAlgoGetHeuristic");
}
cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t operation, const void* alpha,
                              const void* a, cublasLtMatrixLayout_t al, const void* b,
                              cublasLtMatrixLayout_t bl, const void* beta, const void* c,
                              cublasLtMatrixLayout_t cl, void* d, cublasLtMatrixLayout_t dl,
                              const cublasLtMatmulAlgo_t* algorithm, void*, size_t workspace_bytes,
                              cudaStream_t stream) {
  const float scale = *static_cast<const float*>(alpha), add = *static_cast<const float*>(beta);
  say("multiply algorithm %u workspace %zu stream %p alpha %g beta %g", unsigned(algorithm->data[0]),
      workspace_bytes, static_cast<void*>(stream), scale, add);
  const bool ta = operation->a == CUBLAS_OP_T, tb = operation->b == CUBLAS_OP_T;
  const uint64_t rows = ta ? al->columns : al->rows, inner = ta ? al->rows : al->columns;
  const uint64_t columns = tb ? bl->rows : bl->columns;
  if (inner != (tb ? bl->columns : bl->rows) || dl->rows != rows || dl->columns != columns ||
      cl->rows != rows || cl->columns != columns || al->batch != dl->batch || bl->batch != dl->batch) {
    return CUBLAS_STATUS_INVALID_VALUE;
  }
  if (dl->type != CUDA_R_32F || al->type != CUDA_R_32F) return result("cublasLtMatmul");
  const bool with_bias = (operation->epilogue & CUBLASLT_EPILOGUE_BIAS) != 0;
  const bool relu = (operation->epilogue & CUBLASLT_EPILOGUE_RELU) != 0;
  for (int32_t i = 0; i < dl->batch; ++i) {
    const float* as = static_cast<const float*>(a) + i * al->stride;
    const float* bs = static_cast<const float*>(b) + i * bl->stride;
    const float* cs = static_cast<const float*>(c) + i * cl->stride;
    float* ds = static_cast<float*>(d) + i * dl->stride;
    for (uint64_t row = 0; row < rows; ++row) {
      for (uint64_t column = 0; column < columns; ++column) {
        double sum = 0;
        for (uint64_t k = 0; k < inner; ++k) {
          sum += double(ta ? as[row * al->leading + k] : as[k * al->leading + row]) *
                 (tb ? bs[k * bl->leading + column] : bs[column * bl->leading + k]);
        }
        sum *= scale;
        if (add != 0) sum += double(add) * cs[column * cl->leading + row];
        if (with_bias) sum += operation->bias[row];
        ds[column * dl->leading + row] = float(relu && !(sum > 0) ? 0 : sum);
      }
    }
  }
  return result("cublasLtMatmul");
}

}  // extern "C"

// The stand-in has what the list has.
#define SPX_FUNCTION(result, name, parameters) \
  [[maybe_unused]] static result(*const check_##name) parameters = name;
#include "cuda/libraries/cublas_lt_api.inc"
