#include "cuda/device/cuda.h"
//
#include "axis_tile.h"
#include "detection/top_k.h"
#include "reduce.h"

namespace spinexr::cuda {
namespace {

// The largest of 64-bit ranks is the answer: the order of the value above, below it the index, turned round
// where the first of equal values is wanted.
template <class T>
__global__ void arg_reduce_kernel(const T* x, int32_t* y, ArgReduceShape shape, AxisTile tile) {
  SPX_SHARED uint64_t shared[kAxisThreads];
  begin_kernel();
  const AxisTile::Place place = tile.place(blockIdx.x, static_cast<int>(threadIdx.x));
  const T* const source = x + place.outer * shape.n * shape.inner + place.inner;
  const uint32_t flip_key = shape.smallest ? 0xFFFFFFFFu : 0u, flip_index = shape.last ? 0u : 0xFFFFFFFFu;
  const int64_t end = place.inside ? shape.n : 0;
  uint64_t best[1] = {0};
  for (int64_t j = place.depth; j < end; j += tile.depth()) {
    const uint64_t rank = static_cast<uint64_t>(order_key(source[j * shape.inner]) ^ flip_key) << 32 |
                          (static_cast<uint32_t>(j) ^ flip_index);
    if (rank > best[0]) best[0] = rank;
  }
  join_depths(tile, shared, best, [](uint64_t a, uint64_t b) { return a > b ? a : b; });
  if (place.inside && place.depth == 0)
    y[place.outer * shape.inner + place.inner] =
        static_cast<int32_t>(static_cast<uint32_t>(best[0]) ^ flip_index);
}

}  // namespace

template <class T>
Status enqueue_arg_reduce(Stream stream, const T* x, int32_t* y, const ArgReduceShape& shape) {
  const AxisTile tile(shape.outer, shape.n, shape.inner, 32);
  return launch(stream, tile.shape(), arg_reduce_kernel<T>, x, y, shape, tile);
}
template Status enqueue_arg_reduce(Stream, const float*, int32_t*, const ArgReduceShape&);
template Status enqueue_arg_reduce(Stream, const int32_t*, int32_t*, const ArgReduceShape&);

}  // namespace spinexr::cuda
