#include "cuda/device/cuda.h"
//
#include <math.h>

#include "axis_tile.h"
#include "ops/element_math.h"
#include "softmax.h"
#include "warp_row.h"

namespace spinexr::cuda {
namespace {

// The result from the distance to the maximum.
struct Finish {
  bool log;
  float scale, shift;  // 1 / sum, log(sum)

  SPX_HD Finish(bool log_result, float sum)
      : log(log_result), scale(log_result ? 0.0f : 1 / sum), shift(log_result ? logf(sum) : 0.0f) {}
  SPX_HD float operator()(float distance) const { return log ? distance - shift : expf(distance) * scale; }
};

// Rows of at most kWarpRow elements, inner 1.
template <class T, int kCount, int kSteps>
__global__ void softmax_row_kernel(const T* x, T* y, SoftmaxShape shape) {
  begin_kernel();
  using Row = WarpRow<kCount, kSteps>;
  if (Row::index() >= shape.outer) return;
  Row row;
  row.n = shape.n;
  row.load(x + Row::index() * shape.n);
  float high = -INFINITY;
  row.each([&](int64_t, const float(&v)[kCount]) {
    for (int i = 0; i < kCount; ++i) high = keep_max(high, v[i]);
  });
  high = warp_reduce(high, [](float a, float b) { return keep_max(a, b); });
  float sum = 0;
  row.each([&](int64_t, float(&v)[kCount]) {
    for (int i = 0; i < kCount; ++i) {
      v[i] -= high;
      sum += expf(v[i]);
    }
  });
  const Finish finish(shape.log, warp_sum(sum));
  T* const target = y + Row::index() * shape.n;
  row.each([&](int64_t at, float(&v)[kCount]) {
    for (int i = 0; i < kCount; ++i) v[i] = finish(v[i]);
    store_numbers(target + at, v);
  });
}

template <class T>
__global__ void softmax_kernel(const T* x, T* y, SoftmaxShape shape, AxisTile tile) {
  SPX_SHARED double shared[kAxisThreads];
  begin_kernel();
  const AxisTile::Place place = tile.place(blockIdx.x, static_cast<int>(threadIdx.x));
  const int64_t first = place.outer * shape.n * shape.inner + place.inner;
  const int64_t end = place.inside ? shape.n : 0;
  double high[1] = {-HUGE_VAL}, sum[1] = {0};
  for (int64_t j = place.depth; j < end; j += tile.depth())
    high[0] = keep_max(high[0], static_cast<double>(load(x + first + j * shape.inner)));
  join_depths(tile, shared, high, [](double a, double b) { return keep_max(a, b); });
  const float most = static_cast<float>(high[0]);
  for (int64_t j = place.depth; j < end; j += tile.depth())
    sum[0] += static_cast<double>(expf(load(x + first + j * shape.inner) - most));
  join_depths(tile, shared, sum, [](double a, double b) { return a + b; });
  const Finish finish(shape.log, static_cast<float>(sum[0]));
  for (int64_t j = place.depth; j < end; j += tile.depth()) {
    const int64_t at = first + j * shape.inner;
    store(y + at, finish(load(x + at) - most));
  }
}

}  // namespace

template <class T>
Status enqueue_softmax(Stream stream, const T* x, T* y, const SoftmaxShape& shape) {
  if (shape.inner == 1 && shape.n <= kWarpRow) {
    constexpr int kCount = kWide<T>;
    const bool wide = shape.n % kCount == 0 && aligned<T, kCount>(x) && aligned<T, kCount>(y);
    const auto kernel = !wide            ? softmax_row_kernel<T, 1, 32>
                        : shape.n <= 256 ? softmax_row_kernel<T, kCount, 256 / 32 / kCount>
                                         : softmax_row_kernel<T, kCount, kWarpRow / 32 / kCount>;
    return launch(stream, launch_rows(shape.outer), kernel, x, y, shape);
  }
  const AxisTile tile(shape.outer, shape.n, shape.inner, 32);
  return launch(stream, tile.shape(), softmax_kernel<T>, x, y, shape, tile);
}
template Status enqueue_softmax(Stream, const float*, float*, const SoftmaxShape&);
template Status enqueue_softmax(Stream, const Half*, Half*, const SoftmaxShape&);

}  // namespace spinexr::cuda
