// Reductions y[o, i] = op over j < n of x[o * outer_stride + j * stride + i], sums in double. Two shapes: one
// long run per result (kernels), or many neighbouring results at once (columns: a global pool over nhwc).
#include <math.h>

#include "element_math.h"
#include "geometry.h"
#include "op.h"
#include "plan/enums.h"

namespace spinexr {
namespace {

constexpr int64_t kColumns = 128;  // results computed together, in a buffer on the stack
constexpr double kInfinity = __builtin_inf();

double first_value(ReduceOp op) {
  switch (op) {
    case ReduceOp::kMax:
    case ReduceOp::kLogSumExp:
      return -kInfinity;
    case ReduceOp::kMin:
      return kInfinity;
    case ReduceOp::kProd:
      return 1;
    default:
      return 0;
  }
}

template <class T, class F>
void accumulate(double* sums, const T* x, int64_t count, const F& f) {
  for (int64_t i = 0; i < count; ++i) sums[i] = f(sums[i], static_cast<double>(x[i]));
}

template <class T>
void accumulate_row(ReduceOp op, double* sums, const T* x, int64_t count) {
  switch (op) {
    case ReduceOp::kMax:
    case ReduceOp::kLogSumExp:  // first the maximum; the sum follows in a second walk
      return accumulate(sums, x, count, keep_max<double>);
    case ReduceOp::kMin:
      return accumulate(sums, x, count, keep_min<double>);
    case ReduceOp::kProd:
      return accumulate(sums, x, count, [](double a, double b) { return a * b; });
    case ReduceOp::kSumSquare:
    case ReduceOp::kL2:
      return accumulate(sums, x, count, [](double a, double b) { return a + b * b; });
    case ReduceOp::kL1:
      return accumulate(sums, x, count, [](double a, double b) { return a + fabs(b); });
    default:
      return accumulate(sums, x, count, [](double a, double b) { return a + b; });
  }
}

double finish(ReduceOp op, double value, int64_t n) {
  switch (op) {
    case ReduceOp::kMean:
      return value / static_cast<double>(n);
    case ReduceOp::kL2:
      return sqrt(value);
    case ReduceOp::kLogSum:
      return log(value);
    default:
      return value;
  }
}

// `count` results side by side.
template <class T>
void columns(const step::reduce& s, const T* x, T* y, int64_t count) {
  const ReduceOp op = static_cast<ReduceOp>(s.op);
  double values[kColumns], sums[kColumns];
  for (int64_t i = 0; i < count; ++i) values[i] = first_value(op);
  for (int64_t j = 0; j < s.n; ++j) accumulate_row(op, values, x + j * s.stride, count);
  if (op == ReduceOp::kLogSumExp) {
    // Relative to the maximum, which keeps exp in range; an infinite maximum is the result itself.
    for (int64_t i = 0; i < count; ++i) sums[i] = 0;
    for (int64_t j = 0; j < s.n; ++j) {
      for (int64_t i = 0; i < count; ++i) {
        sums[i] += exp(static_cast<double>(x[j * s.stride + i]) - values[i]);
      }
    }
    for (int64_t i = 0; i < count; ++i) {
      if (isfinite(values[i])) values[i] += log(sums[i]);
    }
  }
  for (int64_t i = 0; i < count; ++i) y[i] = round_to(finish(op, values[i], s.n), T{});
}

// One result over a contiguous run, where a kernel does it.
bool contiguous(const KernelTable& kernels, ReduceOp op, const float* x, float* y, int64_t n) {
  if (n == 0) return false;
  if (op == ReduceOp::kMax) {
    *y = kernels.max(x, n);
    return true;
  }
  double value;
  if (op == ReduceOp::kSum || op == ReduceOp::kMean || op == ReduceOp::kLogSum) {
    value = kernels.sum(x, n);
  } else if (op == ReduceOp::kSumSquare || op == ReduceOp::kL2) {
    value = kernels.sum_squared_difference(x, 0, n);
  } else {
    return false;
  }
  *y = static_cast<float>(finish(op, value, n));
  return true;
}
bool contiguous(const KernelTable&, ReduceOp, const int32_t*, int32_t*, int64_t) { return false; }

template <class T>
void run_reduce(const RunContext& run, const step::reduce& s) {
  const T* const x = run.data<T>(s.x);
  T* const y = run.data<T>(s.y);
  const int64_t blocks = ceil_div(s.inner, kColumns);
  const bool runs = s.inner == 1 && s.stride == 1;
  run.pool.parallel_for(s.outer * blocks, [&](int64_t i, int) {
    const int64_t outer = i / blocks, first = i % blocks * kColumns;
    const T* const source = x + outer * s.outer_stride + first;
    T* const target = y + outer * s.inner + first;
    if (runs && contiguous(run.kernels, static_cast<ReduceOp>(s.op), source, target, s.n)) return;
    columns(s, source, target, smaller(kColumns, s.inner - first));
  });
}

}  // namespace

Status prepare_reduce(PrepareContext& context, const step::reduce& step, OpPointer* op) {
  SPX_TRY(context.expect_range("op", step.op, 0, static_cast<int>(ReduceOp::kCount) - 1));
  const DType type = context.type_of(step.x);
  if (type == DType::kU8) return context.fail("expected x of type f32 or i32, found u8");
  SPX_TRY(context.expect_range("n", step.n, 0, INT32_MAX));
  SPX_TRY(context.expect_range("outer_stride", step.outer_stride, 0, INT32_MAX));
  SPX_TRY(context.expect_range("stride", step.stride, 0, INT32_MAX));
  SPX_TRY(context.expect_dense(step.y, "y", type, product({step.outer, step.inner})));
  if (context.tensor(step.y).elements == 0) {
    *op = make_op([](const RunContext&) { return Status::OK; });
    return Status::OK;
  }
  if (step.n > 0) {
    const int64_t last =
        int64_t{step.outer - 1} * step.outer_stride + int64_t{step.n - 1} * step.stride + step.inner - 1;
    SPX_TRY(context.expect_inside(step.x, "x", 0, last));
  }
  *op = make_op([step, type](const RunContext& run) {
    if (type == DType::kF32) {
      run_reduce<float>(run, step);
    } else {
      run_reduce<int32_t>(run, step);
    }
    return Status::OK;
  });
  return Status::OK;
}

}  // namespace spinexr
