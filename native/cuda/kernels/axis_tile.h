// How a block works along the middle of [outer, n, inner]: several results side by side, and several threads
// for each of them, whose partial results are joined in a fixed order.
#ifndef SPINEXR_CUDA_KERNELS_AXIS_TILE_H_
#define SPINEXR_CUDA_KERNELS_AXIS_TILE_H_

#include <stdint.h>

#include "cuda/device/fast_divide.h"
#include "cuda/runtime/launch.h"

namespace spinexr::cuda {

constexpr int kAxisThreads = 256;

// Of the threads of a block, the first `lanes` stand side by side along inner, `depth` of these along n, and
// the rest along outer; all are powers of two.
class AxisTile {
 public:
  // `line`: neighbours along inner that make good accesses.
  AxisTile(int64_t outer, int64_t n, int64_t inner, int line) : outer_(outer), inner_(inner) {
    lanes_ = at_most(inner, line);
    // With few results all threads help with each; with many, four elements and more for each thread.
    const int64_t groups = outer * ((inner + lanes_ - 1) / lanes_);
    depth_ = at_most(groups < 1024 ? n : (n + 3) / 4, kAxisThreads / lanes_);
    while (lanes_ < inner && lanes_ * depth_ < kAxisThreads) lanes_ *= 2;
    const int64_t columns = (inner + lanes_ - 1) / lanes_;
    columns_ = FastDivide(columns);
    const int rows = kAxisThreads / (lanes_ * depth_);
    blocks_ = (outer + rows - 1) / rows * columns;
  }

  int64_t blocks() const { return blocks_; }
  SPX_HD int64_t results() const { return outer_ * inner_; }
  LaunchShape shape(int64_t splits = 1) const {
    return {dim3(static_cast<uint32_t>(blocks_), static_cast<uint32_t>(splits)), kAxisThreads};
  }
  SPX_HD int lanes() const { return lanes_; }
  SPX_HD int depth() const { return depth_; }

  struct Place {
    int64_t outer, inner;
    int depth;    // of 0 .. depth() - 1
    bool inside;  // there is such a result
  };
  SPX_HD Place place(int64_t block, int thread) const {
    int64_t row, column;
    columns_.divide(block, &row, &column);
    Place place;
    place.depth = thread / lanes_ % depth_;
    place.inner = column * lanes_ + thread % lanes_;
    place.outer = row * (kAxisThreads / (lanes_ * depth_)) + thread / (lanes_ * depth_);
    place.inside = place.outer < outer_ && place.inner < inner_;
    return place;
  }

 private:
  // The least power of two that is not below `count`, or `most` (a power of two) where that is less.
  static int at_most(int64_t count, int most) {
    int power = 1;
    while (power < count && power < most) power *= 2;
    return power;
  }

  int64_t outer_, inner_, blocks_;
  int lanes_, depth_;
  FastDivide columns_;
};

#if defined(SPINEXR_CUDA_DEVICE_CUDA_H_)

// f over the values of all depths of a result, for each of kCount neighbours: a tree. Every thread of the
// block calls it and every one gets the answer. `shared` has room for kCount values per thread.
template <int kCount, class T, class F>
__device__ void join_depths(const AxisTile& tile, T* shared, T (&values)[kCount], const F& f) {
  if (tile.depth() == 1) return;
  const int thread = static_cast<int>(threadIdx.x), depth = thread / tile.lanes() % tile.depth();
  __syncthreads();  // who read the values of the time before has done so
  for (int i = 0; i < kCount; ++i) shared[i * kAxisThreads + thread] = values[i];
  __syncthreads();
  for (int half = tile.depth() / 2; half > 0; half /= 2) {
    if (depth < half) {
      for (int i = 0; i < kCount; ++i) {
        T* const value = shared + i * kAxisThreads + thread;
        *value = f(*value, value[half * tile.lanes()]);
      }
    }
    __syncthreads();
  }
  for (int i = 0; i < kCount; ++i) values[i] = shared[i * kAxisThreads + thread - depth * tile.lanes()];
}

#endif

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_AXIS_TILE_H_
