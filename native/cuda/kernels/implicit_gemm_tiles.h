// The shapes in which a matrix product is cut into blocks of threads, and which of them exist for which way
// of reading the operands.
#ifndef SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_TILES_H_
#define SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_TILES_H_

#include <stdint.h>

namespace spinexr::cuda {

// One block computes m rows and n columns of y, k of the depth at a time, with warps_m x warps_n warps and
// `stages` buffers for operands. blocks: that registers leave room for on a multiprocessor.
struct GemmTile {
  int m, n, k, warps_m, warps_n, stages, blocks;

  constexpr int threads() const { return warps_m * warps_n * 32; }
  constexpr int operand_bytes(int element_bytes) const { return stages * (m + n) * k * element_bytes; }
  // The tile of sums, rows kept apart so that the four rows that a half-warp writes are in different banks.
  constexpr int sum_stride() const { return n + 8; }
  constexpr int sum_bytes() const { return m * sum_stride() * 4; }
  constexpr int shared_bytes(int element_bytes) const {
    return operand_bytes(element_bytes) > sum_bytes() ? operand_bytes(element_bytes) : sum_bytes();
  }
};

constexpr int kGemmTiles = 5;
// Halves on tensor cores, floats by multiply-add.
constexpr GemmTile kHalfTiles[kGemmTiles] = {
    {128, 128, 32, 2, 4, 4, 2}, {128, 64, 32, 4, 2, 4, 2}, {64, 64, 64, 2, 2, 4, 4},
    {64, 32, 64, 2, 2, 4, 4},   {32, 32, 64, 2, 2, 4, 5},
};
constexpr GemmTile kFloatTiles[kGemmTiles] = {
    {128, 128, 16, 4, 2, 3, 1}, {128, 64, 16, 4, 2, 3, 2}, {64, 64, 16, 2, 2, 3, 4},
    {64, 32, 32, 4, 1, 3, 4},   {32, 32, 32, 2, 1, 3, 6},
};
constexpr const GemmTile& gemm_tile(bool half, int tile) {
  return half ? kHalfTiles[tile] : kFloatTiles[tile];
}

// How rows of A come into shared memory.
//   kAsync   copies of 16 bytes: no prologue; channels and strides are multiples of 16 bytes
//   kStaged  as kAsync, through registers: scale and shift per channel, ReLU
//   kPooled  as kStaged, the average over a window
//   kGather  element by element: any of the above, any alignment, any strides
enum class RowLoader : int32_t { kAsync, kStaged, kPooled, kGather, kCount };
// How columns of B do.
//   kDeep    the depth is contiguous and padded to 16 bytes
//   kWide    the columns are contiguous: multiples of 16 bytes
//   kGather  element by element, any strides
enum class ColumnLoader : int32_t { kDeep, kWide, kGather, kCount };

// Whether the kernel was compiled. For each pair of loaders that a step can need there is at least one tile.
constexpr bool gemm_exists(RowLoader rows, ColumnLoader columns, int tile) {
  switch (columns) {
    case ColumnLoader::kDeep:
      switch (rows) {
        case RowLoader::kAsync:
        case RowLoader::kStaged:
          return true;
        default:
          return tile == 1 || tile == 3;
      }
    case ColumnLoader::kWide:
      return rows == RowLoader::kAsync && (tile == 1 || tile == 2 || tile == 3);
    case ColumnLoader::kGather:
      return rows == RowLoader::kGather && tile == 3;
    default:
      return false;
  }
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_TILES_H_
