// Sorting 64-bit keys, all different: a tile in the shared memory of a block, and the places of the keys of
// many sorted tiles among all. Device code, for .cu files.
#ifndef SPINEXR_CUDA_KERNELS_BLOCK_SORT_H_
#define SPINEXR_CUDA_KERNELS_BLOCK_SORT_H_

#include "cuda/device/cuda.h"

namespace spinexr::cuda {

constexpr uint64_t kLastKey = ~uint64_t{0};  // behind all others; may occur many times
constexpr int kMostKeys = 4096;              // that a block sorts: 32 KiB

// A rank (the lower, the better), then an index.
SPX_HD inline uint64_t make_key(uint32_t rank, int64_t index) {
  return static_cast<uint64_t>(rank) << 32 | static_cast<uint64_t>(index);
}
SPX_HD inline int32_t index_of(uint64_t key) { return static_cast<int32_t>(key & 0xFFFFFFFFu); }

// The power of two that holds n keys, at least 64.
SPX_HD inline int sort_size(int64_t n) {
  int size = 64;
  while (size < n) size *= 2;
  return size;
}
// Threads for a sort of `size` keys.
inline uint32_t sort_threads(int size) { return static_cast<uint32_t>(size / 2 < 1024 ? size / 2 : 1024); }

// Bitonic (Batcher 1968), ascending. size: a power of two of at least 64. All threads of the block take part;
// there is a barrier at the begin and at the end. Distances up to 32 stay inside 64 keys, which belong to one
// warp.
__device__ inline void sort_block(uint64_t* keys, int size) {
  __syncthreads();
  for (int run = 2; run <= size; run *= 2) {
    for (int distance = run / 2; distance > 0; distance /= 2) {
      for (int i = static_cast<int>(threadIdx.x); i < size / 2; i += static_cast<int>(blockDim.x)) {
        const int low = 2 * i - (i & (distance - 1)), high = low + distance;
        const uint64_t a = keys[low], b = keys[high];
        if ((a > b) == ((low & run) == 0)) {
          keys[low] = b;
          keys[high] = a;
        }
      }
      const int next = distance > 1 ? distance / 2 : run;
      if (distance > 32 || next > 32) {
        __syncthreads();
      } else {
        sync_warp();
      }
    }
  }
  __syncthreads();
}

// How many of the `count` sorted keys come before `key`.
__device__ inline int64_t keys_before(const uint64_t* keys, int64_t count, uint64_t key) {
  int64_t low = 0, high = count;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (keys[middle] < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// Where key i stands among all n keys, which are sorted within tiles of `tile`.
__device__ inline int64_t merged_place(const uint64_t* keys, int64_t n, int64_t tile, int64_t i) {
  const uint64_t key = keys[i];
  int64_t place = i % tile;
  for (int64_t first = 0; first < n; first += tile) {
    if (first == i - i % tile) continue;
    place += keys_before(keys + first, n - first < tile ? n - first : tile, key);
  }
  return place;
}

// Sum of the values of the threads before this one. `warps` is shared memory for 33 values; the last of them
// becomes the sum of all. All threads of the block take part; barriers at both ends.
__device__ inline uint32_t sum_before(uint32_t value, uint32_t* warps) {
  uint32_t sum = value;
  for (int distance = 1; distance < 32; distance *= 2) {
    const uint32_t other = shuffle_up(sum, distance);
    if (lane_id() >= distance) sum += other;
  }
  __syncthreads();
  if (lane_id() == 31) warps[warp_id()] = sum;
  __syncthreads();
  if (threadIdx.x == 0) {
    uint32_t all = 0;
    for (uint32_t i = 0; i < blockDim.x / 32; ++i) {
      const uint32_t own = warps[i];
      warps[i] = all;
      all += own;
    }
    warps[32] = all;
  }
  __syncthreads();
  return warps[warp_id()] + sum - value;
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_BLOCK_SORT_H_
