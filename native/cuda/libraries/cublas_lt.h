// Matrix products by cuBLASLt.
#ifndef SPINEXR_CUDA_LIBRARIES_CUBLAS_LT_H_
#define SPINEXR_CUDA_LIBRARIES_CUBLAS_LT_H_

#include <stddef.h>
#include <stdint.h>

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "cublas_lt_api.h"
#include "options.h"

namespace spinexr::cuda {

// A handle of cuBLASLt on the device that is current when it is made. It must outlive the products made with
// it.
class CublasLt {
 public:
  // ISA_UNAVAILABLE where cuBLASLt is missing, too old, or does not start.
  static Status create(std::unique_ptr<CublasLt>* cublas);
  ~CublasLt();
  CublasLt(const CublasLt&) = delete;
  CublasLt& operator=(const CublasLt&) = delete;

  // 10000 major + 100 minor + patch.
  size_t version() const { return api_.cublasLtGetVersion(); }

 private:
  friend class LtMatmul;
  explicit CublasLt(const nvidia::CublasLtApi& api) : api_(api) {}

  const nvidia::CublasLtApi& api_;
  nvidia::cublasLtHandle_t handle_ = nullptr;
};

// y[m, n] = activation(scale op(a)[m, k] op(b)[k, n] + residual[m, n] + bias[n]), all matrices by rows,
// `batch` times. A transposed a is stored as [k, m], a transposed b as [n, k]. `*_row` is the number of
// elements from a stored row to the next, `*_batch` from a matrix to the next one (0 repeats it); bias is the
// same for the whole batch.
struct LtMatmulShape {
  int64_t m = 0, n = 0, k = 0, batch = 1;
  int64_t a_row = 0, b_row = 0, y_row = 0, residual_row = 0;
  int64_t a_batch = 0, b_batch = 0, y_batch = 0, residual_batch = 0;
  bool transpose_a = false, transpose_b = false;
  // Of a and b; of y, residual and bias. fp32 in and fp16 out is not supported.
  FloatType in = FloatType::kF32, out = FloatType::kF32;
  float scale = 1.0f;
  bool bias = false, residual = false, relu = false;
  // Every pointer given to enqueue is a multiple of this many bytes.
  uint32_t alignment = 16;
};

struct LtAlgorithm {
  size_t workspace;
  // How full the device is: 1 means that all of it works once.
  float waves;
  nvidia::cublasLtMatmulAlgo_t choice;
};

class LtMatmul {
 public:
  // `matmul` stays null, with OK, where cuBLASLt or this class cannot do it; then `why` (may be null) says
  // why. At least one algorithm otherwise; the first, which cuBLASLt expects to be quickest, is in use. All
  // of them give the same bits in every run, so options.deterministic changes nothing.
  static Status create(const CublasLt& cublas, const LtMatmulShape& shape, const LibraryOptions& options,
                       std::unique_ptr<LtMatmul>* matmul, std::string* why);
  ~LtMatmul();
  LtMatmul(const LtMatmul&) = delete;
  LtMatmul& operator=(const LtMatmul&) = delete;

  const std::vector<LtAlgorithm>& algorithms() const { return algorithms_; }
  size_t used() const { return used_; }
  Status use(size_t algorithm);
  // Bytes for the algorithm in use.
  size_t workspace() const { return algorithms_[used_].workspace; }

  // Device pointers. bias and residual null where the shape has none; residual may be y where their strides
  // agree; workspace of workspace() bytes. One thread at a time. UNSUPPORTED: this algorithm cannot;
  // INTERNAL: the library's own words.
  Status enqueue(CUstream_st* stream, const void* a, const void* b, const void* bias, const void* residual,
                 void* y, void* workspace) const;

 private:
  LtMatmul(const CublasLt& cublas, const LtMatmulShape& shape);
  Status prepare(const LibraryOptions& options);
  Status make_descriptors(const LibraryOptions& options);
  Status list_algorithms(const LibraryOptions& options);

  const nvidia::CublasLtApi& api_;
  const nvidia::cublasLtHandle_t handle_;
  const LtMatmulShape shape_;
  nvidia::cublasLtMatmulDesc_t operation_ = nullptr;
  nvidia::cublasLtMatrixLayout_t a_ = nullptr, b_ = nullptr, y_ = nullptr, residual_ = nullptr;
  std::vector<LtAlgorithm> algorithms_;
  size_t used_ = 0;
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_LIBRARIES_CUBLAS_LT_H_
