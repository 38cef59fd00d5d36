#include "cuda/device/cuda.h"
#include "cuda/device/half.h"
#include "cuda/runtime/launch.h"
#include "matmul_vector.h"

namespace spinexr::cuda {
namespace {

constexpr int kWarps = 4;  // of a block: they share a column, each with every fourth piece of the depth

template <class T>
__device__ __forceinline__ float dot(const Vec<T>& a, const Vec<T>& b) {
  float sum = 0;
  SPX_UNROLL
  for (int e = 0; e < Vec<T>::kCount; ++e) sum += to_float(a.values[e]) * to_float(b.values[e]);
  return sum;
}

// A block computes column x of item y for all rows.
template <class T>
__global__ void __launch_bounds__(kWarps * 32) vector_product(Gemm g, int32_t first_item) {
  begin_kernel();
  SPX_SHARED float parts[kWarps][kVectorRows];
  constexpr int kElements = Vec<T>::kCount;
  const int32_t column = static_cast<int32_t>(blockIdx.x);
  const int32_t item = first_item + static_cast<int32_t>(blockIdx.y);
  int64_t a_offset, b_offset;
  item_offsets(g.items, static_cast<uint32_t>(item), &a_offset, &b_offset);
  const WindowTap tap = {0, 0, 0};
  const T* sources[kVectorRows];
  SPX_UNROLL
  for (int i = 0; i < kVectorRows; ++i) {
    const WindowCorner corner = window_corner(g.a.window, i);
    const bool inside = window_inside(g.a.window, corner, tap);
    sources[i] =
        inside ? static_cast<const T*>(g.a.x) + a_offset + window_element(g.a.window, corner, tap) : nullptr;
  }
  const T* const b = static_cast<const T*>(g.b.b) + b_offset + column * g.b.column_stride;
  float sums[kVectorRows] = {};
  for (int32_t k = static_cast<int32_t>(threadIdx.x) * kElements; k < g.a.window.depth;
       k += kWarps * 32 * kElements) {
    const Vec<T> of_b = *reinterpret_cast<const Vec<T>*>(b + k);
    SPX_UNROLL
    for (int i = 0; i < kVectorRows; ++i) {
      if (sources[i] != nullptr) sums[i] += dot(*reinterpret_cast<const Vec<T>*>(sources[i] + k), of_b);
    }
  }
  SPX_UNROLL
  for (int i = 0; i < kVectorRows; ++i) {
    const float sum = warp_sum(sums[i]);
    if (lane_id() == 0) parts[warp_id()][i] = sum;
  }
  __syncthreads();
  const int row = static_cast<int>(threadIdx.x);
  if (row >= g.a.window.rows) return;
  float v = 0;
  SPX_UNROLL
  for (int warp = 0; warp < kWarps; ++warp) v += parts[warp][row];
  const int64_t place = item * g.items.y + row * g.out.y_stride + column;
  const int64_t added = item * g.items.residual + row * g.out.residual_stride + column;
  const int32_t own = item * g.items.columns + column;
  v *= g.out.scale == nullptr ? g.out.alpha : g.out.scale[own] * g.out.alpha;
  if (g.out.bias != nullptr) v += g.out.bias[own];
  if (g.out.half) {
    if (g.out.residual != nullptr) v += load(static_cast<const Half*>(g.out.residual) + added);
    store(static_cast<Half*>(g.out.y) + place, g.out.activate(v));
  } else {
    if (g.out.residual != nullptr) v += load(static_cast<const float*>(g.out.residual) + added);
    store(static_cast<float*>(g.out.y) + place, g.out.activate(v));
  }
}

}  // namespace

Status enqueue_vector_product(Stream stream, const Gemm& gemm) {
  constexpr int32_t kMostItems = 65535;
  if (gemm.a.window.rows == 0) return Status::OK;
  for (int32_t first = 0; first < gemm.item_count; first += kMostItems) {
    const int32_t left = gemm.item_count - first;
    const dim3 grid(static_cast<uint32_t>(gemm.b.columns),
                    static_cast<uint32_t>(left < kMostItems ? left : kMostItems));
    const LaunchShape shape = {grid, kWarps * 32};
    SPX_TRY(gemm.half ? launch(stream, shape, vector_product<Half>, gemm, first)
                      : launch(stream, shape, vector_product<float>, gemm, first));
  }
  return Status::OK;
}

}  // namespace spinexr::cuda
