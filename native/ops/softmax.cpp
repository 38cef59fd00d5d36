// softmax and log-softmax over n of a dense [outer, n, inner], relative to the maximum so that exp cannot
// overflow.
#include <math.h>

#include "geometry.h"
#include "op.h"
#include "unary_math.h"

namespace spinexr {
namespace {

constexpr int64_t kColumns = 128;
constexpr float kInfinity = __builtin_inff();

// One contiguous run.
void softmax_run(const KernelTable& kernels, const float* x, float* y, int64_t n, bool log_result) {
  const float high = kernels.max(x, n);
  kernels.affine(y, x, 1, -high, n, -kInfinity, kInfinity);
  if (log_result) {
    // The logarithm of the sum needs the exponentials once; y keeps the differences.
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += exp(double{y[i]});
    kernels.affine(y, y, 1, static_cast<float>(-log(sum)), n, -kInfinity, kInfinity);
    return;
  }
  unary_f32(kernels, UnaryOp::kExp, y, y, n, 0, 0);
  kernels.affine(y, y, static_cast<float>(1 / kernels.sum(y, n)), 0, n, -kInfinity, kInfinity);
}

// `count` <= kColumns neighbouring columns with rows `stride` apart.
void softmax_columns(const KernelTable& kernels, const float* x, float* y, int64_t n, int64_t stride,
                     int64_t count, bool log_result) {
  float high[kColumns];
  double sum[kColumns];
  for (int64_t i = 0; i < count; ++i) {
    high[i] = -kInfinity;
    sum[i] = 0;
  }
  for (int64_t j = 0; j < n; ++j) kernels.max_into(high, x + j * stride, count);
  for (int64_t j = 0; j < n; ++j) {
    float* const row = y + j * stride;
    for (int64_t i = 0; i < count; ++i) row[i] = x[j * stride + i] - high[i];
    if (log_result) {
      for (int64_t i = 0; i < count; ++i) sum[i] += exp(double{row[i]});
    } else {
      unary_f32(kernels, UnaryOp::kExp, row, row, count, 0, 0);
      for (int64_t i = 0; i < count; ++i) sum[i] += row[i];
    }
  }
  for (int64_t i = 0; i < count; ++i) sum[i] = log_result ? log(sum[i]) : 1 / sum[i];
  for (int64_t j = 0; j < n; ++j) {
    float* const row = y + j * stride;
    for (int64_t i = 0; i < count; ++i) {
      row[i] = static_cast<float>(log_result ? row[i] - sum[i] : row[i] * sum[i]);
    }
  }
}

}  // namespace

Status prepare_softmax(PrepareContext& context, const step::softmax& step, OpPointer* op) {
  const int64_t elements = product({step.outer, step.n, step.inner});
  SPX_TRY(context.expect_dense(step.x, "x", DType::kF32, elements));
  SPX_TRY(context.expect_dense(step.y, "y", DType::kF32, elements));
  *op = make_op([step, elements](const RunContext& run) {
    if (elements == 0) return Status::OK;
    const int64_t n = step.n, inner = step.inner, blocks = ceil_div(inner, kColumns);
    run.pool.parallel_for(step.outer * blocks, [&](int64_t i, int) {
      const int64_t column = i % blocks * kColumns;
      const int64_t at = i / blocks * n * inner + column;
      const float* const x = run.data<float>(step.x) + at;
      float* const y = run.data<float>(step.y) + at;
      if (inner == 1) {
        softmax_run(run.kernels, x, y, n, step.log != 0);
      } else {
        softmax_columns(run.kernels, x, y, n, inner, smaller(kColumns, inner - column), step.log != 0);
      }
    });
    return Status::OK;
  });
  return Status::OK;
}

}  // namespace spinexr
