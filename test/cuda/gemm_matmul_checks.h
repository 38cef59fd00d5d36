// Products of random matrices against double loops.
#ifndef SPINEXR_TEST_CUDA_GEMM_MATMUL_CHECKS_H_
#define SPINEXR_TEST_CUDA_GEMM_MATMUL_CHECKS_H_

#include "cuda/kernels/matmul_gemm.h"
#include "gemm_checks.h"
#include "gemm_op_checks.h"

namespace spinexr::cuda {

inline double matrix_at(const Numbers& numbers, int64_t offset, int64_t row, int64_t column, int64_t rows,
                        int64_t columns, bool transposed) {
  return numbers
      .values[static_cast<size_t>(offset + (transposed ? column * rows + row : row * columns + column))];
}

inline void compare_matrices(const Numbers& y, const std::vector<Expected>& expected, bool half,
                             const std::string& what) {
  Distance distance;
  for (size_t i = 0; i < expected.size(); ++i)
    distance.add(y.at(static_cast<int64_t>(i)), expected[i].value, expected[i].squares);
  require_close(distance, half, what);
}

// The step, prepared as in a session; a constant B where it is packed, sometimes a constant A.
inline void check_matmul_step(const MatmulShape& s, bool half, bool half_y, bool packed, const Numbers& a,
                              const Numbers& b, const Numbers& bias, const std::vector<Expected>& expected) {
  ProductHarness harness(!half && !half_y);
  const bool constant_a = !packed && random_int(0, 2) == 0;
  Numbers y(static_cast<int64_t>(expected.size()), half_y);
  step::matmul step{};
  step.a = harness.add(&a, half && !constant_a, constant_a, {static_cast<int64_t>(a.values.size())});
  step.b = harness.add(&b, half && !packed, packed, {static_cast<int64_t>(b.values.size())});
  step.bias = harness.add(&bias, false, true, {s.n});
  step.y = harness.add(&y, half_y, false, {static_cast<int64_t>(expected.size())});
  step.m = static_cast<int32_t>(s.m);
  step.n = static_cast<int32_t>(s.n);
  step.k = static_cast<int32_t>(s.k);
  step.trans_a = s.trans_a;
  step.trans_b = s.trans_b;
  for (int d = 0; d < 4; ++d) {
    step.batch[d] = static_cast<int32_t>(s.batch[d]);
    step.a_batch_stride[d] = static_cast<int32_t>(s.a_stride[d]);
    step.b_batch_stride[d] = static_cast<int32_t>(s.b_stride[d]);
  }
  step.scale = 0.75f;
  harness.run_all(
      prepare_matmul, step, "matmul step", [&] { y.refresh(); },
      [&](const std::string& name) { compare_matrices(y, expected, half || half_y, name); });
}

inline void check_matmul(const MatmulShape& given, bool half, bool half_y, bool packed) {
  const int64_t items = given.items(), m = given.m, n = given.n, k = given.k;
  int64_t a_end = m * k, b_end = n * k;
  for (int d = 0; d < 4; ++d) {
    a_end += (given.batch[d] - 1) * given.a_stride[d];
    b_end += (given.batch[d] - 1) * given.b_stride[d];
  }
  const Numbers a(a_end, half), bias(n, false);
  Numbers b(b_end, half && !packed);
  const MatmulShape shape = given.folded();
  std::vector<uint8_t> host(static_cast<size_t>(shape.distinct_b() * n * matmul_weight_depth(shape, half)) *
                            (half ? 2 : 4));
  pack_matmul_weights(shape, b.values.data(), half, host.data());
  const DeviceBuffer weights = device_bytes(host.size());
  require(copy_to_device(weights.data(), host.data(), host.size(), test_stream()), "weights");
  Gemm gemm = matmul_gemm(shape, {half, half_y, packed, true, true, true});
  gemm.a.x = a.data();
  gemm.b.b = packed ? weights.data() : b.data();
  gemm.out.bias = static_cast<const float*>(bias.data());
  gemm.out.alpha = 0.75f;

  if (half) b.round();
  std::vector<Expected> expected;
  for (int64_t item = 0; item < items; ++item) {
    int64_t a_offset = 0, b_offset = 0, rest = item;
    for (int d = 3; d >= 0; --d) {
      a_offset += rest % given.batch[d] * given.a_stride[d];
      b_offset += rest % given.batch[d] * given.b_stride[d];
      rest /= given.batch[d];
    }
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        Sum sum;
        for (int64_t l = 0; l < k; ++l) {
          sum.add(matrix_at(a, a_offset, i, l, m, k, given.trans_a),
                  matrix_at(b, b_offset, l, j, k, n, given.trans_b));
        }
        expected.push_back({0.75 * sum.value + bias.values[static_cast<size_t>(j)], sum.squares / 2});
      }
    }
  }
  check_matmul_step(given, half, half_y, packed, a, b, bias, expected);
  for (const GemmSchedule& schedule : schedules(gemm)) {
    char what[300];
    snprintf(what, sizeof what,
             "matmul %d of %d x %d x %d, transposed %d %d, half %d %d, packed %d, loaders %d %d, tile %d, %d "
             "parts",
             static_cast<int>(items), static_cast<int>(m), static_cast<int>(n), static_cast<int>(k),
             given.trans_a, given.trans_b, half, half_y, packed, static_cast<int>(gemm.row_loader),
             static_cast<int>(gemm.column_loader), schedule.tile, schedule.splits);
    const Numbers y(items * m * n, half_y);
    Gemm now = gemm;
    now.out.y = y.data();
    run(now, schedule, what);
    compare_matrices(y, expected, half || half_y, what);
  }
}

inline MatmulShape random_matmul(bool chunks, bool trans_b) {
  MatmulShape s;
  s.m = one_of({1, 3, 16, 33, 49, 70});
  s.n = chunks ? one_of({8, 32, 72}) : one_of({1, 5, 14, 33, 67});
  s.k = chunks ? one_of({8, 64, 120}) : one_of({0, 1, 7, 50, 99});
  s.trans_a = !chunks && random_int(0, 1) != 0;
  s.trans_b = trans_b;
  s.batch[3] = one_of({1, 2, 3});
  s.batch[1] = one_of({1, 1, 2});
  s.a_stride[3] = one_of({0, 1, 1}) * s.m * s.k;
  s.b_stride[3] = one_of({0, 1}) * s.n * s.k;
  s.a_stride[1] = s.batch[3] * s.m * s.k;
  s.b_stride[1] = s.b_stride[3] == 0 ? 0 : s.batch[3] * s.n * s.k;
  return s;
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_TEST_CUDA_GEMM_MATMUL_CHECKS_H_
