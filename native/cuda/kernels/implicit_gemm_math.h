// The product of two tiles in shared memory, summed in the registers of a block's threads: halves on tensor
// cores, floats by multiply-add.
#ifndef SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_MATH_H_
#define SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_MATH_H_

#include "cuda/device/cuda.h"
#include "cuda/device/half.h"
#include "cuda/device/mma.h"
#include "implicit_gemm_index.h"

namespace spinexr::cuda {

// sums: the thread's part of the tile, kCount floats. write(sums, tile): to rows Tile::kSumStride apart.
template <class T, class Tile>
struct Product;

// Each warp computes products of 16 x 8 x 16.
template <class Tile>
struct Product<Half, Tile> {
  static constexpr int kRows = Tile::kM / Tile::kWarpsM / 16, kColumns = Tile::kN / Tile::kWarpsN / 8;
  static constexpr int kCount = kRows * kColumns * 4;
  static constexpr int kDeepChunks = Tile::kK / 8, kWideChunks = Tile::kN / 8;
  static_assert(kRows >= 1 && kColumns % 2 == 0);

  float sums[kRows][kColumns][4] = {};
  int row = warp_id() / Tile::kWarpsN * kRows * 16;
  int column = warp_id() % Tile::kWarpsN * kColumns * 8;

  template <bool kWide>
  __device__ __forceinline__ void add(const Vec<Half>* a, const Vec<Half>* b) {
    const int matrix = lane_id() >> 3, line = lane_id() & 7;
    SPX_UNROLL
    for (int k = 0; k < Tile::kK / 16; ++k) {
      uint32_t rows[kRows][4], columns[kColumns][2];
      SPX_UNROLL
      for (int i = 0; i < kRows; ++i) {
        const int place =
            chunk_place(row + i * 16 + (matrix & 1) * 8 + line, 2 * k + (matrix >> 1), kDeepChunks);
        load_matrices(rows[i], a[place].values);
      }
      SPX_UNROLL
      for (int j = 0; j < kColumns; j += 2) {
        uint32_t two[4];
        if constexpr (kWide) {
          const int place =
              chunk_place(16 * k + (matrix & 1) * 8 + line, column / 8 + j + (matrix >> 1), kWideChunks);
          load_matrices_transposed(two, b[place].values);
        } else {
          const int place =
              chunk_place(column + j * 8 + (matrix >> 1) * 8 + line, 2 * k + (matrix & 1), kDeepChunks);
          load_matrices(two, b[place].values);
        }
        columns[j][0] = two[0];
        columns[j][1] = two[1];
        columns[j + 1][0] = two[2];
        columns[j + 1][1] = two[3];
      }
      SPX_UNROLL
      for (int i = 0; i < kRows; ++i) {
        SPX_UNROLL
        for (int j = 0; j < kColumns; ++j) mma_16816(sums[i][j], rows[i], columns[j]);
      }
    }
  }

  __device__ __forceinline__ float* all() { return &sums[0][0][0]; }

  template <bool kWide>
  __device__ __forceinline__ void write(float* tile) const {
    struct alignas(8) Two {
      float first, second;
    };
    const int g = lane_id() >> 2, t = lane_id() & 3;
    SPX_UNROLL
    for (int i = 0; i < kRows; ++i) {
      SPX_UNROLL
      for (int j = 0; j < kColumns; ++j) {
        float* const upper = tile + (row + i * 16 + g) * Tile::kSumStride + column + j * 8 + 2 * t;
        float* const lower = upper + 8 * Tile::kSumStride;
        *reinterpret_cast<Two*>(upper) = {sums[i][j][0], sums[i][j][1]};
        *reinterpret_cast<Two*>(lower) = {sums[i][j][2], sums[i][j][3]};
      }
    }
  }
};

// A warp is 4 x 8 threads; each has every fourth row and every eighth column (kWide: groups of four columns)
// of the warp's part, so that what eight threads read at once lies in different banks.
template <class Tile>
struct Product<float, Tile> {
  static constexpr int kRows = Tile::kM / Tile::kWarpsM / 4, kColumns = Tile::kN / Tile::kWarpsN / 8;
  static constexpr int kCount = kRows * kColumns;
  static constexpr int kDeepChunks = Tile::kK / 4, kWideChunks = Tile::kN / 4;
  static_assert(kColumns % 4 == 0);

  float sums[kRows][kColumns] = {};
  int row = warp_id() / Tile::kWarpsN * kRows * 4 + (lane_id() >> 3);
  int column = warp_id() % Tile::kWarpsN * kColumns * 8;

  template <bool kWide>
  __device__ __forceinline__ void add(const Vec<float>* a, const Vec<float>* b) {
    const int x = lane_id() & 7;
    SPX_UNROLL_BY(1)
    for (int k = 0; k < kDeepChunks; ++k) {
      Vec<float> rows[kRows];
      SPX_UNROLL
      for (int i = 0; i < kRows; ++i) rows[i] = a[chunk_place(row + i * 4, k, kDeepChunks)];
      if constexpr (kWide) {
        SPX_UNROLL
        for (int e = 0; e < 4; ++e) {
          SPX_UNROLL
          for (int j = 0; j < kColumns; j += 4) {
            const Vec<float> four = b[chunk_place(4 * k + e, column / 4 + x + j * 2, kWideChunks)];
            SPX_UNROLL
            for (int i = 0; i < kRows; ++i) {
              SPX_UNROLL
              for (int c = 0; c < 4; ++c) sums[i][j + c] += rows[i].values[e] * four.values[c];
            }
          }
        }
      } else {
        SPX_UNROLL
        for (int j = 0; j < kColumns; ++j) {
          const Vec<float> one = b[chunk_place(column + j * 8 + x, k, kDeepChunks)];
          SPX_UNROLL
          for (int i = 0; i < kRows; ++i) {
            SPX_UNROLL
            for (int e = 0; e < 4; ++e) sums[i][j] += rows[i].values[e] * one.values[e];
          }
        }
      }
    }
  }

  __device__ __forceinline__ float* all() { return &sums[0][0]; }

  template <bool kWide>
  __device__ __forceinline__ void write(float* tile) const {
    const int x = lane_id() & 7;
    SPX_UNROLL
    for (int i = 0; i < kRows; ++i) {
      SPX_UNROLL
      for (int j = 0; j < kColumns; ++j) {
        const int own = kWide ? (j / 4) * 32 + x * 4 + j % 4 : j * 8 + x;
        tile[(row + i * 4) * Tile::kSumStride + column + own] = sums[i][j];
      }
    }
  }
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_MATH_H_
