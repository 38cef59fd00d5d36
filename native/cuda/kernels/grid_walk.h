// Strided walks of several operands at once, cut into units: one thread takes one unit of neighbouring
// elements after another.
#ifndef SPINEXR_CUDA_KERNELS_GRID_WALK_H_
#define SPINEXR_CUDA_KERNELS_GRID_WALK_H_

#include <stdint.h>

#include "cuda/device/chunk.h"
#include "cuda/device/fast_divide.h"

namespace spinexr::cuda {

constexpr int kMostDims = 8;

// dims (at least one) with the strides of kOperands operands, in elements; the last dim is the inner loop.
template <int kOperands>
struct Strided {
  int rank = 1;
  int64_t dims[kMostDims] = {1};
  int64_t strides[kOperands][kMostDims] = {};

  int64_t inner() const { return dims[rank - 1]; }
  int64_t inner_stride(int operand) const { return strides[operand][rank - 1]; }
};

// rows of cols elements, whose rows lie strides apart; one row where nothing lies between them.
template <int kOperands>
Strided<kOperands> strided_rows(int64_t rows, int64_t cols, const int64_t (&strides)[kOperands]) {
  Strided<kOperands> result;
  bool joined = true;
  for (const int64_t stride : strides) joined = joined && (rows == 1 || stride == cols);
  if (!joined) result.dims[result.rank++ - 1] = rows;
  result.dims[result.rank - 1] = joined ? rows * cols : cols;
  for (int operand = 0; operand < kOperands; ++operand) {
    result.strides[operand][0] = strides[operand];
    result.strides[operand][result.rank - 1] = 1;
  }
  return result;
}

// Whether units of kCount elements begin at multiples of kCount in operand `operand`, or all are the same
// element there.
template <int kCount, int kOperands>
bool divides(const Strided<kOperands>& walk, int operand) {
  if (walk.inner_stride(operand) == 0) return true;
  if (walk.inner_stride(operand) != 1 || walk.inner() % kCount != 0) return false;
  for (int d = 0; d + 1 < walk.rank; ++d) {
    if (walk.strides[operand][d] % kCount != 0) return false;
  }
  return true;
}
// Whether they can be loaded and stored at once.
template <int kCount, class T, int kOperands>
bool in_units(const Strided<kOperands>& walk, int operand, const T* pointer) {
  return divides<kCount>(walk, operand) && (walk.inner_stride(operand) == 0 || aligned<T, kCount>(pointer));
}

// What a kernel gets.
template <int kOperands>
class GridWalk {
 public:
  // Units of `count` elements of the inner loop, which is a multiple of it.
  GridWalk(const Strided<kOperands>& walk, int count) : rank_(walk.rank) {
    for (int d = 0; d < rank_; ++d) {
      const bool inner = d == rank_ - 1;
      const int64_t dim = inner ? walk.dims[d] / count : walk.dims[d];
      units_ *= dim;
      dims_[d] = FastDivide(dim > 0 ? dim : 1);
      for (int operand = 0; operand < kOperands; ++operand)
        strides_[operand][d] = walk.strides[operand][d] * (inner ? count : 1);
    }
  }

  SPX_HD int64_t units() const { return units_; }
  SPX_HD int64_t inner_stride(int operand) const { return strides_[operand][rank_ - 1]; }
  // The offset in each operand, in elements.
  SPX_HD void locate(int64_t unit, int64_t (&offsets)[kOperands]) const {
    for (int64_t& offset : offsets) offset = 0;
    for (int d = rank_ - 1; d > 0; --d) {
      int64_t i;
      dims_[d].divide(unit, &unit, &i);
      for (int operand = 0; operand < kOperands; ++operand) offsets[operand] += i * strides_[operand][d];
    }
    for (int operand = 0; operand < kOperands; ++operand) offsets[operand] += unit * strides_[operand][0];
  }

 private:
  int rank_;
  int64_t units_ = 1;
  FastDivide dims_[kMostDims];
  int64_t strides_[kOperands][kMostDims] = {};
};

// kCount elements from here on, or kCount times the one that is here.
template <int kCount, class T>
SPX_HD inline void load_elements(const T* source, bool same, Chunk<T, kCount>* chunk) {
  if (kCount > 1 && same) {
    const T value = *source;
    for (T& v : chunk->values) v = value;
  } else {
    *chunk = load_chunk<kCount>(source);
  }
}
template <int kCount, class T>
SPX_HD inline void load_unit(const T* source, bool same, Number<T> (&values)[kCount]) {
  Chunk<T, kCount> chunk;
  load_elements(source, same, &chunk);
  for (int i = 0; i < kCount; ++i) values[i] = to_number(chunk.values[i]);
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_GRID_WALK_H_
