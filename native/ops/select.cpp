// arg_reduce and top_k over n of a dense [outer, n, inner]. Order of f32: NaN above everything, -0 equal to
// 0; ties go to the lower index (arg_reduce: to the higher one when select_last).
#include "detection/top_k.h"
#include "geometry.h"
#include "op.h"
#include "plan/enums.h"

namespace spinexr {
namespace {

template <class T>
void arg_reduce(const step::arg_reduce& s, const RunContext& run) {
  const T* const x = run.data<T>(s.x);
  int32_t* const y = run.data<int32_t>(s.y);
  const bool minimum = s.op == static_cast<int32_t>(ArgReduceOp::kMin);
  run.pool.parallel_for(int64_t{s.outer} * s.inner, [&](int64_t i, int) {
    const T* const source = x + i / s.inner * s.n * s.inner + i % s.inner;
    uint32_t best = 0;
    int32_t at = 0;
    for (int32_t j = 0; j < s.n; ++j) {
      const uint32_t key = order_key(source[int64_t{j} * s.inner]) ^ (minimum ? 0xFFFFFFFFu : 0u);
      if (j > 0 && (s.select_last != 0 ? key < best : key <= best)) continue;
      best = key;
      at = j;
    }
    y[i] = at;
  });
}

void top_k(const step::top_k& s, const RunContext& run) {
  const float* const x = run.data<float>(s.x);
  float* const values = run.data<float>(s.values);
  int32_t* const indices = run.data<int32_t>(s.indices);
  const uint32_t flip = s.largest != 0 ? 0xFFFFFFFFu : 0u;
  run.pool.parallel_for(int64_t{s.outer} * s.inner, [&](int64_t i, int thread) {
    const int64_t outer = i / s.inner, inner = i % s.inner;
    const float* const source = x + outer * s.n * s.inner + inner;
    LowestRanks best(run.scratch<uint64_t>(thread), s.n, s.k);
    for (int64_t j = 0; j < s.n; ++j) best.offer(order_key(source[j * s.inner]) ^ flip, j);
    best.finish();
    for (int64_t j = 0; j < s.k; ++j) {
      const int32_t index = best.index(j);
      const int64_t target = (outer * s.k + j) * s.inner + inner;
      values[target] = source[int64_t{index} * s.inner];
      indices[target] = index;
    }
  });
}

}  // namespace

Status prepare_arg_reduce(PrepareContext& context, const step::arg_reduce& step, OpPointer* op) {
  SPX_TRY(context.expect_range("op", step.op, 0, static_cast<int>(ArgReduceOp::kCount) - 1));
  const DType type = context.type_of(step.x);
  if (type == DType::kU8) return context.fail("expected x of type f32 or i32, found u8");
  SPX_TRY(context.expect_dense(step.x, "x", product({step.outer, step.n, step.inner})));
  SPX_TRY(context.expect_dense(step.y, "y", DType::kI32, product({step.outer, step.inner})));
  if (context.tensor(step.y).elements > 0) SPX_TRY(context.expect_range("n", step.n, 1, INT32_MAX));
  const bool empty = context.tensor(step.y).elements == 0;
  *op = make_op([step, type, empty](const RunContext& run) {
    if (empty) return Status::OK;
    if (type == DType::kF32) {
      arg_reduce<float>(step, run);
    } else {
      arg_reduce<int32_t>(step, run);
    }
    return Status::OK;
  });
  return Status::OK;
}

Status prepare_top_k(PrepareContext& context, const step::top_k& step, OpPointer* op) {
  SPX_TRY(context.expect_dense(step.x, "x", DType::kF32, product({step.outer, step.n, step.inner})));
  SPX_TRY(context.expect_range("k", step.k, 0, step.n));
  const int64_t selected = product({step.outer, step.k, step.inner});
  SPX_TRY(context.expect_dense(step.values, "values", DType::kF32, selected));
  SPX_TRY(context.expect_dense(step.indices, "indices", DType::kI32, selected));
  if (selected > 0)
    context.need_per_thread(static_cast<uint64_t>(LowestRanks::room(step.n, step.k)) * sizeof(uint64_t));
  *op = make_op([step, selected](const RunContext& run) {
    if (selected > 0) top_k(step, run);
    return Status::OK;
  });
  return Status::OK;
}

}  // namespace spinexr
