// unary, scale_shift, cast and fill.
#include "elementwise.h"

#include <math.h>
#include <string.h>

#include "activation.h"
#include "element_math.h"
#include "unary_math.h"

namespace spinexr {
namespace {

template <class X, class Y, class F>
OpPointer map_op(int32_t x, int32_t y, const Rows& rows, const F& f) {
  return make_op([=](const RunContext& run) {
    const X* const source = run.data<X>(x);
    Y* const target = run.data<Y>(y);
    rows.for_each(run.pool, [&](int64_t from, int64_t to, int64_t, int64_t count) {
      for (int64_t i = 0; i < count; ++i) f(source[from + i], target + to + i);
    });
    return Status::OK;
  });
}

template <class X, class Y>
OpPointer cast_op(const step::cast& step, const Rows& rows) {
  return map_op<X, Y>(step.x, step.y, rows, [](X x, Y* y) { convert(x, y); });
}

template <class X>
OpPointer cast_from(const step::cast& step, const Rows& rows, DType to) {
  switch (to) {
    case DType::kF32:
      return cast_op<X, float>(step, rows);
    case DType::kI32:
      return cast_op<X, int32_t>(step, rows);
    default:
      return cast_op<X, uint8_t>(step, rows);
  }
}

// Negation and absolute value wrap at INT32_MIN.
Status integer_unary(const PrepareContext& context, const step::unary& step, const Rows& rows,
                     OpPointer* op) {
  switch (static_cast<UnaryOp>(step.op)) {
    case UnaryOp::kRelu:
      *op = map_op<int32_t, int32_t>(step.x, step.y, rows, [](int32_t x, int32_t* y) { *y = x < 0 ? 0 : x; });
      return Status::OK;
    case UnaryOp::kAbs:
      *op = map_op<int32_t, int32_t>(step.x, step.y, rows,
                                     [](int32_t x, int32_t* y) { *y = x < 0 ? negate(x) : x; });
      return Status::OK;
    case UnaryOp::kNeg:
      *op = map_op<int32_t, int32_t>(step.x, step.y, rows, [](int32_t x, int32_t* y) { *y = negate(x); });
      return Status::OK;
    case UnaryOp::kSign:
      *op = map_op<int32_t, int32_t>(step.x, step.y, rows,
                                     [](int32_t x, int32_t* y) { *y = (x > 0) - (x < 0); });
      return Status::OK;
    default:
      return context.fail("expected x of type f32 for unary operation %d, found i32", step.op);
  }
}

}  // namespace

Status read_rows(const PrepareContext& context, int32_t x, int32_t y, int32_t rows, int32_t cols,
                 int32_t x_stride, int32_t y_stride, bool joinable, Rows* result) {
  SPX_TRY(context.expect_range("x_stride", x_stride, 0, INT32_MAX));
  SPX_TRY(context.expect_range("y_stride", y_stride, rows > 1 ? cols : 0, INT32_MAX));
  const int64_t elements = product({rows, cols});
  if (elements != context.tensor(y).elements) {
    return context.fail("expected rows * cols to be the %lld elements of y, found %d * %d",
                        static_cast<long long>(context.tensor(y).elements), rows, cols);
  }
  *result = {rows, cols, x_stride, y_stride};
  if (elements == 0) return Status::OK;
  SPX_TRY(context.expect_inside(x, "x", 0, int64_t{rows - 1} * x_stride + cols - 1));
  SPX_TRY(context.expect_inside(y, "y", 0, int64_t{rows - 1} * y_stride + cols - 1));
  if (context.same_place(x, y) && x_stride != y_stride && rows > 1) {
    return context.fail("expected one stride for work in place");
  }
  if (joinable && (rows == 1 || (x_stride == cols && y_stride == cols))) {
    *result = {1, elements, elements, elements};
  }
  return Status::OK;
}

Status prepare_unary(PrepareContext& context, const step::unary& step, OpPointer* op) {
  SPX_TRY(context.expect_range("op", step.op, 0, static_cast<int>(UnaryOp::kCount) - 1));
  Rows rows;
  SPX_TRY(
      read_rows(context, step.x, step.y, step.rows, step.cols, step.x_stride, step.y_stride, true, &rows));
  const UnaryOp code = static_cast<UnaryOp>(step.op);
  if (code == UnaryOp::kNot) {
    SPX_TRY(context.expect_type(step.x, "x", DType::kU8));
    SPX_TRY(context.expect_type(step.y, "y", DType::kU8));
    *op = map_op<uint8_t, uint8_t>(step.x, step.y, rows, [](uint8_t x, uint8_t* y) { *y = x == 0; });
    return Status::OK;
  }
  if (code == UnaryOp::kIsNan) {
    SPX_TRY(context.expect_type(step.x, "x", DType::kF32));
    SPX_TRY(context.expect_type(step.y, "y", DType::kU8));
    *op = map_op<float, uint8_t>(step.x, step.y, rows, [](float x, uint8_t* y) { *y = x != x; });
    return Status::OK;
  }
  const DType type = context.type_of(step.x);
  SPX_TRY(context.expect_type(step.y, "y", type));
  if (type == DType::kI32) return integer_unary(context, step, rows, op);
  SPX_TRY(context.expect_type(step.x, "x", DType::kF32));
  *op = make_op([step, rows, code](const RunContext& run) {
    const float* const x = run.data<float>(step.x);
    float* const y = run.data<float>(step.y);
    rows.for_each(run.pool, [&](int64_t from, int64_t to, int64_t, int64_t count) {
      unary_f32(run.kernels, code, y + to, x + from, count, step.alpha, step.beta);
    });
    return Status::OK;
  });
  return Status::OK;
}

Status prepare_scale_shift(PrepareContext& context, const step::scale_shift& step, OpPointer* op) {
  SPX_TRY(context.expect_type(step.x, "x", DType::kF32));
  SPX_TRY(context.expect_type(step.y, "y", DType::kF32));
  SPX_TRY(context.expect_dense(step.scale, "scale", DType::kF32, step.cols));
  SPX_TRY(context.expect_dense(step.shift, "shift", DType::kF32, step.cols));
  Rows rows;
  SPX_TRY(
      read_rows(context, step.x, step.y, step.rows, step.cols, step.x_stride, step.y_stride, false, &rows));
  Epilogue epilogue;
  SPX_TRY(read_activation(context, step.activation, step.alpha, step.beta, &epilogue));
  *op = make_op([step, rows, epilogue](const RunContext& run) {
    const float* const x = run.data<float>(step.x);
    const float* const scale = run.data<float>(step.scale);
    const float* const shift = run.data<float>(step.shift);
    float* const y = run.data<float>(step.y);
    rows.for_each(run.pool, [&](int64_t from, int64_t to, int64_t column, int64_t count) {
      run.kernels.scale_shift(y + to, x + from, scale + column, shift + column, count, epilogue.low,
                              epilogue.high);
      epilogue.apply_rest(run.kernels, y + to, count);
    });
    return Status::OK;
  });
  return Status::OK;
}

Status prepare_cast(PrepareContext& context, const step::cast& step, OpPointer* op) {
  SPX_TRY(context.expect_dense(step.x, "x", step.count));
  SPX_TRY(context.expect_dense(step.y, "y", step.count));
  const Rows rows{1, step.count, step.count, step.count};
  const DType to = context.type_of(step.y);
  switch (context.type_of(step.x)) {
    case DType::kF32:
      *op = cast_from<float>(step, rows, to);
      break;
    case DType::kI32:
      *op = cast_from<int32_t>(step, rows, to);
      break;
    default:
      *op = cast_from<uint8_t>(step, rows, to);
  }
  return Status::OK;
}

Status prepare_fill(PrepareContext& context, const step::fill& step, OpPointer* op) {
  const Tensor& y = context.tensor(step.y);
  const bool slice = y.layout == Layout::kNhwc && y.elements > 0;
  const int64_t cols = slice ? y.c() : y.elements, rows = slice ? y.elements / cols : 1;
  const Rows walk{rows, cols, 0, slice ? y.pixel_stride : cols};
  int32_t whole;
  convert(step.value, &whole);
  uint32_t bits;
  memcpy(&bits, y.dtype == DType::kF32 ? static_cast<const void*>(&step.value) : &whole, sizeof bits);
  *op = make_op([step, walk, bits, bytes = y.dtype == DType::kU8](const RunContext& run) {
    walk.for_each(run.pool, [&](int64_t, int64_t to, int64_t, int64_t count) {
      if (bytes) {
        memset(run.data<uint8_t>(step.y) + to, static_cast<int>(bits & 0xFF), static_cast<size_t>(count));
        return;
      }
      uint32_t* const target = run.data<uint32_t>(step.y) + to;
      for (int64_t i = 0; i < count; ++i) target[i] = bits;
    });
    return Status::OK;
  });
  return Status::OK;
}

}  // namespace spinexr
