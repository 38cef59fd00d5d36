// y = activation(scale (alpha A B^T) + bias + residual): convolution as a matrix product whose A is never
// made in memory, and products of matrices. Rows are output pixels, columns output channels of a group, the
// depth runs over kernel rows, kernel columns and input channels.
#ifndef SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_H_
#define SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_H_

#include "cuda/device/activation.h"
#include "cuda/runtime/device.h"
#include "implicit_gemm_index.h"
#include "implicit_gemm_tiles.h"

namespace spinexr::cuda {

// A: elements of x, per channel scaled and shifted (where given), put through ReLU, averaged; zero in the
// padding, which comes behind all that.
struct GemmRows {
  const void* x = nullptr;  // Half or float
  const float* scale = nullptr;
  const float* shift = nullptr;
  bool relu = false;
  float mean = 1;  // 1 / elements of the pooling window
  GemmWindow window;
};

// B: element (n, k) at n * column_stride + k * depth_stride; zero from `depth` on (kDeep: a multiple of 16
// bytes, where weights are padded with zeros).
struct GemmColumns {
  const void* b = nullptr;  // of x's type
  int32_t columns = 0, depth = 0;
  int64_t column_stride = 0, depth_stride = 1;
};

struct GemmOutput {
  void* y = nullptr;
  const void* residual = nullptr;  // of y's type; may be y
  const float* scale = nullptr;
  const float* bias = nullptr;
  int64_t y_stride = 0, residual_stride = 0;  // elements from row to row
  float alpha = 1;
  Activate activate;
  bool half = false;     // y
  bool vectors = false;  // y, residual and their strides, also from item to item, are multiples of 16 bytes
};

struct Gemm {
  GemmRows a;
  GemmColumns b;
  GemmOutput out;
  GemmItems items;
  int32_t item_count = 1;
  bool half = false;  // A and B: tensor cores; else floats, multiplied and added as such
  RowLoader row_loader = RowLoader::kGather;
  ColumnLoader column_loader = ColumnLoader::kGather;
};

// tile: of kHalfTiles or kFloatTiles, one that gemm_exists. The depth is cut into `splits` parts, which
// blocks of their own sum; the last of them adds the sums in the order of the parts.
struct GemmSchedule {
  int32_t tile = 0, splits = 1;
};

// The number of tiles of y in all items.
int64_t gemm_tiles(const Gemm& gemm, const GemmSchedule& schedule);
// What the parts of a split depth need: floats of scratch (undefined before), and counters, one per tile,
// that are zero before and afterwards. Both 0 where splits is 1.
int64_t gemm_scratch_bytes(const Gemm& gemm, const GemmSchedule& schedule);
int64_t gemm_counters(const Gemm& gemm, const GemmSchedule& schedule);

// Alignments and limits are the caller's: rows, columns, depth, tiles and items below 2^31, and rows of
// window.map_w * height below 2^31. Nothing is launched where y has no elements.
Status enqueue_gemm(Stream stream, const Gemm& gemm, const GemmSchedule& schedule, void* scratch,
                    uint32_t* counters);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_H_
