// The kernel of all matrix products, and its launch; included by one file per type of operands.
#ifndef SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_KERNEL_H_
#define SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_KERNEL_H_

#include "cuda/device/cuda.h"
#include "cuda/runtime/launch.h"
#include "implicit_gemm_columns.h"
#include "implicit_gemm_launch.h"
#include "implicit_gemm_math.h"
#include "implicit_gemm_rows.h"
#include "implicit_gemm_store.h"

namespace spinexr::cuda {

// A tile as constants of a type.
template <class T, int kIndex>
struct TileOf {
  static constexpr GemmTile kShape = gemm_tile(sizeof(T) == 2, kIndex);
  static constexpr int kM = kShape.m, kN = kShape.n, kK = kShape.k, kStages = kShape.stages;
  static constexpr int kWarpsM = kShape.warps_m, kWarpsN = kShape.warps_n, kThreads = kShape.threads();
  static constexpr int kSumStride = kShape.sum_stride();
};

// Block (x, y, z): tile x of y (columns fastest, so that blocks beside each other share rows of A), part y of
// the depth, item z. Operands go through a ring of buffers: while one is multiplied, copies into the others
// are under way.
template <RowLoader kRowLoader, ColumnLoader kColumnLoader, class T, int kTile>
__global__ void __launch_bounds__(TileOf<T, kTile>::kThreads, TileOf<T, kTile>::kShape.blocks)
    implicit_gemm(GemmLaunch launch) {
  begin_kernel();
  using Tile = TileOf<T, kTile>;
  using Columns = ColumnsOf<kColumnLoader, T, Tile>;
  constexpr int kElements = 16 / static_cast<int>(sizeof(T));
  constexpr int kRowChunks = Tile::kM * Tile::kK / kElements;
  constexpr int kBuffer = kRowChunks + Tile::kN * Tile::kK / kElements;
  const Gemm& g = launch.gemm;

  const int32_t row_tile = static_cast<int32_t>(blockIdx.x) / launch.column_tiles;
  const int32_t column_tile = static_cast<int32_t>(blockIdx.x) - row_tile * launch.column_tiles;
  const int32_t item = launch.first_item + static_cast<int32_t>(blockIdx.z);
  int64_t a_offset, b_offset;
  item_offsets(g.items, static_cast<uint32_t>(item), &a_offset, &b_offset);
  RowsOf<kRowLoader, T, Tile> rows(g.a, a_offset, int64_t{item} * g.items.channels, row_tile * Tile::kM);
  Columns columns(g.b, b_offset, column_tile * Tile::kN);
  Product<T, Tile> product;

  const int32_t parts = (g.a.window.depth + Tile::kK - 1) / Tile::kK;
  int32_t part = static_cast<int32_t>(int64_t{parts} * blockIdx.y / launch.splits);
  const int32_t end = static_cast<int32_t>(int64_t{parts} * (blockIdx.y + 1) / launch.splits);
  Vec<T>* const buffers = dynamic_shared<Vec<T>>();
  const auto fetch = [&](int32_t which) {
    if (which >= end) return;
    rows.fetch(g.a, which);
    columns.fetch(g.b, which);
  };
  const auto place = [&](int32_t which, int buffer) {
    if (which < end) {
      rows.place(g.a, buffers + buffer * kBuffer);
      columns.place(g.b, buffers + buffer * kBuffer + kRowChunks);
    }
    copy_commit();
  };
  for (int i = 0; i < Tile::kStages - 1; ++i) {
    fetch(part + i);
    place(part + i, i);
  }
  fetch(part + Tile::kStages - 1);
  int reading = 0, writing = Tile::kStages - 1;
  for (; part < end; ++part) {
    copy_wait<Tile::kStages - 2>();
    __syncthreads();  // this part is there for all, and nobody reads the buffer that is written next
    place(part + Tile::kStages - 1, writing);
    fetch(part + Tile::kStages);
    const Vec<T>* const buffer = buffers + reading * kBuffer;
    product.template add<Columns::kWide>(buffer, buffer + kRowChunks);
    reading = reading + 1 == Tile::kStages ? 0 : reading + 1;
    writing = writing + 1 == Tile::kStages ? 0 : writing + 1;
  }
  copy_wait<0>();

  if (launch.splits > 1) {
    const int64_t tile = int64_t{item} * gridDim.x + blockIdx.x;
    constexpr int kCount = Product<T, Tile>::kCount;
    float* const partial = launch.partial + tile * launch.splits * kCount * Tile::kThreads;
    if (!add_parts<kCount, Tile::kThreads>(product.all(), partial, static_cast<int32_t>(blockIdx.y),
                                           launch.splits, launch.counters + tile))
      return;
  }
  __syncthreads();  // the sums take the place of operands that others may still read
  float* const sums = dynamic_shared<float>();
  product.template write<Columns::kWide>(sums);
  __syncthreads();
  const TilePlace where = {row_tile * Tile::kM, g.a.window.rows,         column_tile * Tile::kN, g.b.columns,
                           item * g.items.y,    item * g.items.residual, item * g.items.columns};
  if (g.out.half) {
    store_tile<Half, Tile>(g.out, where, sums);
  } else {
    store_tile<float, Tile>(g.out, where, sums);
  }
}

// The kernel of a tile that is known only now.
template <class T, RowLoader kRowLoader, ColumnLoader kColumnLoader, int kTile = 0>
Status launch_tile(Stream stream, const GemmLaunch& launch_of, const dim3& grid, int32_t tile) {
  if constexpr (kTile == kGemmTiles) {
    return fail(Status::INTERNAL, "no kernel for matrix product tile %d", tile);
  } else {
    if constexpr (gemm_exists(kRowLoader, kColumnLoader, kTile)) {
      constexpr GemmTile kShape = TileOf<T, kTile>::kShape;
      const LaunchShape shape = {grid, static_cast<uint32_t>(kShape.threads()),
                                 static_cast<uint32_t>(kShape.shared_bytes(sizeof(T)))};
      if (tile == kTile)
        return launch(stream, shape, implicit_gemm<kRowLoader, kColumnLoader, T, kTile>, launch_of);
    }
    return launch_tile<T, kRowLoader, kColumnLoader, kTile + 1>(stream, launch_of, grid, tile);
  }
}

template <class T>
Status launch_gemm(Stream stream, const GemmLaunch& launch_of, const dim3& grid, int32_t tile) {
  const RowLoader rows = launch_of.gemm.row_loader;
  switch (launch_of.gemm.column_loader) {
    case ColumnLoader::kWide:
      return launch_tile<T, RowLoader::kAsync, ColumnLoader::kWide>(stream, launch_of, grid, tile);
    case ColumnLoader::kGather:
      return launch_tile<T, RowLoader::kGather, ColumnLoader::kGather>(stream, launch_of, grid, tile);
    default:
      break;
  }
  constexpr ColumnLoader kDeep = ColumnLoader::kDeep;
  if (rows == RowLoader::kAsync)
    return launch_tile<T, RowLoader::kAsync, kDeep>(stream, launch_of, grid, tile);
  if (rows == RowLoader::kStaged)
    return launch_tile<T, RowLoader::kStaged, kDeep>(stream, launch_of, grid, tile);
  if (rows == RowLoader::kPooled)
    return launch_tile<T, RowLoader::kPooled, kDeep>(stream, launch_of, grid, tile);
  return launch_tile<T, RowLoader::kGather, kDeep>(stream, launch_of, grid, tile);
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_KERNEL_H_
