// What happens to the sums of a block: those of the parts of a split depth are added, then scaled, shifted,
// put through the activation and stored.
#ifndef SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_STORE_H_
#define SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_STORE_H_

#include "cuda/device/cuda.h"
#include "cuda/device/half.h"
#include "implicit_gemm.h"

namespace spinexr::cuda {

// Adds the sums of all parts of a tile in the order of the parts. False in all blocks but the one that comes
// last; that one has the total in `sums` and has set the counter back to 0. partial: of this tile, kCount *
// kThreads floats per part.
template <int kCount, int kThreads>
__device__ __forceinline__ bool add_parts(float* sums, float* partial, int32_t part, int32_t parts,
                                          uint32_t* counter) {
  SPX_SHARED uint32_t before;
  constexpr int64_t kPart = int64_t{kCount} * kThreads;
  float* const own = partial + part * kPart + threadIdx.x * 4;
  SPX_UNROLL
  for (int i = 0; i < kCount; i += 4)
    *reinterpret_cast<Vec<float>*>(own + i * kThreads) = {{sums[i], sums[i + 1], sums[i + 2], sums[i + 3]}};
  thread_fence();
  __syncthreads();
  if (threadIdx.x == 0) before = atomic_add(counter, 1);
  __syncthreads();
  if (before != static_cast<uint32_t>(parts - 1)) return false;
  thread_fence();
  if (threadIdx.x == 0) *counter = 0;
  SPX_UNROLL
  for (int i = 0; i < kCount; ++i) sums[i] = 0;
  for (int32_t p = 0; p < parts; ++p) {
    const float* const source = partial + p * kPart + threadIdx.x * 4;
    SPX_UNROLL
    for (int i = 0; i < kCount; i += 4) {
      const Vec<float> four = *reinterpret_cast<const Vec<float>*>(source + i * kThreads);
      SPX_UNROLL
      for (int e = 0; e < 4; ++e) sums[i + e] += four.values[e];
    }
  }
  return true;
}

// Where a block's tile lies in y.
struct TilePlace {
  int32_t first_row, rows;        // rows: of the whole y
  int32_t first_column, columns;  // likewise
  int64_t y, residual;            // elements before the item's first one
  int32_t item_column;            // of scale and bias
};

// Eight columns that follow each other, in memory of type Y.
template <class Y>
struct EightColumns {
  static constexpr int kVectors = 8 / Vec<Y>::kCount;

  static __device__ __forceinline__ void add(float (&v)[8], const Y* source, bool vectors, int count) {
    if (vectors) {
      SPX_UNROLL
      for (int i = 0; i < kVectors; ++i) {
        const Vec<Y> some = reinterpret_cast<const Vec<Y>*>(source)[i];
        SPX_UNROLL
        for (int e = 0; e < Vec<Y>::kCount; ++e) v[i * Vec<Y>::kCount + e] += to_float(some.values[e]);
      }
      return;
    }
    SPX_UNROLL
    for (int e = 0; e < 8; ++e) {
      if (e < count) v[e] += load(source + e);
    }
  }
  static __device__ __forceinline__ void put(const float (&v)[8], Y* target, bool vectors, int count) {
    if (vectors) {
      SPX_UNROLL
      for (int i = 0; i < kVectors; ++i) {
        Vec<Y> some;
        SPX_UNROLL
        for (int e = 0; e < Vec<Y>::kCount; ++e) some.values[e] = from_float<Y>(v[i * Vec<Y>::kCount + e]);
        reinterpret_cast<Vec<Y>*>(target)[i] = some;
      }
      return;
    }
    SPX_UNROLL
    for (int e = 0; e < 8; ++e) {
      if (e < count) store(target + e, v[e]);
    }
  }
};

// tile: sums in shared memory, rows Tile::kSumStride apart. Each thread has eight columns of every few rows.
template <class Y, class Tile>
__device__ __forceinline__ void store_tile(const GemmOutput& out, const TilePlace& place, const float* tile) {
  constexpr int kGroups = Tile::kN / 8, kStep = Tile::kThreads / kGroups;
  static_assert(Tile::kThreads % kGroups == 0);
  const int group = static_cast<int>(threadIdx.x) % kGroups;
  const int32_t column = place.first_column + group * 8;
  if (column >= place.columns) return;
  const int count = place.columns - column < 8 ? place.columns - column : 8;
  const bool vectors = out.vectors && count == 8;
  float scale[8], bias[8];
  SPX_UNROLL
  for (int e = 0; e < 8; ++e) {
    const bool there = e < count;
    scale[e] =
        there && out.scale != nullptr ? out.scale[place.item_column + column + e] * out.alpha : out.alpha;
    bias[e] = there && out.bias != nullptr ? out.bias[place.item_column + column + e] : 0.0f;
  }
  const Y* const residual = static_cast<const Y*>(out.residual);
  for (int line = static_cast<int>(threadIdx.x) / kGroups; line < Tile::kM; line += kStep) {
    const int64_t row = place.first_row + line;
    if (row >= place.rows) return;
    const Vec<float>* const source =
        reinterpret_cast<const Vec<float>*>(tile + line * Tile::kSumStride + group * 8);
    const Vec<float> low = source[0], high = source[1];
    float v[8];
    SPX_UNROLL
    for (int e = 0; e < 8; ++e) v[e] = (e < 4 ? low : high).values[e % 4] * scale[e] + bias[e];
    if (residual != nullptr)
      EightColumns<Y>::add(v, residual + place.residual + row * out.residual_stride + column, vectors, count);
    SPX_UNROLL
    for (int e = 0; e < 8; ++e) v[e] = out.activate(v[e]);
    EightColumns<Y>::put(v, static_cast<Y*>(out.y) + place.y + row * out.y_stride + column, vectors, count);
  }
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_STORE_H_
