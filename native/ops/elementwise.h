// Rows of equal length: the shape of unary and scale_shift steps, cut into blocks for the threads.
#ifndef SPINEXR_OPS_ELEMENTWISE_H_
#define SPINEXR_OPS_ELEMENTWISE_H_

#include <stdint.h>

#include "geometry.h"
#include "op.h"

namespace spinexr {

// rows of cols elements, strides apart; joined into one row where nothing lies between them.
struct Rows {
  int64_t rows, cols, x_stride, y_stride;

  // Calls f(x offset, y offset, first column, count, thread) for pieces of at most kBlock elements each;
  // several short rows go to one task. The cut does not depend on the number of threads.
  template <class F>
  void for_each(ThreadPool& pool, const F& f) const {
    if (rows == 0 || cols == 0) return;
    const int64_t blocks = ceil_div(cols, kBlock);  // per row
    const int64_t rows_per_task = larger(1, kBlock / cols);
    pool.parallel_for(ceil_div(rows, rows_per_task) * blocks, [&](int64_t i, int) {
      const int64_t column = i % blocks * kBlock;
      const int64_t first = i / blocks * rows_per_task;
      for (int64_t r = first; r < smaller(rows, first + rows_per_task); ++r) {
        f(r * x_stride + column, r * y_stride + column, column, smaller(kBlock, cols - column));
      }
    });
  }
};

// Checks the walk against both tensors. `joinable`: columns mean nothing, so dense rows may be taken as one.
Status read_rows(const PrepareContext& context, int32_t x, int32_t y, int32_t rows, int32_t cols,
                 int32_t x_stride, int32_t y_stride, bool joinable, Rows* result);

}  // namespace spinexr

#endif  // SPINEXR_OPS_ELEMENTWISE_H_
