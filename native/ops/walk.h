// Strided walks over up to eight dims for several operands at once: binary, where and copy steps.
#ifndef SPINEXR_OPS_WALK_H_
#define SPINEXR_OPS_WALK_H_

#include <stdint.h>

#include "geometry.h"
#include "op.h"

namespace spinexr {

// dims with the strides of kOperands operands, simplified: dims of 1 are gone and dims that continue each
// other in all operands are one. There is always at least one dim; the last one is the inner loop.
template <int kOperands>
struct Walk {
  int rank = 1;
  int64_t dims[kMaxRank] = {1};
  int64_t strides[kOperands][kMaxRank] = {};

  Walk() = default;
  Walk(const int32_t* all_dims, int all_rank, const int32_t* const (&all_strides)[kOperands]) {
    for (int d = 0; d < all_rank; ++d) {
      if (all_dims[d] != 1) append(all_dims[d], all_strides, d);
    }
  }

  int64_t inner() const { return dims[rank - 1]; }
  int64_t inner_stride(int operand) const { return strides[operand][rank - 1]; }
  // Number of inner loops.
  int64_t outer() const {
    int64_t count = 1;
    for (int d = 0; d + 1 < rank; ++d) count *= dims[d];
    return count;
  }
  void locate(int64_t outer_index, int64_t (&offsets)[kOperands]) const {
    for (int64_t& offset : offsets) offset = 0;
    for (int d = rank - 2; d >= 0; --d) {
      const int64_t i = outer_index % dims[d];
      outer_index /= dims[d];
      for (int operand = 0; operand < kOperands; ++operand) offsets[operand] += i * strides[operand][d];
    }
  }

  // Calls f(offsets, count) for pieces of at most kBlock steps of the inner loop; several short loops are one
  // task. The cut does not depend on the number of threads.
  template <class F>
  void for_each(ThreadPool& pool, const F& f) const {
    const int64_t length = inner(), loops = outer();
    if (length == 0 || loops == 0) return;
    const int64_t blocks = ceil_div(length, kBlock);
    const int64_t loops_per_task = larger(1, kBlock / length);
    pool.parallel_for(ceil_div(loops, loops_per_task) * blocks, [&](int64_t i, int) {
      const int64_t begin = i % blocks * kBlock;
      const int64_t first = i / blocks * loops_per_task;
      for (int64_t loop = first; loop < smaller(loops, first + loops_per_task); ++loop) {
        int64_t offsets[kOperands];
        locate(loop, offsets);
        for (int operand = 0; operand < kOperands; ++operand)
          offsets[operand] += begin * inner_stride(operand);
        f(offsets, smaller(kBlock, length - begin));
      }
    });
  }

 private:
  bool empty_ = true;

  void append(int64_t dim, const int32_t* const (&all_strides)[kOperands], int d) {
    bool continues = !empty_;
    for (int operand = 0; operand < kOperands; ++operand) {
      continues = continues && strides[operand][rank - 1] == dim * all_strides[operand][d];
    }
    if (continues) {
      dims[rank - 1] *= dim;
    } else {
      if (!empty_) ++rank;
      dims[rank - 1] = dim;
    }
    empty_ = false;
    for (int operand = 0; operand < kOperands; ++operand)
      strides[operand][rank - 1] = all_strides[operand][d];
  }
};

// The strides of a dense tensor of these dims.
inline void dense_strides(const int32_t* dims, int rank, int32_t* strides) {
  int64_t stride = 1;
  for (int d = rank - 1; d >= 0; --d) {
    strides[d] = static_cast<int32_t>(smaller(stride, INT32_MAX));
    stride *= dims[d] > 0 ? dims[d] : 1;
  }
}

// Dims >= 0 whose product is `elements` (what y holds), and strides that stay inside the tensor from element
// `offset`.
Status check_dims(const PrepareContext& context, const int32_t* dims, int rank, int64_t* elements);
Status check_walk(const PrepareContext& context, int32_t tensor, const char* role, const int32_t* dims,
                  const int32_t* strides, int rank, int64_t offset);

}  // namespace spinexr

#endif  // SPINEXR_OPS_WALK_H_
