// Binary operations with broadcasting: f32 arithmetic (kernels where there are some), i32 arithmetic,
// comparisons and logic that give u8.
#include <math.h>

#include "activation.h"
#include "element_math.h"
#include "kernels/op_codes.h"
#include "walk.h"

namespace spinexr {
namespace {

using Offsets = int64_t[3];

template <class T, class Y, class F>
OpPointer map_op(const step::binary& step, const Walk<3>& walk, const F& f) {
  return make_op([=](const RunContext& run) {
    const T* const a = run.data<T>(step.a);
    const T* const b = run.data<T>(step.b);
    Y* const y = run.data<Y>(step.y);
    const int64_t as = walk.inner_stride(0), bs = walk.inner_stride(1), ys = walk.inner_stride(2);
    walk.for_each(run.pool, [&](const Offsets& at, int64_t count) {
      for (int64_t i = 0; i < count; ++i) y[at[2] + i * ys] = f(a[at[0] + i * as], b[at[1] + i * bs]);
    });
    return Status::OK;
  });
}

// Comparisons of any type, and equality of truth values.
template <class T>
OpPointer compare_op(const step::binary& step, const Walk<3>& walk) {
  switch (static_cast<BinaryOp>(step.op)) {
    case BinaryOp::kEqual:
      return map_op<T, uint8_t>(step, walk, [](T a, T b) { return a == b; });
    case BinaryOp::kLess:
      return map_op<T, uint8_t>(step, walk, [](T a, T b) { return a < b; });
    case BinaryOp::kLessOrEqual:
      return map_op<T, uint8_t>(step, walk, [](T a, T b) { return a <= b; });
    case BinaryOp::kGreater:
      return map_op<T, uint8_t>(step, walk, [](T a, T b) { return a > b; });
    default:
      return map_op<T, uint8_t>(step, walk, [](T a, T b) { return a >= b; });
  }
}

OpPointer logic_op(const step::binary& step, const Walk<3>& walk) {
  using T = uint8_t;
  switch (static_cast<BinaryOp>(step.op)) {
    case BinaryOp::kAnd:
      return map_op<T, T>(step, walk, [](T a, T b) { return a != 0 && b != 0; });
    case BinaryOp::kOr:
      return map_op<T, T>(step, walk, [](T a, T b) { return a != 0 || b != 0; });
    default:
      return map_op<T, T>(step, walk, [](T a, T b) { return (a != 0) != (b != 0); });
  }
}

OpPointer integer_op(const step::binary& step, const Walk<3>& walk) {
  using T = int32_t;
  const auto as = [](T v) { return static_cast<uint32_t>(v); };
  switch (static_cast<BinaryOp>(step.op)) {
    case BinaryOp::kAdd:
      return map_op<T, T>(step, walk, [as](T a, T b) { return wrap(as(a) + as(b)); });
    case BinaryOp::kSub:
      return map_op<T, T>(step, walk, [as](T a, T b) { return wrap(as(a) - as(b)); });
    case BinaryOp::kMul:
      return map_op<T, T>(step, walk, multiply);
    case BinaryOp::kDiv:
      return map_op<T, T>(step, walk, divide);
    case BinaryOp::kMin:
      return map_op<T, T>(step, walk, keep_min<T>);
    case BinaryOp::kMax:
      return map_op<T, T>(step, walk, keep_max<T>);
    case BinaryOp::kPow:
      return map_op<T, T>(step, walk, power);
    case BinaryOp::kMod:
      return map_op<T, T>(step, walk, modulo);
    default:  // kPrelu
      return map_op<T, T>(step, walk, [](T a, T b) { return a < 0 ? multiply(a, b) : a; });
  }
}

float float_value(BinaryOp op, float a, float b) {
  switch (op) {
    case BinaryOp::kAdd:
      return a + b;
    case BinaryOp::kSub:
      return a - b;
    case BinaryOp::kMul:
      return a * b;
    case BinaryOp::kDiv:
      return a / b;
    case BinaryOp::kMin:
      return keep_min(a, b);
    case BinaryOp::kMax:
      return keep_max(a, b);
    case BinaryOp::kPow:
      return static_cast<float>(pow(double{a}, double{b}));
    case BinaryOp::kMod:
      return fmodf(a, b);  // sign of the dividend, as C
    default:               // kPrelu
      return a < 0 ? a * b : a;
  }
}

bool step_is_unit(int64_t stride) { return stride == 0 || stride == 1; }

OpPointer float_op(const step::binary& step, const Walk<3>& walk, const Epilogue& epilogue) {
  return make_op([=](const RunContext& run) {
    const BinaryOp code = static_cast<BinaryOp>(step.op);
    const float* const a = run.data<float>(step.a);
    const float* const b = run.data<float>(step.b);
    float* const y = run.data<float>(step.y);
    const int64_t as = walk.inner_stride(0), bs = walk.inner_stride(1), ys = walk.inner_stride(2);
    const bool kernel =
        code != BinaryOp::kPow && code != BinaryOp::kMod && step_is_unit(as) && step_is_unit(bs);
    walk.for_each(run.pool, [&](const Offsets& at, int64_t count) {
      float* const target = y + at[2];
      if (kernel && ys == 1) {
        run.kernels.binary(step.op, target, a + at[0], static_cast<int>(as), b + at[1], static_cast<int>(bs),
                           count);
      } else {
        for (int64_t i = 0; i < count; ++i)
          target[i * ys] = float_value(code, a[at[0] + i * as], b[at[1] + i * bs]);
      }
      if (ys == 1) {
        epilogue.apply(run.kernels, target, count);
      } else {
        for (int64_t i = 0; i < count; ++i) epilogue.apply(run.kernels, target + i * ys, 1);
      }
    });
    return Status::OK;
  });
}

// y in the place of an operand must be walked in step with it.
Status check_in_place(const PrepareContext& context, const step::binary& step, int32_t operand,
                      const int32_t* strides) {
  if (!context.same_place(operand, step.y)) return Status::OK;
  for (int d = 0; d < 6; ++d) {
    if (step.dims[d] > 1 && strides[d] != step.y_stride[d]) {
      return context.fail("expected equal strides for work in place, found %d and %d in dim %d", strides[d],
                          step.y_stride[d], d);
    }
  }
  return Status::OK;
}

}  // namespace

Status prepare_binary(PrepareContext& context, const step::binary& step, OpPointer* op) {
  SPX_TRY(context.expect_range("op", step.op, 0, static_cast<int>(BinaryOp::kCount) - 1));
  const BinaryOp code = static_cast<BinaryOp>(step.op);
  const bool compares = code >= BinaryOp::kEqual && code <= BinaryOp::kGreaterOrEqual;
  const bool logic = code >= BinaryOp::kAnd && code <= BinaryOp::kXor;
  const DType type = context.type_of(step.a);
  SPX_TRY(context.expect_type(step.b, "b", type));
  SPX_TRY(context.expect_type(step.y, "y", compares || logic ? DType::kU8 : type));
  if (logic != (type == DType::kU8) && !(compares && type == DType::kU8)) {
    return context.fail("expected u8 operands for logic and f32 or i32 for arithmetic (operation %d)",
                        step.op);
  }
  int64_t elements;
  SPX_TRY(check_dims(context, step.dims, 6, &elements));
  if (elements != context.tensor(step.y).elements) return context.fail("expected its dims to be those of y");
  if (elements > 0) {
    SPX_TRY(check_walk(context, step.a, "a", step.dims, step.a_stride, 6, 0));
    SPX_TRY(check_walk(context, step.b, "b", step.dims, step.b_stride, 6, 0));
    SPX_TRY(check_walk(context, step.y, "y", step.dims, step.y_stride, 6, 0));
    SPX_TRY(check_in_place(context, step, step.a, step.a_stride));
    SPX_TRY(check_in_place(context, step, step.b, step.b_stride));
  }
  Epilogue epilogue;
  SPX_TRY(read_activation(context, step.activation, step.alpha, step.beta, &epilogue));
  const bool is_float = type == DType::kF32 && !compares;
  if (!is_float && step.activation != 0) return context.fail("expected an activation only where y is f32");
  const Walk<3> walk(step.dims, 6, {step.a_stride, step.b_stride, step.y_stride});
  if (is_float) {
    *op = float_op(step, walk, epilogue);
  } else if (logic) {
    *op = logic_op(step, walk);
  } else if (!compares) {
    *op = integer_op(step, walk);
  } else if (type == DType::kF32) {
    *op = compare_op<float>(step, walk);
  } else if (type == DType::kI32) {
    *op = compare_op<int32_t>(step, walk);
  } else {
    *op = compare_op<uint8_t>(step, walk);
  }
  return Status::OK;
}

}  // namespace spinexr
