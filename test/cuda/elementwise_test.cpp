// unary, scale_shift, binary, where, cast, fill, and the division that the walks are made of.
#include "cuda/device/fast_divide.h"
#include "elementwise_harness.h"
#include "kernels/op_codes.h"

namespace spinexr::test {
namespace {

// Rows, columns, and what lies between the rows of x and y.
struct Rows {
  int rows, cols, x_gap, y_gap;
};
constexpr Rows kRows[] = {{1, 1, 0, 0},  {3, 7, 0, 0},   {1, 1031, 0, 0},
                          {5, 16, 8, 0}, {3, 24, 0, 16}, {2, 13, 1, 3}};

std::vector<int> map_dims(const Rows& r) { return {1, r.cols, r.rows, 1}; }

void test_fast_divide(Random& random) {
  const int64_t divisors[] = {
      1, 2, 3, 7, 641, 65537, (int64_t{1} << 31) - 1, int64_t{1} << 31, int64_t{1} << 40};
  const int64_t numbers[] = {0, 1, 2, (int64_t{1} << 31) - 1, int64_t{1} << 31, (int64_t{1} << 45) + 3};
  const auto expect = [](int64_t n, int64_t divisor) {
    int64_t quotient, remainder;
    cuda::FastDivide(divisor).divide(n, &quotient, &remainder);
    EXPECT(quotient == n / divisor && remainder == n % divisor);
  };
  for (const int64_t divisor : divisors) {
    for (const int64_t n : numbers) {
      expect(n, divisor);
      if (n > 0) expect(n - 1, divisor);
    }
    for (int i = 0; i < 200; ++i) {
      const int64_t n = random.bits() >> random.below(32);
      expect(n, divisor);
      expect(n, n % 7919 + 1);
      expect(n, (n >> random.below(20)) + 1);
    }
  }
}

void unary(const Rows& r, UnaryOp op, DType x_type, DType y_type, bool in_place, const Checks& checks) {
  const auto make = [=](PlanBuilder& builder, DType real, Random&) {
    const auto type = [real](DType t) { return t == DType::kF32 ? real : t; };
    const int x = builder.arena(map_dims(r), r.cols + r.x_gap, type(x_type));
    const int y = in_place ? x : builder.arena(map_dims(r), r.cols + r.y_gap, type(y_type));
    builder.step(step::unary{.x = x,
                             .y = y,
                             .op = static_cast<int32_t>(op),
                             .rows = r.rows,
                             .cols = r.cols,
                             .x_stride = r.cols + r.x_gap,
                             .y_stride = r.cols + (in_place ? r.x_gap : r.y_gap),
                             .alpha = 0.3f,
                             .beta = 0.7f});
  };
  const std::string name = "unary " + std::to_string(static_cast<int>(op));
  check(name.c_str(), make, checks);
}

void test_unary() {
  for (int op = 0; op < static_cast<int>(UnaryOp::kNot); ++op) {
    const UnaryOp code = static_cast<UnaryOp>(op);
    for (const Rows& r : kRows) unary(r, code, DType::kF32, DType::kF32, r.rows == 5, {});
    unary(kRows[1], code, DType::kF32, DType::kF32, false, {.scale = 30});
    unary(kRows[3], code, DType::kF32, DType::kF32, false, {.specials = true});
  }
  for (const UnaryOp op : {UnaryOp::kRelu, UnaryOp::kAbs, UnaryOp::kNeg, UnaryOp::kSign}) {
    for (const Rows& r : kRows)
      unary(r, op, DType::kI32, DType::kI32, false, {.half = false, .specials = true});
  }
  for (const Rows& r : kRows) {
    unary(r, UnaryOp::kNot, DType::kU8, DType::kU8, false, {.half = false});
    unary(r, UnaryOp::kIsNan, DType::kF32, DType::kU8, false, {.specials = true});
  }
}

void test_scale_shift() {
  for (int activation = 0; activation < 9; ++activation) {
    for (const Rows& r : kRows) {
      check("scale_shift", [=](PlanBuilder& builder, DType real, Random& random) {
        const int x = builder.arena(map_dims(r), r.cols + r.x_gap, real);
        const int scale = builder.constant({r.cols}, random.reals(r.cols));
        const int shift = builder.constant({r.cols}, random.reals(r.cols));
        const int y = builder.arena(map_dims(r), r.cols + r.y_gap, real);
        builder.step(step::scale_shift{.x = x,
                                       .scale = scale,
                                       .shift = shift,
                                       .y = y,
                                       .rows = r.rows,
                                       .cols = r.cols,
                                       .x_stride = r.cols + r.x_gap,
                                       .y_stride = r.cols + r.y_gap,
                                       .activation = activation,
                                       .alpha = 0.3f,
                                       .beta = 0.7f});
      });
    }
  }
}

// y of four dims, dense; a and b have 1 where the letter of that dim is missing.
struct Broadcast {
  int dims[4];
  const char *a, *b;
};
constexpr Broadcast kBroadcasts[] = {
    {{1, 1, 1, 1}, "nhwc", "nhwc"}, {{1, 1, 37, 24}, "nhwc", "nhwc"}, {{3, 5, 7, 16}, "nhwc", "c"},
    {{3, 2, 3, 8}, "nc", "nhwc"},   {{2, 3, 5, 7}, "hw", "nc"},       {{1, 3, 4, 8}, "nhwc", ""},
    {{3, 5, 2, 1}, "nhwc", "n"},    {{2, 4, 6, 8}, "nhw", "nhwc"},
};

int64_t strides_of(const Broadcast& shape, const char* letters, int32_t (&strides)[6]) {
  int64_t elements = 1;
  for (int32_t& stride : strides) stride = 0;
  for (int d = 3; d >= 0; --d) {
    if (strchr(letters, "nhwc"[d]) == nullptr) continue;
    strides[d + 2] = static_cast<int32_t>(elements);
    elements *= shape.dims[d];
  }
  return elements;
}

void binary(const Broadcast& shape, BinaryOp op, DType type, DType y_type, int constant, int activation,
            const Checks& checks) {
  const auto make = [=](PlanBuilder& builder, DType real, Random& random) {
    const auto typed = [real](DType t) { return t == DType::kF32 ? real : t; };
    step::binary s{};
    int32_t y_stride[6];
    const int64_t a = strides_of(shape, shape.a, s.a_stride), b = strides_of(shape, shape.b, s.b_stride);
    const int64_t y = strides_of(shape, "nhwc", y_stride);
    memcpy(s.y_stride, y_stride, sizeof y_stride);
    const auto operand = [&](int64_t n, int which) {
      if (constant == which) return builder.constant({static_cast<int>(n)}, random.reals(n));
      return builder.arena({static_cast<int>(n)}, 0, typed(type));
    };
    s.a = operand(a, 1);
    s.b = operand(b, 2);
    const bool in_place = constant == 2 && a == y && type == y_type;
    s.y = in_place ? s.a : builder.arena({static_cast<int>(y)}, 0, typed(y_type));
    s.op = static_cast<int32_t>(op);
    for (int d = 0; d < 6; ++d) s.dims[d] = d < 2 ? 1 : shape.dims[d - 2];
    s.activation = activation;
    s.alpha = 0.1f;
    s.beta = 0.6f;
    builder.step(s);
  };
  const std::string name = "binary " + std::to_string(static_cast<int>(op));
  check(name.c_str(), make, checks);
}

void test_binary() {
  for (int i = 0; i < static_cast<int>(BinaryOp::kCount); ++i) {
    const BinaryOp op = static_cast<BinaryOp>(i);
    const bool compares = op >= BinaryOp::kEqual && op <= BinaryOp::kGreaterOrEqual;
    const bool logic = op >= BinaryOp::kAnd && op <= BinaryOp::kXor;
    int activation = 0;
    for (const Broadcast& shape : kBroadcasts) {
      if (logic || compares) binary(shape, op, DType::kU8, DType::kU8, 0, 0, {.half = false});
      if (logic) continue;
      const DType y = compares ? DType::kU8 : DType::kF32;
      binary(shape, op, DType::kI32, compares ? y : DType::kI32, 0, 0, {.half = false, .specials = true});
      binary(shape, op, DType::kF32, y, 0, 0, {.specials = op != BinaryOp::kPow || compares});
      if (!compares) activation = (activation + 1) % 9;
      binary(shape, op, DType::kF32, y, 1, activation, {});
      binary(shape, op, DType::kF32, y, 2, 0, {});
    }
  }
}

void test_where() {
  for (const Broadcast& shape : kBroadcasts) {
    for (const DType type : {DType::kF32, DType::kI32, DType::kU8}) {
      for (const char* letters : {"nhwc", "hw", ""}) {
        check("where", [=](PlanBuilder& builder, DType real, Random&) {
          const DType typed = type == DType::kF32 ? real : type;
          step::where s{};
          int32_t y_stride[6];
          const int c = static_cast<int>(strides_of(shape, letters, s.condition_stride));
          const int a = static_cast<int>(strides_of(shape, shape.a, s.a_stride));
          const int b = static_cast<int>(strides_of(shape, shape.b, s.b_stride));
          s.condition = builder.arena({c}, 0, DType::kU8);
          s.a = builder.arena({a}, 0, typed);
          s.b = builder.arena({b}, 0, typed);
          s.y = builder.arena({static_cast<int>(strides_of(shape, "nhwc", y_stride))}, 0, typed);
          for (int d = 0; d < 6; ++d) s.dims[d] = d < 2 ? 1 : shape.dims[d - 2];
          builder.step(s);
        });
      }
    }
  }
}

void test_cast_and_fill() {
  constexpr DType kTypes[] = {DType::kF32, DType::kI32, DType::kU8};
  for (const DType from : kTypes) {
    for (const int count : {1, 5, 64, 1027}) {
      for (const DType to : kTypes) {
        for (const bool only_y : {false, true}) {
          check("cast",
                [=](PlanBuilder& builder, DType real, Random&) {
                  const int x = builder.arena({count}, 0, from == DType::kF32 && !only_y ? real : from);
                  const int y = builder.arena({count}, 0, to == DType::kF32 ? real : to);
                  builder.step(step::cast{.x = x, .y = y, .count = count});
                },
                {.specials = true});
        }
      }
      for (const float value : {0.0f, -2.75f, 3e9f}) {
        check("fill", [=](PlanBuilder& builder, DType real, Random&) {
          const DType type = from == DType::kF32 ? real : from;
          const int whole = count == 64 ? builder.arena({2, 24, 3, 5}, 24, type) : -1;
          const int y = whole >= 0 ? builder.slice(whole, 8, 16) : builder.arena({count}, 0, type);
          builder.step(step::fill{.y = y, .value = value});
        });
      }
    }
  }
}

}  // namespace

void test_elementwise() {
  Random random(7);
  test_fast_divide(random);
  test_unary();
  test_scale_shift();
  test_binary();
  test_where();
  test_cast_and_fill();
}

}  // namespace spinexr::test
