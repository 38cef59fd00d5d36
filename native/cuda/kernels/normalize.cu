#include "cuda/device/cuda.h"
//
#include <math.h>

#include "cuda/device/chunk.h"
#include "normalize.h"
#include "warp_row.h"

namespace spinexr::cuda {
namespace {

constexpr int kBlockThreads = 512;

// A mean as a sum of two floats: distances from it stay exact where it is large.
struct Center {
  float high, low;

  SPX_HD explicit Center(double mean)
      : high(static_cast<float>(mean)), low(static_cast<float>(mean - static_cast<double>(high))) {}
  SPX_HD float distance(float v) const { return v - high - low; }
};

SPX_HD double square(float v) { return static_cast<double>(v) * static_cast<double>(v); }

SPX_HD double inverse_of(double squares, const NormalizeShape& shape) {
  return 1 / sqrt(squares / static_cast<double>(shape.n) + static_cast<double>(shape.epsilon));
}

// Distances become results.
template <int kCount, class T>
SPX_HD void finish(float (&v)[kCount], float inverse, const NormalizeExtras& extras, int64_t at, T* target) {
  for (float& value : v) value *= inverse;
  float other[kCount];
  if (extras.scale != nullptr) {
    load_numbers(extras.scale + at, other);
    for (int i = 0; i < kCount; ++i) v[i] *= other[i];
  }
  if (extras.bias != nullptr) {
    load_numbers(extras.bias + at, other);
    for (int i = 0; i < kCount; ++i) v[i] += other[i];
  }
  store_numbers(target, v);
}

SPX_HD void keep(const NormalizeExtras& extras, int64_t row, double mean, double inverse) {
  if (extras.mean != nullptr) extras.mean[row] = static_cast<float>(mean);
  if (extras.inverse_deviation != nullptr) extras.inverse_deviation[row] = static_cast<float>(inverse);
}

// Rows of at most kWarpRow elements.
template <class T, int kCount, int kSteps>
__global__ void normalize_row_kernel(const T* x, T* y, NormalizeExtras extras, NormalizeShape shape) {
  begin_kernel();
  using Row = WarpRow<kCount, kSteps>;
  if (Row::index() >= shape.rows) return;
  Row row;
  row.n = shape.n;
  row.load(x + Row::index() * shape.n);
  double sum = 0, squares = 0;
  row.each([&](int64_t, const float(&v)[kCount]) {
    for (int i = 0; i < kCount; ++i) sum += static_cast<double>(v[i]);
  });
  const double mean = warp_sum(sum) / static_cast<double>(shape.n);
  const Center center(mean);
  row.each([&](int64_t, float(&v)[kCount]) {
    for (int i = 0; i < kCount; ++i) {
      v[i] = center.distance(v[i]);
      squares += square(v[i]);
    }
  });
  const double inverse = inverse_of(warp_sum(squares), shape);
  T* const target = y + Row::index() * shape.n;
  row.each([&](int64_t at, float(&v)[kCount]) {
    finish(v, static_cast<float>(inverse), extras, at, target + at);
  });
  if (lane_id() == 0) keep(extras, Row::index(), mean, inverse);
}

// The sum over all threads of the block, in a fixed order, for each of them.
__device__ double block_sum(double value, double* shared) {
  value = warp_sum(value);
  __syncthreads();  // who read the sums of the time before has done so
  if (lane_id() == 0) shared[warp_id()] = value;
  __syncthreads();
  double sum = 0;
  for (int i = 0; i < kBlockThreads / 32; ++i) sum += shared[i];
  return sum;
}

// One row for each block.
template <class T, int kCount>
__global__ void normalize_kernel(const T* x, T* y, NormalizeExtras extras, NormalizeShape shape) {
  SPX_SHARED double shared[kBlockThreads / 32];
  begin_kernel();
  const int64_t row = blockIdx.x;
  const T* const source = x + row * shape.n;
  const int64_t first = static_cast<int64_t>(threadIdx.x) * kCount, step = int64_t{kBlockThreads} * kCount;
  double sum = 0, squares = 0;
  float v[kCount];
  for (int64_t at = first; at < shape.n; at += step) {
    load_numbers(source + at, v);
    for (int i = 0; i < kCount; ++i) sum += static_cast<double>(v[i]);
  }
  const double mean = block_sum(sum, shared) / static_cast<double>(shape.n);
  const Center center(mean);
  for (int64_t at = first; at < shape.n; at += step) {
    load_numbers(source + at, v);
    for (int i = 0; i < kCount; ++i) squares += square(center.distance(v[i]));
  }
  const double inverse = inverse_of(block_sum(squares, shared), shape);
  for (int64_t at = first; at < shape.n; at += step) {
    load_numbers(source + at, v);
    for (int i = 0; i < kCount; ++i) v[i] = center.distance(v[i]);
    finish(v, static_cast<float>(inverse), extras, at, y + row * shape.n + at);
  }
  if (threadIdx.x == 0) keep(extras, row, mean, inverse);
}

}  // namespace

template <class T>
Status enqueue_normalize(Stream stream, const T* x, T* y, const NormalizeExtras& extras,
                         const NormalizeShape& shape) {
  constexpr int kCount = kWide<T>;
  const bool wide = shape.n % kCount == 0 && aligned<T, kCount>(x) && aligned<T, kCount>(y) &&
                    aligned<float, kCount>(extras.scale) && aligned<float, kCount>(extras.bias);
  if (shape.n <= kWarpRow) {
    const auto kernel = !wide            ? normalize_row_kernel<T, 1, 32>
                        : shape.n <= 256 ? normalize_row_kernel<T, kCount, 256 / 32 / kCount>
                                         : normalize_row_kernel<T, kCount, kWarpRow / 32 / kCount>;
    return launch(stream, launch_rows(shape.rows), kernel, x, y, extras, shape);
  }
  const LaunchShape blocks{dim3(static_cast<uint32_t>(shape.rows)), kBlockThreads};
  return launch(stream, blocks, wide ? normalize_kernel<T, kCount> : normalize_kernel<T, 1>, x, y, extras,
                shape);
}
template Status enqueue_normalize(Stream, const float*, float*, const NormalizeExtras&,
                                  const NormalizeShape&);
template Status enqueue_normalize(Stream, const Half*, Half*, const NormalizeExtras&, const NormalizeShape&);

}  // namespace spinexr::cuda
