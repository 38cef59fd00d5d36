// Strided moves without arithmetic: copy (slice, pad, concat, transpose, expand, layout changes), where,
// gather.
#include <string.h>

#include "walk.h"

namespace spinexr {
namespace {

// How the two innermost dims of a copy are moved.
enum class Inner { kRun, kTranspose, kElements };

struct CopyPlan {
  step::copy step;
  Walk<2> walk;  // x, y
  Inner inner = Inner::kElements;
  int64_t rows = 0, cols = 0;  // kTranspose: y[c * y_stride + r] = x[r * x_stride + c]
  int64_t x_stride = 0, y_stride = 0;
};

// A transpose in the last two dims: y runs along the last one while x runs along the one before (or the other
// way round, which is the same with the dims exchanged). The two dims become one inner loop of length 1.
bool take_transpose(CopyPlan* plan) {
  Walk<2>& walk = plan->walk;
  if (walk.rank < 2) return false;
  const int last = walk.rank - 1;
  // Any outer dim may be the partner; it is moved next to the last.
  const bool y_runs = walk.strides[1][last] == 1;
  const int unit = y_runs ? 0 : 1;
  if (!y_runs && walk.strides[0][last] != 1) return false;
  int partner = -1;
  for (int d = 0; d < last; ++d) {
    if (walk.strides[unit][d] == 1) partner = d;
  }
  if (partner < 0 || walk.dims[last] < 2 || walk.dims[partner] < 2) return false;
  // rows: the dim along which y is contiguous; cols: along which x is.
  const int row = y_runs ? last : partner, column = y_runs ? partner : last;
  plan->rows = walk.dims[row];
  plan->cols = walk.dims[column];
  plan->x_stride = walk.strides[0][row];
  plan->y_stride = walk.strides[1][column];
  if (plan->x_stride < 0 || plan->y_stride < 0) return false;
  for (int operand = 0; operand < 2; ++operand) {
    for (int d = partner; d + 1 < last; ++d) walk.strides[operand][d] = walk.strides[operand][d + 1];
    walk.strides[operand][last - 1] = 0;
  }
  for (int d = partner; d + 1 < last; ++d) walk.dims[d] = walk.dims[d + 1];
  walk.dims[last - 1] = 1;
  walk.rank = last;
  return true;
}

template <class T>
void move_elements(const CopyPlan& plan, const RunContext& run) {
  const T* const x = run.data<T>(plan.step.x) + plan.step.x_offset;
  T* const y = run.data<T>(plan.step.y) + plan.step.y_offset;
  const int64_t xs = plan.walk.inner_stride(0), ys = plan.walk.inner_stride(1);
  plan.walk.for_each(run.pool, [&](const int64_t(&at)[2], int64_t count) {
    if (plan.inner == Inner::kRun) {
      memcpy(y + at[1], x + at[0], static_cast<size_t>(count) * sizeof(T));
      return;
    }
    for (int64_t i = 0; i < count; ++i) y[at[1] + i * ys] = x[at[0] + i * xs];
  });
}

// In bands, so that one large transpose keeps all threads busy and the lines of both sides stay in the cache.
void transpose(const CopyPlan& plan, const RunContext& run) {
  constexpr int64_t kRows = 64, kCols = 1024;
  const float* const x = run.data<float>(plan.step.x) + plan.step.x_offset;
  float* const y = run.data<float>(plan.step.y) + plan.step.y_offset;
  const int64_t row_bands = ceil_div(plan.rows, kRows), bands = row_bands * ceil_div(plan.cols, kCols);
  run.pool.parallel_for(plan.walk.outer() * bands, [&](int64_t i, int) {
    int64_t at[2];
    plan.walk.locate(i / bands, at);
    const int64_t row = i % row_bands * kRows, column = i % bands / row_bands * kCols;
    run.kernels.transpose(y + at[1] + row + column * plan.y_stride, plan.y_stride,
                          x + at[0] + row * plan.x_stride + column, plan.x_stride,
                          smaller(kRows, plan.rows - row), smaller(kCols, plan.cols - column));
  });
}

template <class T>
OpPointer where_op(const step::where& step, const Walk<4>& walk) {
  return make_op([=](const RunContext& run) {
    const uint8_t* const condition = run.data<uint8_t>(step.condition);
    const T* const a = run.data<T>(step.a);
    const T* const b = run.data<T>(step.b);
    T* const y = run.data<T>(step.y);
    const int64_t cs = walk.inner_stride(0), as = walk.inner_stride(1), bs = walk.inner_stride(2);
    const int64_t ys = walk.inner_stride(3);
    walk.for_each(run.pool, [&](const int64_t(&at)[4], int64_t count) {
      for (int64_t i = 0; i < count; ++i) {
        y[at[3] + i * ys] = condition[at[0] + i * cs] != 0 ? a[at[1] + i * as] : b[at[2] + i * bs];
      }
    });
    return Status::OK;
  });
}

}  // namespace

Status prepare_copy(PrepareContext& context, const step::copy& step, OpPointer* op) {
  const Tensor& x = context.tensor(step.x);
  const Tensor& y = context.tensor(step.y);
  if (context.type_of(step.x) != context.type_of(step.y)) return context.fail("expected x and y of one type");
  int64_t elements;
  SPX_TRY(check_dims(context, step.dims, kMaxRank, &elements));
  if (elements == 0) {
    *op = make_op([](const RunContext&) { return Status::OK; });
    return Status::OK;
  }
  // Each element of y is written at most once by a sensible copy; more would only waste time.
  if (elements > y.extent) return context.fail("expected at most the elements of y to be copied");
  SPX_TRY(check_walk(context, step.x, "x", step.dims, step.x_stride, kMaxRank, step.x_offset));
  SPX_TRY(check_walk(context, step.y, "y", step.dims, step.y_stride, kMaxRank, step.y_offset));
  CopyPlan plan{.step = step, .walk = Walk<2>(step.dims, kMaxRank, {step.x_stride, step.y_stride})};
  const bool wide = x.element_bytes() == 4;
  if (plan.walk.inner_stride(0) == 1 && plan.walk.inner_stride(1) == 1) {
    plan.inner = Inner::kRun;
  } else if (wide && take_transpose(&plan)) {
    plan.inner = Inner::kTranspose;
  }
  *op = make_op([plan, wide](const RunContext& run) {
    if (plan.inner == Inner::kTranspose) {
      transpose(plan, run);
    } else if (wide) {
      move_elements<uint32_t>(plan, run);
    } else {
      move_elements<uint8_t>(plan, run);
    }
    return Status::OK;
  });
  return Status::OK;
}

Status prepare_where(PrepareContext& context, const step::where& step, OpPointer* op) {
  const DType type = context.type_of(step.y);
  SPX_TRY(context.expect_type(step.condition, "condition", DType::kU8));
  SPX_TRY(context.expect_type(step.a, "a", type));
  SPX_TRY(context.expect_type(step.b, "b", type));
  int64_t elements;
  SPX_TRY(check_dims(context, step.dims, 6, &elements));
  SPX_TRY(context.expect_dense(step.y, "y", elements));
  int32_t y_stride[6];
  dense_strides(step.dims, 6, y_stride);
  if (elements > 0) {
    SPX_TRY(check_walk(context, step.condition, "condition", step.dims, step.condition_stride, 6, 0));
    SPX_TRY(check_walk(context, step.a, "a", step.dims, step.a_stride, 6, 0));
    SPX_TRY(check_walk(context, step.b, "b", step.dims, step.b_stride, 6, 0));
  }
  const Walk<4> walk(step.dims, 6, {step.condition_stride, step.a_stride, step.b_stride, y_stride});
  *op = type == DType::kU8 ? where_op<uint8_t>(step, walk) : where_op<uint32_t>(step, walk);
  return Status::OK;
}

}  // namespace spinexr
