#include "cuda/device/cuda.h"
#include "cuda/runtime/launch.h"
#include "image.h"
#include "kernels/kernel_table.h"

namespace spinexr::cuda {
namespace {

constexpr int32_t kHalfWeight = 1 << (kWeightBits - 1);
constexpr int kRows = 4;  // of samples that a block narrows: whole loads of four samples, whatever the width
constexpr int kThreads = 256;
constexpr uint32_t kMostShared = 48 << 10;

__device__ __forceinline__ uint8_t level_of(int32_t sum) {
  const int32_t level = sum >> kWeightBits;
  return static_cast<uint8_t>(level > 255 ? 255 : level);
}

template <class T>
struct alignas(4 * sizeof(T)) Four {
  T values[4];
};

// T: the samples' bits, unsigned; sign: what makes them places in the table.
template <class T>
struct Levels {
  const T* samples;
  const uint8_t* table;
  T sign;

  __device__ Levels(const ImageTask& task)
      : samples(static_cast<const T*>(task.samples)),
        table(task.levels),
        sign(task.sample_type % 2 == 0 ? T{0} : static_cast<T>(T{1} << (8 * sizeof(T) - 1))) {}
  __device__ uint8_t level(T sample) const { return table[static_cast<T>(sample ^ sign)]; }
};

// Grey levels of the block's rows in shared memory; `count` samples from `first` on.
template <class T>
__device__ void look_up(const ImageTask& task, int64_t first, int64_t count, uint8_t* shared) {
  const Levels<T> levels(task);
  const T* const source = levels.samples + first;
  for (int64_t i = int64_t{threadIdx.x} * 4; i + 4 <= count; i += int64_t{blockDim.x} * 4) {
    const Four<T> four = *reinterpret_cast<const Four<T>*>(source + i);
    uint32_t bytes = 0;
    for (int j = 0; j < 4; ++j) bytes |= static_cast<uint32_t>(levels.level(four.values[j])) << (8 * j);
    *reinterpret_cast<uint32_t*>(shared + i) = bytes;
  }
  const int64_t rest = count - count % 4 + threadIdx.x;
  if (rest < count) shared[rest] = levels.level(source[rest]);
}

// kRows rows of samples to all widths.
template <class T>
__global__ void narrow(ImageTask task) {
  begin_kernel();
  uint8_t* const levels = dynamic_shared<uint8_t>();
  const int64_t width = task.width, top = int64_t{blockIdx.x} * kRows;
  const int rows = static_cast<int>(task.height - top < kRows ? task.height - top : kRows);
  look_up<T>(task, top * width, rows * width, levels);
  __syncthreads();
  for (int32_t t = 0; t < task.target_count; ++t) {
    const ImageTarget& target = task.targets[t];
    for (int32_t i = static_cast<int32_t>(threadIdx.x); i < target.width; i += kThreads) {
      const uint8_t* const source = levels + target.across_first[i];
      const int32_t* const weights = target.across_weights + i;
      const int32_t count = target.across_count[i];
      int32_t sums[kRows] = {kHalfWeight, kHalfWeight, kHalfWeight, kHalfWeight};
      for (int32_t k = 0; k < count; ++k) {
        const int32_t weight = weights[int64_t{k} * target.width];
        for (int row = 0; row < kRows; ++row) {
          if (row < rows) sums[row] += source[row * width + k] * weight;
        }
      }
      for (int row = 0; row < kRows; ++row) {
        if (row < rows) target.narrowed[(top + row) * target.width + i] = level_of(sums[row]);
      }
    }
  }
}

// The same where rows are too wide for shared memory: every sample is looked up where it is needed.
template <class T>
__global__ void narrow_wide(ImageTask task) {
  begin_kernel();
  const Levels<T> levels(task);
  for (int64_t y = blockIdx.x; y < task.height; y += gridDim.x) {
    const T* const row = levels.samples + y * task.width;
    for (int32_t t = 0; t < task.target_count; ++t) {
      const ImageTarget& target = task.targets[t];
      for (int32_t i = static_cast<int32_t>(threadIdx.x); i < target.width; i += kThreads) {
        const T* const source = row + target.across_first[i];
        int32_t sum = kHalfWeight;
        for (int32_t k = 0; k < target.across_count[i]; ++k)
          sum += levels.level(source[k]) * target.across_weights[int64_t{k} * target.width + i];
        target.narrowed[y * target.width + i] = level_of(sum);
      }
    }
  }
}

// One padded row of one target, or a part of it that blockIdx.y says.
__global__ void finish(ImageTask task) {
  begin_kernel();
  for (int64_t row = blockIdx.x; row < task.rows; row += gridDim.x) {
    int32_t t = 0;
    while (t + 1 < task.target_count && task.targets[t + 1].first_row <= row) ++t;
    const ImageTarget& target = task.targets[t];
    const int64_t y = row - target.first_row, padded = target.padded_width;
    const int64_t plane = target.padded_height * padded;
    float* const out = task.tensors[t] + y * padded;
    const bool inside = y < target.height;
    const int32_t count = inside ? target.down_count[y] : 0;
    const int64_t width = target.width;
    const uint8_t* const source = target.narrowed + (inside ? target.down_first[y] : 0) * width;
    const int32_t* const weights = target.down_weights + y * target.down_taps;
    for (int64_t x = int64_t{blockIdx.y} * kThreads + threadIdx.x; x < padded;
         x += int64_t{gridDim.y} * kThreads) {
      if (!inside || x >= width) {
        for (int channel = 0; channel < 3; ++channel) out[channel * plane + x] = 0;
        continue;
      }
      int32_t sum = kHalfWeight;
      for (int32_t k = 0; k < count; ++k) sum += source[k * width + x] * weights[k];
      const float level = level_of(sum);
      for (int channel = 0; channel < 3; ++channel)
        out[channel * plane + x] = (level - target.mean[channel]) / target.std[channel];
    }
  }
}

template <class T>
Status start_narrow(Stream stream, const ImageTask& task) {
  const uint64_t bytes = static_cast<uint64_t>(task.width) * kRows;
  if (bytes > kMostShared) {
    const int32_t blocks = task.height < 65536 ? task.height : 65536;
    return launch(stream, {dim3(static_cast<uint32_t>(blocks)), kThreads}, narrow_wide<T>, task);
  }
  const uint32_t blocks = (static_cast<uint32_t>(task.height) + kRows - 1) / kRows;
  return launch(stream, {dim3(blocks), kThreads, static_cast<uint32_t>(bytes + 3) / 4 * 4}, narrow<T>, task);
}

}  // namespace

Status enqueue_image(Stream stream, const ImageTask& task) {
  SPX_TRY(task.sample_type < 2 ? start_narrow<uint8_t>(stream, task) : start_narrow<uint16_t>(stream, task));
  const uint32_t rows = static_cast<uint32_t>(task.rows < INT32_MAX ? task.rows : INT32_MAX);
  const uint32_t parts = (static_cast<uint32_t>(task.widest) + kThreads - 1) / kThreads;
  return launch(stream, {dim3(rows, parts < 65535 ? parts : 65535), kThreads}, finish, task);
}

}  // namespace spinexr::cuda
