#include "cuda/device/cuda.h"
#include "cuda/device/error.h"
#include "cuda/device/half.h"
#include "cuda/runtime/launch.h"
#include "detection/roi_grid.h"
#include "roi_align.h"

namespace spinexr::cuda {
namespace {

constexpr int kThreads = 128;
constexpr int kMostBins = 16;  // of a block
constexpr int kMostTaps = 4;   // of a bin and axis that are kept: as many as bins of pyramids mostly have
constexpr int64_t kWantedBlocks = 1024;

// What all threads of a bin know.
struct Bin {
  const void* map;  // null: nothing is sampled
  int64_t row_stride, pixel_stride;
  RoiAxis vertical, horizontal;
  int64_t y, x, y_first, y_last, x_first, x_last;
  bool kept;  // its taps are
};

// A sample along one axis: offsets of both neighbours and their weights.
struct Tap {
  int64_t low, high;  // low < 0: outside
  float low_weight, high_weight;
};
using Taps = Tap[2][kMostTaps];  // down, across

__device__ Tap make_tap(const RoiAxis& axis, int64_t bin, int64_t sample, int64_t stride) {
  Neighbours found;
  if (!find_neighbours(axis.position(bin, sample), axis.size, &found)) return {-1, -1, 0, 0};
  return {found.low * stride, found.high * stride, found.low_weight, found.high_weight};
}

template <class T>
__device__ void find_bin(const RoiAlignTask& task, int64_t number, Bin* bin) {
  const int64_t pixels = task.options.out_height * task.options.out_width;
  const int64_t region = number / pixels;
  const float* const roi = task.rois + region * 4;
  bin->map = nullptr;
  int64_t image = 0;
  if (task.batch != nullptr) {
    image = task.batch[region];
    if (image < 0 || image >= task.images) {
      report(task.error, DeviceFault::kIndexOutOfRange, task.step, static_cast<int32_t>(image),
             static_cast<int32_t>(task.images));
      return;
    }
  }
  const int32_t level = task.levels > 1 ? assign_level(read_box(roi), task.pyramid) : 0;
  RoiMap map = task.maps[0];
  // No index that is only known here: the arguments would be copied to memory.
  for (int32_t l = 1; l < kMostRoiMaps; ++l) {
    if (l == level) map = task.maps[l];
  }
  RoiAlignOptions options = task.options;
  if (task.scales != nullptr) options.spatial_scale = task.scales[level];
  bin->vertical = make_roi_axis(roi[1], roi[3], map.height, options.out_height, options);
  bin->horizontal = make_roi_axis(roi[0], roi[2], map.width, options.out_width, options);
  if (!usable(bin->vertical) || !usable(bin->horizontal)) return;
  bin->map = static_cast<const T*>(map.data) + image * map.height * map.width * map.pixel_stride;
  bin->row_stride = map.width * map.pixel_stride;
  bin->pixel_stride = map.pixel_stride;
  bin->y = number % pixels / options.out_width;
  bin->x = number % options.out_width;
  bin->vertical.range(bin->y, &bin->y_first, &bin->y_last);
  bin->horizontal.range(bin->x, &bin->x_first, &bin->x_last);
  bin->kept = bin->y_last - bin->y_first <= kMostTaps && bin->x_last - bin->x_first <= kMostTaps;
}

// Number `entry` of the taps of a bin.
__device__ void keep_tap(const Bin& bin, int entry, Taps& taps) {
  if (bin.map == nullptr || !bin.kept) return;
  const int at = entry % kMostTaps;
  if (entry < kMostTaps) {
    if (bin.y_first + at < bin.y_last)
      taps[0][at] = make_tap(bin.vertical, bin.y, bin.y_first + at, bin.row_stride);
  } else if (bin.x_first + at < bin.x_last) {
    taps[1][at] = make_tap(bin.horizontal, bin.x, bin.x_first + at, bin.pixel_stride);
  }
}

// kCount channels at once: 16 bytes of them, or one.
template <class T, int kCount>
struct alignas(sizeof(T) * kCount) Pack {
  T values[kCount];
};
template <class T, int kCount>
__device__ __forceinline__ void load_pack(const T* source, float (&values)[kCount]) {
  const Pack<T, kCount> pack = *reinterpret_cast<const Pack<T, kCount>*>(source);
  for (int i = 0; i < kCount; ++i) values[i] = to_float(pack.values[i]);
}

template <class T, int kCount, bool kMaximum>
__device__ void pool_bin(const Bin& bin, const Taps& taps, int64_t channel, float (&sums)[kCount]) {
  for (int i = 0; i < kCount; ++i) sums[i] = 0;
  if (bin.map == nullptr) return;
  const T* const map = static_cast<const T*>(bin.map) + channel;
  int64_t inside = 0;
  for (int64_t iy = bin.y_first; iy < bin.y_last; ++iy) {
    const Tap y = bin.kept ? taps[0][iy - bin.y_first] : make_tap(bin.vertical, bin.y, iy, bin.row_stride);
    if (y.low < 0) continue;
    for (int64_t ix = bin.x_first; ix < bin.x_last; ++ix) {
      const Tap x =
          bin.kept ? taps[1][ix - bin.x_first] : make_tap(bin.horizontal, bin.x, ix, bin.pixel_stride);
      if (x.low < 0) continue;
      float p1[kCount], p2[kCount], p3[kCount], p4[kCount];
      load_pack(map + y.low + x.low, p1);
      load_pack(map + y.low + x.high, p2);
      load_pack(map + y.high + x.low, p3);
      load_pack(map + y.high + x.high, p4);
      const float w1 = y.low_weight * x.low_weight, w2 = y.low_weight * x.high_weight;
      const float w3 = y.high_weight * x.low_weight, w4 = y.high_weight * x.high_weight;
      for (int i = 0; i < kCount; ++i) {
        if (kMaximum) {
          const float value =
              larger_float(larger_float(w1 * p1[i], w2 * p2[i]), larger_float(w3 * p3[i], w4 * p4[i]));
          sums[i] = inside == 0 ? value : larger_float(sums[i], value);
        } else {
          sums[i] += w1 * p1[i] + w2 * p2[i] + w3 * p3[i] + w4 * p4[i];
        }
      }
      ++inside;
    }
  }
  const double samples = static_cast<double>(bin.vertical.grid) * bin.horizontal.grid;
  if (kMaximum) {
    if (inside == 0 || static_cast<double>(inside) == samples) return;
    for (int i = 0; i < kCount; ++i) sums[i] = larger_float(sums[i], 0);
  } else if (samples > 1) {
    const float count = static_cast<float>(samples);
    for (int i = 0; i < kCount; ++i) sums[i] /= count;
  }
}

// A block takes `bins` bins at a time, `threads` threads for each; those go over its channels.
template <class T, int kCount, bool kMaximum>
__global__ void align(RoiAlignTask task, int32_t bins, int32_t threads, int64_t total) {
  begin_kernel();
  SPX_SHARED Bin shared[kMostBins];
  SPX_SHARED Taps taps[kMostBins];
  const int thread = static_cast<int>(threadIdx.x);
  for (int64_t first = int64_t{blockIdx.x} * bins; first < total; first += int64_t{gridDim.x} * bins) {
    const int count = static_cast<int>(total - first < bins ? total - first : bins);
    if (thread < count) find_bin<T>(task, first + thread, &shared[thread]);
    __syncthreads();
    for (int i = thread; i < count * 2 * kMostTaps; i += kThreads)
      keep_tap(shared[i / (2 * kMostTaps)], i % (2 * kMostTaps), taps[i / (2 * kMostTaps)]);
    __syncthreads();
    for (int own = thread / threads; own < count; own += kThreads / threads) {
      T* const target = static_cast<T*>(task.y) + (first + own) * task.y_stride;
      for (int64_t c = int64_t{thread % threads} * kCount; c < task.channels; c += threads * kCount) {
        float sums[kCount];
        pool_bin<T, kCount, kMaximum>(shared[own], taps[own], c, sums);
        Pack<T, kCount> pack;
        for (int i = 0; i < kCount; ++i) pack.values[i] = from_float<T>(sums[i]);
        *reinterpret_cast<Pack<T, kCount>*>(target + c) = pack;
      }
    }
    __syncthreads();
  }
}

bool in_packs(const RoiAlignTask& task, int64_t count) {
  const uint64_t bytes = static_cast<uint64_t>(count) * (task.half ? 2 : 4);
  const auto good = [count, bytes](const void* data, int64_t stride) {
    return reinterpret_cast<uintptr_t>(data) % bytes == 0 && stride % count == 0;
  };
  bool packs = task.channels % count == 0 && good(task.y, task.y_stride);
  for (int32_t l = 0; l < task.levels; ++l)
    packs = packs && good(task.maps[l].data, task.maps[l].pixel_stride);
  return packs;
}

template <class T, int kCount>
Status start(Stream stream, const RoiAlignTask& task) {
  const int64_t packs = (task.channels + kCount - 1) / kCount;
  const int32_t threads = packs <= 32 ? 32 : packs <= 64 ? 64 : kThreads;
  const int64_t total = task.regions * task.options.out_height * task.options.out_width;
  // Many bins for a block, so that what is found out once for each is found out side by side; but enough
  // blocks.
  const int64_t least = kThreads / threads, wanted = total / kWantedBlocks / least * least;
  const int64_t bins = wanted < least ? least : wanted > kMostBins ? kMostBins : wanted;
  const int64_t blocks = (total + bins - 1) / bins;
  const LaunchShape shape{dim3(static_cast<uint32_t>(blocks < INT32_MAX ? blocks : INT32_MAX)), kThreads};
  return launch(stream, shape, task.options.maximum ? align<T, kCount, true> : align<T, kCount, false>, task,
                static_cast<int32_t>(bins), threads, total);
}

template <class T>
Status start(Stream stream, const RoiAlignTask& task) {
  constexpr int kWide = 16 / static_cast<int>(sizeof(T));
  return in_packs(task, kWide) ? start<T, kWide>(stream, task) : start<T, 1>(stream, task);
}

}  // namespace

Status enqueue_roi_align(Stream stream, const RoiAlignTask& task) {
  return task.half ? start<Half>(stream, task) : start<float>(stream, task);
}

}  // namespace spinexr::cuda
