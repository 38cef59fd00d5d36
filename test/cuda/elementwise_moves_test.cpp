// copy, gather and resample.
#include <algorithm>

#include "elementwise_harness.h"

namespace spinexr::test {
namespace {

constexpr DType kTypes[] = {DType::kF32, DType::kI32, DType::kU8};

void copy(const step::copy& fields, int x_size, int y_size) {
  for (const DType type : kTypes) {
    check("copy", [=](PlanBuilder& builder, DType real, Random&) {
      step::copy s = fields;
      s.x = builder.arena({x_size}, 0, type == DType::kF32 ? real : type);
      s.y = builder.arena({y_size}, 0, type == DType::kF32 ? real : type);
      builder.step(s);
    });
  }
}

// A tensor of the dims in one order of its axes to another; `reversed` axes run backwards, `wider` is what x
// has more in its last axis.
void permute(const std::vector<int>& dims, const std::vector<int>& order, int reversed, int wider) {
  step::copy s{};
  const int rank = static_cast<int>(dims.size());
  for (int d = 0; d < kMaxRank; ++d) s.dims[d] = 1;
  int x_size = 1, y_size = 1;
  std::vector<int> x_stride(dims.size());
  for (int d = rank - 1; d >= 0; --d) {
    x_stride[static_cast<size_t>(d)] = x_size;
    x_size *= dims[static_cast<size_t>(d)] + (d == rank - 1 ? wider : 0);
  }
  s.x_offset = wider;
  for (int d = rank - 1; d >= 0; --d) {
    const size_t axis = static_cast<size_t>(order[static_cast<size_t>(d)]);
    s.dims[d] = dims[axis];
    s.x_stride[d] = x_stride[axis];
    s.y_stride[d] = y_size;
    y_size *= dims[axis];
    if ((reversed >> d & 1) == 0) continue;
    s.x_offset += (dims[axis] - 1) * x_stride[axis];
    s.x_stride[d] = -s.x_stride[d];
  }
  copy(s, x_size, y_size);
}

void test_copy() {
  for (const int wider : {0, 3, 8}) {
    permute({1}, {0}, 0, wider);
    permute({40}, {0}, 0, wider);
    permute({33, 65}, {1, 0}, 0, wider);
    permute({3, 13, 9}, {0, 2, 1}, 0, wider);
    permute({3, 13, 70}, {2, 0, 1}, 0, wider);
    permute({2, 3, 17, 5}, {0, 2, 3, 1}, 0, wider);
    permute({2, 5, 7, 24}, {0, 3, 1, 2}, 0, wider);
    permute({2, 5, 7, 24}, {1, 0, 2, 3}, 0, wider);
    permute({3, 4, 16}, {0, 1, 2}, 3, wider);
    permute({3, 9, 16}, {1, 0, 2}, 4, wider);
    permute({3, 9, 10}, {2, 1, 0}, 5, wider);
  }
  // Broadcast, and a slice of channels into wider pixels.
  step::copy expand{.x = 0,
                    .y = 0,
                    .dims = {1, 1, 1, 1, 1, 3, 5, 8},
                    .x_stride = {0, 0, 0, 0, 0, 0, 1, 0},
                    .y_stride = {0, 0, 0, 0, 0, 40, 8, 1},
                    .x_offset = 0,
                    .y_offset = 0};
  copy(expand, 5, 120);
  for (const int offset : {8, 3}) {
    step::copy concat{.x = 0,
                      .y = 0,
                      .dims = {1, 1, 1, 1, 1, 1, 21, 16},
                      .x_stride = {0, 0, 0, 0, 0, 0, 16, 1},
                      .y_stride = {0, 0, 0, 0, 0, 0, 32, 1},
                      .x_offset = 0,
                      .y_offset = offset};
    copy(concat, 21 * 16, 21 * 32);
  }
  step::copy nothing = expand;
  nothing.dims[6] = 0;
  copy(nothing, 5, 120);
}

std::vector<int32_t> random_indices(Random& random, int count, int low, int high) {
  std::vector<int32_t> result(static_cast<size_t>(count));
  for (int32_t& index : result) index = low + random.below(high - low);
  return result;
}

struct Shape {
  int outer, n, count, inner;
};
constexpr Shape kShapes[] = {{1, 1, 1, 1},  {3, 5, 7, 1}, {1, 9, 4, 8}, {2, 3, 5, 13},
                             {3, 4, 3, 48}, {2, 6, 1, 2}, {1, 5, 0, 3}};

void gather(const Shape& t, DType type, int bad, const Checks& checks) {
  check(
      "gather",
      [=](PlanBuilder& builder, DType real, Random& random) {
        const DType typed = type == DType::kF32 ? real : type;
        std::vector<int32_t> indices = random_indices(random, t.count, -t.n, t.n);
        if (bad != 0) indices.back() = bad;
        const int x = builder.arena({t.outer, t.n, t.inner}, 0, typed);
        const int constant = builder.constant({t.count}, indices, DType::kI32);
        const int y = builder.arena({t.outer, t.count, t.inner}, 0, typed);
        builder.step(step::gather{.x = x,
                                  .indices = constant,
                                  .y = y,
                                  .outer = t.outer,
                                  .n = t.n,
                                  .count = t.count,
                                  .inner = t.inner});
      },
      checks);
}

void resample(const Shape& t, int taps, int bad, const Checks& checks) {
  check(
      "resample",
      [=](PlanBuilder& builder, DType real, Random& random) {
        std::vector<int32_t> indices = random_indices(random, t.count * taps, 0, t.n);
        if (bad != 0) indices.back() = bad;
        std::vector<float> weights = random.reals(t.count * taps);
        for (float& weight : weights) weight = random.below(4) == 0 ? 0 : weight;
        const int x = builder.arena({t.outer, t.n, t.inner}, 0, real);
        const int at = builder.constant({t.count, taps}, indices, DType::kI32);
        const int by = builder.constant({t.count, taps}, weights);
        const int y = builder.arena({t.outer, t.count, t.inner}, 0, real);
        builder.step(step::resample{.x = x,
                                    .indices = at,
                                    .weights = by,
                                    .y = y,
                                    .outer = t.outer,
                                    .n = t.n,
                                    .count = t.count,
                                    .inner = t.inner,
                                    .taps = taps});
      },
      checks);
}

}  // namespace

void test_moves() {
  test_copy();
  constexpr cuda::DeviceFault kFault = cuda::DeviceFault::kIndexOutOfRange;
  for (const Shape& shape : kShapes) {
    for (const DType type : kTypes) gather(shape, type, 0, {});
    for (const int taps : {1, 2, 4}) resample(shape, taps, 0, {.specials = taps == 2});
  }
  for (const int bad : {5, 1000000, -6, INT32_MIN}) {
    gather(kShapes[1], DType::kF32, bad, {.fault = kFault});
    resample(kShapes[1], 2, bad, {.fault = kFault});
  }
  resample(kShapes[1], 2, -1, {.fault = kFault});
}

}  // namespace spinexr::test
