// (x - mean) / sqrt(variance + epsilon) over runs of n elements, then scale and bias: layer, instance and
// group normalisation. Two passes (the mean first), in double.
#include <math.h>

#include "geometry.h"
#include "op.h"

namespace spinexr {
namespace {

void normalize_run(const RunContext& run, const step::normalize& s, int64_t o) {
  const int64_t n = s.n;
  const float* const x = run.data<float>(s.x) + o * n;
  float* const y = run.data<float>(s.y) + o * n;
  const float* const scale = run.data<float>(s.scale);
  const float* const bias = run.data<float>(s.bias);
  const double mean = run.kernels.sum(x, n) / static_cast<double>(n);
  const double variance = run.kernels.sum_squared_difference(x, mean, n) / static_cast<double>(n);
  const double inverse = 1 / sqrt(variance + s.epsilon);
  for (int64_t i = 0; i < n; ++i) {
    const double value = (x[i] - mean) * inverse * (scale == nullptr ? 1.0f : scale[i]);
    y[i] = static_cast<float>(value + (bias == nullptr ? 0.0f : bias[i]));
  }
  if (s.mean >= 0) run.data<float>(s.mean)[o] = static_cast<float>(mean);
  if (s.inverse_deviation >= 0) run.data<float>(s.inverse_deviation)[o] = static_cast<float>(inverse);
}

}  // namespace

Status prepare_normalize(PrepareContext& context, const step::normalize& step, OpPointer* op) {
  const int64_t elements = product({step.outer, step.n});
  SPX_TRY(context.expect_dense(step.x, "x", DType::kF32, elements));
  SPX_TRY(context.expect_dense(step.y, "y", DType::kF32, elements));
  if (step.scale >= 0) SPX_TRY(context.expect_dense(step.scale, "scale", DType::kF32, step.n));
  if (step.bias >= 0) SPX_TRY(context.expect_dense(step.bias, "bias", DType::kF32, step.n));
  if (step.mean >= 0) SPX_TRY(context.expect_dense(step.mean, "mean", DType::kF32, step.outer));
  if (step.inverse_deviation >= 0) {
    SPX_TRY(context.expect_dense(step.inverse_deviation, "inverse_deviation", DType::kF32, step.outer));
  }
  const bool idle = elements == 0 && step.mean < 0 && step.inverse_deviation < 0;
  *op = make_op([step, idle](const RunContext& run) {
    if (idle) return Status::OK;
    run.pool.parallel_for(step.outer, [&](int64_t o, int) { normalize_run(run, step, o); });
    return Status::OK;
  });
  return Status::OK;
}

}  // namespace spinexr
