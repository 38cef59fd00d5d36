#include "cuda/device/cuda.h"
//
#include "copy.h"
#include "cuda/runtime/launch.h"
#include "unit.h"

namespace spinexr::cuda {
namespace {

constexpr int kTile = 32, kRowsAtOnce = 8;  // of the threads of a block, kTile x kRowsAtOnce
constexpr int64_t kLeastTransposed = 8;

template <class U>
__global__ void copy_kernel(const U* x, U* y, GridWalk<2> walk) {
  begin_kernel();
  for (int64_t unit = thread_index(); unit < walk.units(); unit += thread_count()) {
    int64_t at[2];
    walk.locate(unit, at);
    y[at[1]] = x[at[0]];
  }
}

struct Tiles {
  int64_t rows, cols, x_stride, y_stride;
  FastDivide across, each;  // tiles along the columns, tiles of one place of the outer walk
};

// By way of shared memory, so that both sides run along lines; its rows are one longer than a tile's, which
// puts a column into different banks.
template <class U>
__global__ void transpose_kernel(const U* x, U* y, Tiles tiles, GridWalk<2> outer) {
  SPX_SHARED U tile[kTile][kTile + 1];
  begin_kernel();
  int64_t place, rest, row_tile, column_tile, at[2];
  tiles.each.divide(static_cast<int64_t>(blockIdx.x), &place, &rest);
  tiles.across.divide(rest, &row_tile, &column_tile);
  outer.locate(place, at);
  const int64_t row = row_tile * kTile, column = column_tile * kTile;
  const int along = static_cast<int>(threadIdx.x) % kTile, first = static_cast<int>(threadIdx.x) / kTile;
  for (int i = first; i < kTile; i += kRowsAtOnce) {
    if (row + i < tiles.rows && column + along < tiles.cols)
      tile[i][along] = x[at[0] + (row + i) * tiles.x_stride + column + along];
  }
  __syncthreads();
  for (int i = first; i < kTile; i += kRowsAtOnce) {
    if (column + i < tiles.cols && row + along < tiles.rows)
      y[at[1] + (column + i) * tiles.y_stride + row + along] = tile[along][i];
  }
}

// Elements twice as large, as long as they are neighbours on both sides and lie on multiples of their size.
int widen(const uint8_t* x, const uint8_t* y, int bytes, Strided<2>* walk) {
  const int last = walk->rank - 1;
  if (walk->inner_stride(0) != 1 || walk->inner_stride(1) != 1) return bytes;
  const uintptr_t addresses = reinterpret_cast<uintptr_t>(x) | reinterpret_cast<uintptr_t>(y);
  while (bytes < 16 && walk->dims[last] % 2 == 0 && addresses % (2 * static_cast<uintptr_t>(bytes)) == 0) {
    for (int d = 0; d < last; ++d) {
      if (walk->strides[0][d] % 2 != 0 || walk->strides[1][d] % 2 != 0) return bytes;
    }
    for (int d = 0; d < last; ++d) {
      walk->strides[0][d] /= 2;
      walk->strides[1][d] /= 2;
    }
    walk->dims[last] /= 2;
    bytes *= 2;
  }
  return bytes;
}

}  // namespace

bool find_transpose(const Strided<2>& walk, Transpose* transpose) {
  const int last = walk.rank - 1;
  const bool y_runs = walk.inner_stride(1) == 1;
  if (!y_runs && walk.inner_stride(0) != 1) return false;
  int partner = -1;
  for (int d = 0; d < last; ++d) {
    if (walk.strides[y_runs ? 0 : 1][d] == 1 && walk.dims[d] >= kLeastTransposed) partner = d;
  }
  if (partner < 0 || walk.inner() < kLeastTransposed) return false;
  const int row = y_runs ? last : partner, column = y_runs ? partner : last;
  *transpose = {walk.dims[row], walk.dims[column], walk.strides[0][row], walk.strides[1][column],
                Strided<2>()};
  Strided<2>& outer = transpose->outer;
  for (int d = 0; d < last; ++d) {
    if (d == partner) continue;
    outer.dims[outer.rank - 1] = walk.dims[d];
    for (int operand = 0; operand < 2; ++operand)
      outer.strides[operand][outer.rank - 1] = walk.strides[operand][d];
    ++outer.rank;
  }
  if (outer.rank > 1) --outer.rank;
  return true;
}

Status enqueue_copy(Stream stream, const uint8_t* x, uint8_t* y, int bytes, const Strided<2>& walk) {
  Transpose transpose;
  if (find_transpose(walk, &transpose)) {
    const GridWalk<2> outer(transpose.outer, 1);
    const int64_t across = (transpose.cols + kTile - 1) / kTile;
    const int64_t each = (transpose.rows + kTile - 1) / kTile * across;
    if (each * outer.units() <= INT32_MAX) {
      const Tiles tiles{transpose.rows,     transpose.cols,     transpose.x_stride,
                        transpose.y_stride, FastDivide(across), FastDivide(each)};
      const LaunchShape shape{dim3(static_cast<uint32_t>(each * outer.units())), kTile * kRowsAtOnce};
      const auto enqueue = [&](auto unit) {
        using U = decltype(unit);
        return launch(stream, shape, transpose_kernel<U>, reinterpret_cast<const U*>(x),
                      reinterpret_cast<U*>(y), tiles, outer);
      };
      return bytes == 1 ? enqueue(uint8_t{}) : bytes == 2 ? enqueue(uint16_t{}) : enqueue(uint32_t{});
    }
  }
  Strided<2> wide = walk;
  const int unit_bytes = widen(x, y, bytes, &wide);
  const GridWalk<2> units(wide, 1);
  return with_unit(unit_bytes, [&](auto unit) {
    using U = decltype(unit);
    return launch(stream, launch_over(units.units()), copy_kernel<U>, reinterpret_cast<const U*>(x),
                  reinterpret_cast<U*>(y), units);
  });
}

}  // namespace spinexr::cuda
