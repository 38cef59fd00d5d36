#include "cuda/device/cuda.h"
//
#include <math.h>

#include "cuda/device/chunk.h"
#include "cuda/device/fast_divide.h"
#include "cuda/runtime/launch.h"
#include "ops/element_math.h"
#include "pool.h"

namespace spinexr::cuda {
namespace {

constexpr int kAtOnce = 4;  // loads of a thread before it needs the first of them

// The part of a window that lies in the map: `count` places from `first` on, `step` apart.
struct Window {
  int64_t first;
  int32_t count;
  int32_t padded;  // places in the map and its padding
};

// How many of 0, dilation, 2 dilation, ... lie below `limit`, at most `kernel`.
SPX_HD int64_t places_below(int64_t limit, const PoolAxis& axis) {
  if (limit <= 0) return 0;
  const int64_t places = (limit + axis.dilation - 1) / axis.dilation;
  return places < axis.kernel ? places : axis.kernel;
}

SPX_HD Window find_window(const PoolAxis& axis, int64_t output) {
  const int64_t begin = output * axis.stride - axis.pad_before;
  const int64_t outside = places_below(-begin, axis);
  return {begin + outside * axis.dilation,
          static_cast<int32_t>(places_below(axis.x_size - begin, axis) - outside),
          static_cast<int32_t>(places_below(axis.x_size + axis.pad_after - begin, axis))};
}

struct Pool {
  PoolShape shape;
  int64_t units;  // chunks of pixels of y
  FastDivide chunks, columns, rows;
};

SPX_HD float take(const PoolShape& shape, float sum, float value) {
  if (shape.mode == PoolMode::kMax) return keep_max(sum, value);
  if (shape.mode == PoolMode::kAverage) return sum + value;
  if (shape.p == 1) return sum + fabsf(value);
  if (shape.p == 2) return fmaf(value, value, sum);
  return sum + powf(fabsf(value), static_cast<float>(shape.p));
}

SPX_HD float finish(const PoolShape& shape, float sum, const Window& down, const Window& across) {
  if (shape.mode == PoolMode::kMax) return sum;
  if (shape.mode == PoolMode::kAverage) {
    const int64_t count =
        shape.count_padding ? int64_t{down.padded} * across.padded : int64_t{down.count} * across.count;
    return count > 0 ? sum * (1.0f / static_cast<float>(count)) : 0;
  }
  if (shape.p == 1) return sum;
  return shape.p == 2 ? sqrtf(sum) : static_cast<float>(pow(static_cast<double>(sum), 1.0 / shape.p));
}

template <class T, int kCount, PoolMode kMode>
__global__ void pool_kernel(const T* x, T* y, Pool pool) {
  begin_kernel();
  pool.shape.mode = kMode;
  const PoolShape& shape = pool.shape;
  for (int64_t unit = thread_index(); unit < pool.units; unit += thread_count()) {
    int64_t pixel, chunk, row, column, image, line;
    pool.chunks.divide(unit, &pixel, &chunk);
    pool.columns.divide(pixel, &line, &column);
    pool.rows.divide(line, &image, &row);
    const Window down = find_window(shape.down, row), across = find_window(shape.across, column);
    float sums[kCount];
    for (float& sum : sums) sum = kMode == PoolMode::kMax ? -INFINITY : 0;
    const T* source =
        x + ((image * shape.down.x_size + down.first) * shape.across.x_size + across.first) * shape.x_stride +
        chunk * kCount;
    const int64_t down_step = shape.down.dilation * shape.across.x_size * shape.x_stride;
    const int64_t across_step = shape.across.dilation * shape.x_stride;
    for (int32_t i = 0; i < down.count; ++i, source += down_step) {
      for (int32_t j = 0; j < across.count; j += kAtOnce) {
        Chunk<T, kCount> chunks[kAtOnce] = {};
        for (int k = 0; k < kAtOnce; ++k) {
          if (j + k < across.count) chunks[k] = load_chunk<kCount>(source + (j + k) * across_step);
        }
        for (int k = 0; k < kAtOnce; ++k) {
          if (j + k >= across.count) continue;
          for (int v = 0; v < kCount; ++v) sums[v] = take(shape, sums[v], to_number(chunks[k].values[v]));
        }
      }
    }
    for (float& sum : sums) sum = finish(shape, sum, down, across);
    store_numbers(y + pixel * shape.y_stride + chunk * kCount, sums);
  }
}

}  // namespace

template <class T>
Status enqueue_pool(Stream stream, const T* x, T* y, const PoolShape& shape) {
  constexpr int kCount = kWide<T>;
  const bool wide = shape.mode != PoolMode::kLp && shape.channels % kCount == 0 &&
                    shape.x_stride % kCount == 0 && shape.y_stride % kCount == 0 && aligned<T, kCount>(x) &&
                    aligned<T, kCount>(y);
  const int64_t chunks = wide ? shape.channels / kCount : shape.channels;
  const Pool pool{shape, shape.images * shape.down.y_size * shape.across.y_size * chunks, FastDivide(chunks),
                  FastDivide(shape.across.y_size), FastDivide(shape.down.y_size)};
  const bool max = shape.mode == PoolMode::kMax;
  const auto kernel = shape.mode == PoolMode::kLp ? pool_kernel<T, 1, PoolMode::kLp>
                      : wide && max               ? pool_kernel<T, kCount, PoolMode::kMax>
                      : wide                      ? pool_kernel<T, kCount, PoolMode::kAverage>
                      : max                       ? pool_kernel<T, 1, PoolMode::kMax>
                                                  : pool_kernel<T, 1, PoolMode::kAverage>;
  return launch(stream, launch_over(pool.units, 128), kernel, x, y, pool);
}
template Status enqueue_pool(Stream, const float*, float*, const PoolShape&);
template Status enqueue_pool(Stream, const Half*, Half*, const PoolShape&);

}  // namespace spinexr::cuda
