#include "cuda/device/cuda.h"
#include "cuda/device/error.h"
#include "cuda/device/half.h"
#include "cuda/runtime/launch.h"
#include "detection/roi_grid.h"
#include "roi_align.h"

namespace spinexr::cuda {
namespace {

constexpr int kThreads = 128;
constexpr int kMostBins = kThreads / 32;  // of a block

// What all threads of a bin know.
struct Bin {
  const void* map;  // null: nothing is sampled
  int64_t width, height, pixel_stride;
  RoiAxis vertical, horizontal;
  int64_t y, x, y_first, y_last, x_first, x_last;
};

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
  bin->height = map.height;
  bin->width = map.width;
  bin->pixel_stride = map.pixel_stride;
  bin->y = number % pixels / options.out_width;
  bin->x = number % options.out_width;
  bin->vertical.range(bin->y, &bin->y_first, &bin->y_last);
  bin->horizontal.range(bin->x, &bin->x_first, &bin->x_last);
}

// kCount channels at once.
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
__device__ void pool_bin(const Bin& bin, int64_t channel, float (&sums)[kCount]) {
  for (int i = 0; i < kCount; ++i) sums[i] = 0;
  if (bin.map == nullptr) return;
  const T* const map = static_cast<const T*>(bin.map) + channel;
  double inside = 0;
  for (int64_t iy = bin.y_first; iy < bin.y_last; ++iy) {
    Neighbours y;
    if (!find_neighbours(bin.vertical.position(bin.y, iy), bin.height, &y)) continue;
    for (int64_t ix = bin.x_first; ix < bin.x_last; ++ix) {
      Neighbours x;
      if (!find_neighbours(bin.horizontal.position(bin.x, ix), bin.width, &x)) continue;
      float p1[kCount], p2[kCount], p3[kCount], p4[kCount];
      load_pack(map + (y.low * bin.width + x.low) * bin.pixel_stride, p1);
      load_pack(map + (y.low * bin.width + x.high) * bin.pixel_stride, p2);
      load_pack(map + (y.high * bin.width + x.low) * bin.pixel_stride, p3);
      load_pack(map + (y.high * bin.width + x.high) * bin.pixel_stride, p4);
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
    if (inside == 0 || inside == samples) return;
    for (int i = 0; i < kCount; ++i) sums[i] = larger_float(sums[i], 0);
  } else if (samples > 1) {
    const float count = static_cast<float>(samples);
    for (int i = 0; i < kCount; ++i) sums[i] /= count;
  }
}

// A block takes `bins` bins; the threads of one, kThreads / bins, go over its channels.
template <class T, int kCount, bool kMaximum>
__global__ void align(RoiAlignTask task, int32_t bins, int64_t total) {
  begin_kernel();
  SPX_SHARED Bin shared[kMostBins];
  const int threads = kThreads / bins;
  const int own = static_cast<int>(threadIdx.x) / threads, at = static_cast<int>(threadIdx.x) % threads;
  for (int64_t first = int64_t{blockIdx.x} * bins; first < total; first += int64_t{gridDim.x} * bins) {
    const int64_t number = first + own;
    if (at == 0 && number < total) find_bin<T>(task, number, &shared[own]);
    __syncthreads();
    if (number < total) {
      T* const target = static_cast<T*>(task.y) + number * task.y_stride;
      for (int64_t c = int64_t{at} * kCount; c < task.channels; c += threads * kCount) {
        float sums[kCount];
        pool_bin<T, kCount, kMaximum>(shared[own], c, sums);
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
  const int32_t bins = packs <= 32 ? 4 : packs <= 64 ? 2 : 1;
  const int64_t total = task.regions * task.options.out_height * task.options.out_width;
  const int64_t blocks = (total + bins - 1) / bins;
  const LaunchShape shape{dim3(static_cast<uint32_t>(blocks < INT32_MAX ? blocks : INT32_MAX)), kThreads};
  return launch(stream, shape, task.options.maximum ? align<T, kCount, true> : align<T, kCount, false>, task,
                bins, total);
}

template <class T>
Status start(Stream stream, const RoiAlignTask& task) {
  return in_packs(task, 4) ? start<T, 4>(stream, task) : start<T, 1>(stream, task);
}

}  // namespace

Status enqueue_roi_align(Stream stream, const RoiAlignTask& task) {
  return task.half ? start<Half>(stream, task) : start<float>(stream, task);
}

}  // namespace spinexr::cuda
