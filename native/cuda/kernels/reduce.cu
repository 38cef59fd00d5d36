#include "cuda/device/cuda.h"
//
#include <math.h>

#include "axis_tile.h"
#include "cuda/device/chunk.h"
#include "ops/element_math.h"
#include "reduce.h"

namespace spinexr::cuda {
namespace {

constexpr int kAtOnce = 4;  // loads of a thread before it needs the first of them

struct Reduce {
  ReduceOp take, finish;  // an element into a sum, a sum into the result
  int64_t n, inner, outer_stride, stride;
  int64_t per_split;  // elements along n
  int64_t mean_of;
};

SPX_HD double first_value(ReduceOp op) {
  switch (op) {
    case ReduceOp::kMax:
      return -HUGE_VAL;
    case ReduceOp::kMin:
      return HUGE_VAL;
    case ReduceOp::kProd:
      return 1;
    default:
      return 0;
  }
}

// How an element comes into the sums of op: kMax, kMin, kProd, kSumSquare, kL1 or kSum.
ReduceOp take_of(ReduceOp op) {
  switch (op) {
    case ReduceOp::kLogSumExp:
      return ReduceOp::kMax;
    case ReduceOp::kL2:
      return ReduceOp::kSumSquare;
    case ReduceOp::kMean:
    case ReduceOp::kLogSum:
      return ReduceOp::kSum;
    default:
      return op;
  }
}
// How two sums become one.
SPX_HD ReduceOp join_of(ReduceOp take) {
  return take == ReduceOp::kSumSquare || take == ReduceOp::kL1 ? ReduceOp::kSum : take;
}

SPX_HD double join(ReduceOp op, double a, double b) {
  switch (op) {
    case ReduceOp::kMax:
      return keep_max(a, b);
    case ReduceOp::kMin:
      return keep_min(a, b);
    case ReduceOp::kProd:
      return a * b;
    default:
      return a + b;
  }
}

// What is taken in chunks; the others one by one, so that their functions are there once.
SPX_HD bool is_light(ReduceOp op) {
  return op == ReduceOp::kMax || op == ReduceOp::kSum || op == ReduceOp::kMean ||
         op == ReduceOp::kSumSquare || op == ReduceOp::kL2;
}

template <bool kLight>
SPX_HD double finish(ReduceOp op, double value, int64_t mean_of) {
  if (op == ReduceOp::kMean) return value / static_cast<double>(mean_of);
  if (op == ReduceOp::kL2) return sqrt(value);
  return !kLight && op == ReduceOp::kLogSum ? log(value) : value;
}

template <class T>
SPX_HD double to_double(T value) {
  return static_cast<double>(to_number(value));
}
template <>
SPX_HD double to_double(double value) {
  return value;
}
SPX_HD void from_double(double value, float* y) { *y = round_to(value, 0.0f); }
SPX_HD void from_double(double value, Half* y) { *y = to_half(round_to(value, 0.0f)); }
SPX_HD void from_double(double value, int32_t* y) { *y = round_to(value, int32_t{0}); }

// A thread's share of the axis.
template <class X>
struct Share {
  const X* x;
  int64_t begin, end, stride;
  int step;
};

// values[i] = f(values[i], x)
template <class X, int kCount, class F>
__device__ void accumulate(const Share<X>& share, double (&values)[kCount], const F& f) {
  for (int64_t j = share.begin; j < share.end; j += int64_t{kAtOnce} * share.step) {
    Chunk<X, kCount> chunks[kAtOnce] = {};
    for (int k = 0; k < kAtOnce; ++k) {
      const int64_t at = j + k * share.step;
      if (at < share.end) chunks[k] = load_chunk<kCount>(share.x + at * share.stride);
    }
    for (int k = 0; k < kAtOnce; ++k) {
      if (j + k * share.step >= share.end) continue;
      for (int i = 0; i < kCount; ++i) values[i] = f(values[i], to_double(chunks[k].values[i]));
    }
  }
}

template <class X, int kCount>
__device__ void accumulate(ReduceOp take, const Share<X>& share, double (&values)[kCount]) {
  if constexpr (kCount > 1) {
    if (take == ReduceOp::kMax)
      return accumulate(share, values, [](double a, double b) { return keep_max(a, b); });
    if (take == ReduceOp::kSumSquare)
      return accumulate(share, values, [](double a, double b) { return a + b * b; });
    return accumulate(share, values, [](double a, double b) { return a + b; });
  }
  switch (take) {
    case ReduceOp::kMax:
      return accumulate(share, values, [](double a, double b) { return keep_max(a, b); });
    case ReduceOp::kMin:
      return accumulate(share, values, [](double a, double b) { return keep_min(a, b); });
    case ReduceOp::kProd:
      return accumulate(share, values, [](double a, double b) { return a * b; });
    case ReduceOp::kSumSquare:
      return accumulate(share, values, [](double a, double b) { return a + b * b; });
    case ReduceOp::kL1:
      return accumulate(share, values, [](double a, double b) { return a + fabs(b); });
    default:
      return accumulate(share, values, [](double a, double b) { return a + b; });
  }
}

// Into y, or as they are into partial [gridDim.y, results] for a second pass.
template <class X, class Y, int kCount>
__global__ void reduce_kernel(const X* x, Y* y, double* partial, Reduce reduce, AxisTile tile) {
  SPX_SHARED double shared[kCount * kAxisThreads];
  begin_kernel();
  const AxisTile::Place place = tile.place(blockIdx.x, static_cast<int>(threadIdx.x));
  const int64_t first = static_cast<int64_t>(blockIdx.y) * reduce.per_split;
  const int64_t end = first + reduce.per_split < reduce.n ? first + reduce.per_split : reduce.n;
  const Share<X> share{x + place.outer * reduce.outer_stride + place.inner * kCount, first + place.depth,
                       place.inside ? end : 0, reduce.stride, tile.depth()};
  double values[kCount];
  for (double& value : values) value = first_value(reduce.take);
  accumulate(reduce.take, share, values);
  const ReduceOp op = join_of(reduce.take);
  join_depths(tile, shared, values, [op](double a, double b) { return join(op, a, b); });
  if (kCount == 1 && reduce.finish == ReduceOp::kLogSumExp) {
    // Relative to the maximum, which keeps exp in range; an infinite maximum is the result itself.
    const double high = values[0];
    double sum[1] = {0};
    accumulate(share, sum, [high](double a, double b) { return a + exp(b - high); });
    join_depths(tile, shared, sum, [](double a, double b) { return a + b; });
    if (isfinite(high)) values[0] = high + log(sum[0]);
  }
  if (!place.inside || place.depth != 0) return;
  const int64_t at = place.outer * reduce.inner + place.inner * kCount;
  if (partial != nullptr) {
    double* const target = partial + static_cast<int64_t>(blockIdx.y) * tile.results() * kCount + at;
    for (int i = 0; i < kCount; ++i) target[i] = values[i];
    return;
  }
  Chunk<Y, kCount> chunk;
  for (int i = 0; i < kCount; ++i)
    from_double(finish<(kCount > 1)>(reduce.finish, values[i], reduce.mean_of), &chunk.values[i]);
  store_chunk<kCount>(y + at, chunk);
}

// Blocks along n: as many as keep the device busy, each with work for all its threads.
int64_t count_splits(const ReduceShape& shape, const AxisTile& tile, int multiprocessors) {
  if (shape.op == ReduceOp::kLogSumExp) return 1;
  const int64_t wanted = 2 * int64_t{multiprocessors} / tile.blocks();
  const int64_t possible = shape.n / (int64_t{2} * kAtOnce * tile.depth());
  const int64_t splits = wanted < possible ? wanted : possible;
  return splits < 2 ? 1 : splits;
}

AxisTile make_tile(const ReduceShape& shape, int count) {
  return AxisTile(shape.outer, shape.n, shape.inner / count, count == 1 ? 32 : 8);
}

template <class T, int kCount>
Status enqueue(Stream stream, const T* x, T* y, const ReduceShape& shape, int multiprocessors,
               uint8_t* scratch) {
  const AxisTile tile = make_tile(shape, kCount);
  const int64_t splits = count_splits(shape, tile, multiprocessors);
  Reduce reduce{take_of(shape.op),
                shape.op,
                shape.n,
                shape.inner,
                shape.outer_stride,
                shape.stride,
                (shape.n + splits - 1) / splits,
                shape.n};
  double* const partial = splits > 1 ? reinterpret_cast<double*>(scratch) : nullptr;
  SPX_TRY(launch(stream, tile.shape(splits), reduce_kernel<T, T, kCount>, x, y, partial, reduce, tile));
  if (splits == 1) return Status::OK;
  const int64_t results = shape.outer * shape.inner;
  reduce.take = join_of(reduce.take);
  reduce.n = reduce.per_split = splits;
  reduce.inner = reduce.stride = results;
  reduce.outer_stride = 0;
  const AxisTile rest(1, splits, results, 32);
  return launch(stream, rest.shape(), reduce_kernel<double, T, 1>, partial, y, static_cast<double*>(nullptr),
                reduce, rest);
}

template <int kCount, class T>
bool in_chunks(const ReduceShape& shape, const T* x, const T* y) {
  return is_light(shape.op) && shape.inner % kCount == 0 && shape.outer_stride % kCount == 0 &&
         shape.stride % kCount == 0 && aligned<T, kCount>(x) && aligned<T, kCount>(y);
}

}  // namespace

uint64_t reduce_scratch(const ReduceShape& shape, int wide, int multiprocessors) {
  int64_t most = 1;
  for (const int count : {1, wide}) {
    if (shape.inner % count != 0) continue;
    const int64_t splits = count_splits(shape, make_tile(shape, count), multiprocessors);
    most = splits > most ? splits : most;
  }
  return most == 1 ? 0 : static_cast<uint64_t>(most * shape.outer * shape.inner) * sizeof(double);
}

template <class T>
Status enqueue_reduce(Stream stream, const T* x, T* y, const ReduceShape& shape, int multiprocessors,
                      uint8_t* scratch) {
  if constexpr (!__is_same(T, int32_t)) {
    if (in_chunks<kWide<T>>(shape, x, y))
      return enqueue<T, kWide<T>>(stream, x, y, shape, multiprocessors, scratch);
  }
  return enqueue<T, 1>(stream, x, y, shape, multiprocessors, scratch);
}
template Status enqueue_reduce(Stream, const float*, float*, const ReduceShape&, int, uint8_t*);
template Status enqueue_reduce(Stream, const Half*, Half*, const ReduceShape&, int, uint8_t*);
template Status enqueue_reduce(Stream, const int32_t*, int32_t*, const ReduceShape&, int, uint8_t*);

}  // namespace spinexr::cuda
