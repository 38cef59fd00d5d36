// How columns of B of one tile come into shared memory: with the depth contiguous, as the rows of A, or with
// the columns contiguous (kWide), lines of one depth each. fetch and place as those of rows.
#ifndef SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_COLUMNS_H_
#define SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_COLUMNS_H_

#include "implicit_gemm_rows.h"

namespace spinexr::cuda {

template <ColumnLoader kLoader, class T, class Tile>
class ColumnsOf;

template <class T, class Tile>
class ColumnsOf<ColumnLoader::kDeep, T, Tile> {
  static constexpr int kElements = 16 / static_cast<int>(sizeof(T));
  using Share = ChunkShare<Tile::kN, Tile::kK / kElements, Tile::kThreads>;

 public:
  static constexpr bool kWide = false;

  __device__ __forceinline__ ColumnsOf(const GemmColumns& b, int64_t offset, int32_t first_column)
      : column_(first_column + share_.line),
        b_(static_cast<const T*>(b.b) + offset + column_ * b.column_stride + share_.chunk * kElements) {}

  __device__ __forceinline__ void fetch(const GemmColumns&, int32_t part) { part_ = part; }
  __device__ __forceinline__ void place(const GemmColumns& b, Vec<T>* target) {
    const int32_t depth = part_ * Tile::kK + share_.chunk * kElements;
    const T* const source = b_ + part_ * Tile::kK;
    SPX_UNROLL
    for (int i = 0; i < Share::kCount; ++i) {
      if (!share_.has(i)) continue;
      const bool inside = depth < b.depth && column_ + i * Share::kStep < b.columns;
      copy_async(target + share_.place(i), inside ? source + i * Share::kStep * b.column_stride : b.b,
                 inside);
    }
  }

 private:
  Share share_;
  int32_t column_;
  const T* b_;
  int32_t part_ = 0;
};

template <class T, class Tile>
class ColumnsOf<ColumnLoader::kWide, T, Tile> {
  static constexpr int kElements = 16 / static_cast<int>(sizeof(T));
  using Share = ChunkShare<Tile::kK, Tile::kN / kElements, Tile::kThreads>;

 public:
  static constexpr bool kWide = true;

  __device__ __forceinline__ ColumnsOf(const GemmColumns& b, int64_t offset, int32_t first_column)
      : column_(first_column + share_.chunk * kElements), b_(static_cast<const T*>(b.b) + offset + column_) {}

  __device__ __forceinline__ void fetch(const GemmColumns&, int32_t part) { part_ = part; }
  __device__ __forceinline__ void place(const GemmColumns& b, Vec<T>* target) {
    const int32_t depth = part_ * Tile::kK + share_.line;
    SPX_UNROLL
    for (int i = 0; i < Share::kCount; ++i) {
      if (!share_.has(i)) continue;
      const int32_t k = depth + i * Share::kStep;
      const bool inside = k < b.depth && column_ < b.columns;
      copy_async(target + share_.place(i), inside ? b_ + k * b.depth_stride : b.b, inside);
    }
  }

 private:
  Share share_;
  int32_t column_;
  const T* b_;
  int32_t part_ = 0;
};

template <class T, class Tile>
class ColumnsOf<ColumnLoader::kGather, T, Tile> {
  static constexpr int kElements = 16 / static_cast<int>(sizeof(T));
  using Share = ChunkShare<Tile::kN, Tile::kK / kElements, Tile::kThreads>;

 public:
  static constexpr bool kWide = false;

  __device__ __forceinline__ ColumnsOf(const GemmColumns& b, int64_t offset, int32_t first_column)
      : column_(first_column + share_.line), b_(static_cast<const T*>(b.b) + offset) {}

  __device__ __forceinline__ void fetch(const GemmColumns&, int32_t part) { part_ = part; }
  __device__ __forceinline__ void place(const GemmColumns& b, Vec<T>* target) {
    const int32_t depth = part_ * Tile::kK + share_.chunk * kElements;
    SPX_UNROLL_BY(2)
    for (int e = 0; e < kElements; ++e) {
      T values[Share::kCount];
      SPX_UNROLL
      for (int i = 0; i < Share::kCount; ++i) {
        const int32_t column = column_ + i * Share::kStep;
        values[i] = T{};
        if (depth + e < b.depth && column < b.columns)
          values[i] = b_[column * b.column_stride + (depth + e) * b.depth_stride];
      }
      SPX_UNROLL
      for (int i = 0; i < Share::kCount; ++i) {
        if (share_.has(i)) target[share_.place(i)].values[e] = values[i];
      }
    }
  }

 private:
  Share share_;
  int32_t column_;
  const T* b_;
  int32_t part_ = 0;
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_COLUMNS_H_
