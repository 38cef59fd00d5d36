// Where rows, columns and depth of an implicit matrix product lie: in the maps that it reads, and in the
// shared memory of a block. On the processor and the GPU alike.
#ifndef SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_INDEX_H_
#define SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_INDEX_H_

#include <stdint.h>

#include "base/host_device.h"

namespace spinexr::cuda {

// Quotients of numbers 0 .. 2^31 - 1 by a divisor of that range, by a product and a shift (Granlund and
// Montgomery, Division by invariant integers using multiplication, 1994).
struct FastDivide {
  uint32_t divisor = 1;
  uint32_t magic = 0x80000001u;
  int32_t shift = 31;

  FastDivide() = default;
  // d: at least 1; smaller ones count as 1.
  explicit FastDivide(int64_t d) : divisor(d < 1 ? 1 : static_cast<uint32_t>(d)) {
    while ((uint64_t{1} << (shift - 31)) < divisor) ++shift;
    magic = static_cast<uint32_t>((uint64_t{1} << shift) / divisor + 1);
  }
  SPX_HD uint32_t quotient(uint32_t n) const {
    return static_cast<uint32_t>((static_cast<uint64_t>(n) * magic) >> shift);
  }
  SPX_HD uint32_t remainder(uint32_t n, uint32_t its_quotient) const { return n - its_quotient * divisor; }
};

// Rows of shared memory hold 4, 8, 16 or 32 chunks of 16 bytes. The place of a chunk of a row, in chunks:
// permuted so that eight rows that follow each other have the same chunk in different banks.
SPX_HD inline int chunk_place(int row, int chunk, int chunks) {
  const int turn = chunks == 4 ? (row >> 1) & 3 : row & 7;
  return row * chunks + (chunk ^ turn);
}

// How rows and depth of A become elements of x. Row: image, oh, ow; depth: kernel row, kernel column,
// channel. A matrix is a map of one row of pixels under a 1 x 1 kernel, its columns the channels.
struct GemmWindow {
  int32_t rows = 0, depth = 0;
  FastDivide output_h, output_w;     // of a row
  FastDivide channels, kernel_w;     // of a depth
  int32_t input_h = 1, input_w = 1;  // positions that are not padding; behind the pooling
  int32_t stride_h = 1, stride_w = 1, pad_top = 0, pad_left = 0, dilation_h = 1, dilation_w = 1;
  int32_t pool_h = 1, pool_w = 1, pool_stride_h = 1, pool_stride_w = 1;
  int32_t map_w = 1;                                               // pixels of a row of x
  int64_t image_stride = 0, pixel_stride = 1, channel_stride = 1;  // elements of x
};

// The upper left corner of a row's window, which may lie in the padding; image: elements before it.
struct WindowCorner {
  int64_t image;
  int32_t top, left;
};
// Rows behind the last one get a corner from which no position is inside.
SPX_HD inline WindowCorner window_corner(const GemmWindow& w, int32_t row) {
  if (row >= w.rows) return {0, INT32_MIN / 2, 0};
  const uint32_t line = w.output_w.quotient(static_cast<uint32_t>(row));
  const int32_t ow = static_cast<int32_t>(w.output_w.remainder(static_cast<uint32_t>(row), line));
  const uint32_t image = w.output_h.quotient(line);
  const int32_t oh = static_cast<int32_t>(w.output_h.remainder(line, image));
  return {image * w.image_stride, oh * w.stride_h - w.pad_top, ow * w.stride_w - w.pad_left};
}

// What a depth adds to a corner.
struct WindowTap {
  int32_t down, right, channel;
};
SPX_HD inline WindowTap window_tap(const GemmWindow& w, int32_t depth) {
  const uint32_t tap = w.channels.quotient(static_cast<uint32_t>(depth));
  const int32_t channel = static_cast<int32_t>(w.channels.remainder(static_cast<uint32_t>(depth), tap));
  const uint32_t line = w.kernel_w.quotient(tap);
  const int32_t column = static_cast<int32_t>(w.kernel_w.remainder(tap, line));
  return {static_cast<int32_t>(line) * w.dilation_h, column * w.dilation_w, channel};
}

SPX_HD inline bool window_inside(const GemmWindow& w, const WindowCorner& corner, const WindowTap& tap) {
  return static_cast<uint32_t>(corner.top + tap.down) < static_cast<uint32_t>(w.input_h) &&
         static_cast<uint32_t>(corner.left + tap.right) < static_cast<uint32_t>(w.input_w);
}
// The element of x at a position that is inside; with pooling the first of its window.
SPX_HD inline int64_t window_element(const GemmWindow& w, const WindowCorner& corner, const WindowTap& tap) {
  const int64_t y = static_cast<int64_t>(corner.top + tap.down) * w.pool_stride_h;
  const int64_t x = static_cast<int64_t>(corner.left + tap.right) * w.pool_stride_w;
  return corner.image + (y * w.map_w + x) * w.pixel_stride + tap.channel * w.channel_stride;
}

// Products of one launch that differ only in where their matrices begin: groups of a convolution, a batch.
// Number i is split into digits i3 (fastest), i2, i1, i0.
struct GemmItems {
  FastDivide dims[4];
  int64_t a[4] = {}, b[4] = {};       // elements per step of a digit
  int64_t y = 0, residual = 0;        // elements per item
  int32_t columns = 0, channels = 0;  // of bias and scale, and of the prologue, per item
};
SPX_HD inline void item_offsets(const GemmItems& items, uint32_t item, int64_t* a, int64_t* b) {
  *a = *b = 0;
  for (int d = 3; d >= 0; --d) {
    const uint32_t rest = items.dims[d].quotient(item);
    const int64_t digit = items.dims[d].remainder(item, rest);
    *a += digit * items.a[d];
    *b += digit * items.b[d];
    item = rest;
  }
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_INDEX_H_
