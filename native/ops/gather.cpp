// gather (copies slices) and resample (weighted sums of slices) along one axis of a dense [outer, n, inner].
#include <string.h>

#include "geometry.h"
#include "op.h"

namespace spinexr {
namespace {

// First index outside [low, n), or -1. Indices may be computed by the network, so each run checks them.
int64_t find_bad_index(const int32_t* indices, int64_t count, int64_t low, int64_t n) {
  for (int64_t i = 0; i < count; ++i) {
    if (indices[i] < low || indices[i] >= n) return i;
  }
  return -1;
}

Status index_error(const char* kind, int32_t index, int64_t low, int64_t n) {
  return fail(Status::INDEX_OUT_OF_RANGE, "%s: expected indices in %lld .. %lld, found %d", kind,
              static_cast<long long>(low), static_cast<long long>(n) - 1, index);
}

struct Resample {
  step::resample s;

  Status run(const RunContext& run) const {
    const float* const x = run.data<float>(s.x);
    const int32_t* const indices = run.data<int32_t>(s.indices);
    const float* const weights = run.data<float>(s.weights);
    float* const y = run.data<float>(s.y);
    const int64_t entries = int64_t{s.count} * s.taps;
    if (const int64_t bad = find_bad_index(indices, entries, 0, s.n); bad >= 0) {
      return index_error("resample", indices[bad], 0, s.n);
    }
    const int64_t inner = s.inner;
    // A task is one output slice, or all outputs of one outer index where slices are single elements.
    if (inner == 1) {
      run.pool.parallel_for(s.outer, [&](int64_t o, int) {
        for (int64_t j = 0; j < s.count; ++j) y[o * s.count + j] = element(x + o * s.n, indices, weights, j);
      });
      return Status::OK;
    }
    run.pool.parallel_for(int64_t{s.outer} * s.count, [&](int64_t i, int) {
      const int64_t o = i / s.count, j = i % s.count;
      float* const target = y + i * inner;
      memset(target, 0, static_cast<size_t>(inner) * sizeof(float));
      for (int64_t t = j * s.taps; t < (j + 1) * s.taps; ++t) {
        if (weights[t] != 0) run.kernels.axpy(target, x + (o * s.n + indices[t]) * inner, weights[t], inner);
      }
    });
    return Status::OK;
  }

 private:
  // Taps of weight 0 are not read: they may stand for a place outside that holds infinity or NaN.
  float element(const float* x, const int32_t* indices, const float* weights, int64_t j) const {
    float sum = 0;
    for (int64_t t = j * s.taps; t < (j + 1) * s.taps; ++t) {
      if (weights[t] != 0) sum += weights[t] * x[indices[t]];
    }
    return sum;
  }
};

}  // namespace

Status prepare_resample(PrepareContext& context, const step::resample& step, OpPointer* op) {
  SPX_TRY(context.expect_dense(step.x, "x", DType::kF32, product({step.outer, step.n, step.inner})));
  SPX_TRY(context.expect_dense(step.y, "y", DType::kF32, product({step.outer, step.count, step.inner})));
  SPX_TRY(context.expect_dense(step.indices, "indices", DType::kI32, product({step.count, step.taps})));
  SPX_TRY(context.expect_dense(step.weights, "weights", DType::kF32, product({step.count, step.taps})));
  const Resample resample{step};
  const bool empty = context.tensor(step.y).elements == 0;
  *op = make_op([resample, empty](const RunContext& run) { return empty ? Status::OK : resample.run(run); });
  return Status::OK;
}

Status prepare_gather(PrepareContext& context, const step::gather& step, OpPointer* op) {
  const DType type = context.type_of(step.x);
  SPX_TRY(context.expect_dense(step.x, "x", type, product({step.outer, step.n, step.inner})));
  SPX_TRY(context.expect_dense(step.y, "y", type, product({step.outer, step.count, step.inner})));
  SPX_TRY(context.expect_dense(step.indices, "indices", DType::kI32, step.count));
  if (context.tensor(step.y).elements == 0) {
    *op = make_op([](const RunContext&) { return Status::OK; });
    return Status::OK;
  }
  const int64_t bytes = step.inner * context.tensor(step.x).element_bytes();
  *op = make_op([step, bytes](const RunContext& run) {
    const uint8_t* const x = run.data<uint8_t>(step.x);
    const int32_t* const indices = run.data<int32_t>(step.indices);
    uint8_t* const y = run.data<uint8_t>(step.y);
    const int64_t n = step.n, count = step.count;
    if (const int64_t bad = find_bad_index(indices, count, -n, n); bad >= 0) {
      return index_error("gather", indices[bad], -n, n);
    }
    const int64_t per_task = larger(1, kBlock / bytes);  // slices
    run.pool.parallel_for(ceil_div(step.outer * count, per_task), [&](int64_t task, int) {
      const int64_t end = smaller(step.outer * count, (task + 1) * per_task);
      for (int64_t i = task * per_task; i < end; ++i) {
        const int64_t index = indices[i % count];
        const uint8_t* const source = x + (i / count * n + (index < 0 ? index + n : index)) * bytes;
        memcpy(y + i * bytes, source, static_cast<size_t>(bytes));
      }
    });
    return Status::OK;
  });
  return Status::OK;
}

}  // namespace spinexr
