// How the rows of A of one tile come into shared memory, k of the depth at a time: rows of chunks of 16 bytes
// (chunk_place). Each thread brings one chunk of every few rows. A loader's fetch(t) begins what part t of
// the depth needs, place(target) puts it there; between both the block computes.
#ifndef SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_ROWS_H_
#define SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_ROWS_H_

#include "cuda/device/cuda.h"
#include "cuda/device/half.h"
#include "cuda/device/mma.h"
#include "implicit_gemm.h"

namespace spinexr::cuda {

// Which chunks a thread brings into a tile of kLines lines with kChunks chunks each.
template <int kLines, int kChunks, int kThreads>
struct ChunkShare {
  static constexpr int kStep = kThreads / kChunks;  // lines from one to the next
  static constexpr int kCount = (kLines + kStep - 1) / kStep;
  static_assert(kThreads % kChunks == 0);

  int line = static_cast<int>(threadIdx.x) / kChunks;
  int chunk = static_cast<int>(threadIdx.x) % kChunks;

  __device__ __forceinline__ bool has(int i) const {
    return kLines % kStep == 0 || line + i * kStep < kLines;
  }
  __device__ __forceinline__ int place(int i) const { return chunk_place(line + i * kStep, chunk, kChunks); }
};

// What all loaders know: the corners of the thread's rows.
template <class T, class Tile>
struct RowShare {
  static constexpr int kElements = 16 / static_cast<int>(sizeof(T));  // of a chunk
  using Share = ChunkShare<Tile::kM, Tile::kK / kElements, Tile::kThreads>;
  static constexpr int kCount = Share::kCount;

  Share share;
  WindowCorner corners[kCount];

  __device__ __forceinline__ RowShare(const GemmRows& a, int32_t first_row) {
    SPX_UNROLL
    for (int i = 0; i < kCount; ++i)
      corners[i] = window_corner(a.window, first_row + share.line + i * Share::kStep);
  }
  __device__ __forceinline__ int32_t depth(int32_t part) const {
    return part * Tile::kK + share.chunk * kElements;
  }
};

// Scale, shift and ReLU of one channel.
struct Prologue {
  const float* scale;
  const float* shift;
  bool relu;

  __device__ __forceinline__ Prologue(const GemmRows& a, int64_t channel)
      : scale(a.scale == nullptr ? nullptr : a.scale + channel),
        shift(a.shift == nullptr ? nullptr : a.shift + channel),
        relu(a.relu) {}
  __device__ __forceinline__ float factor(int32_t c) const { return scale == nullptr ? 1.0f : scale[c]; }
  __device__ __forceinline__ float summand(int32_t c) const { return shift == nullptr ? 0.0f : shift[c]; }
  __device__ __forceinline__ float apply(float v, float f, float s) const {
    v = v * f + s;
    return relu && v < 0 ? 0.0f : v;
  }
};

// The scale and shift of a chunk of channels.
template <int kElements>
struct PrologueChunk {
  float factor[kElements], summand[kElements];

  __device__ __forceinline__ void read(const Prologue& prologue, int32_t channel) {
    SPX_UNROLL
    for (int e = 0; e < kElements; ++e) {
      factor[e] = 1;
      summand[e] = 0;
    }
    if (prologue.scale != nullptr) read4(prologue.scale + channel, factor);
    if (prologue.shift != nullptr) read4(prologue.shift + channel, summand);
  }

 private:
  static __device__ __forceinline__ void read4(const float* source, float* target) {
    SPX_UNROLL
    for (int e = 0; e < kElements; e += 4) {
      const Vec<float> four = *reinterpret_cast<const Vec<float>*>(source + e);
      SPX_UNROLL
      for (int i = 0; i < 4; ++i) target[e + i] = four.values[i];
    }
  }
};

template <RowLoader kLoader, class T, class Tile>
class RowsOf;

template <class T, class Tile>
class RowsOf<RowLoader::kAsync, T, Tile> {
  using Rows = RowShare<T, Tile>;

 public:
  __device__ __forceinline__ RowsOf(const GemmRows& a, int64_t offset, int64_t, int32_t first_row)
      : rows_(a, first_row), x_(static_cast<const T*>(a.x) + offset) {}

  __device__ __forceinline__ void fetch(const GemmRows&, int32_t part) { part_ = part; }
  __device__ __forceinline__ void place(const GemmRows& a, Vec<T>* target) {
    const int32_t depth = rows_.depth(part_);
    const WindowTap tap = window_tap(a.window, depth);
    SPX_UNROLL
    for (int i = 0; i < Rows::kCount; ++i) {
      if (!rows_.share.has(i)) continue;
      const bool inside = depth < a.window.depth && window_inside(a.window, rows_.corners[i], tap);
      const T* const source = inside ? x_ + window_element(a.window, rows_.corners[i], tap) : x_;
      copy_async(target + rows_.share.place(i), source, inside);
    }
  }

 private:
  Rows rows_;
  const T* x_;
  int32_t part_ = 0;
};

// Loads one part ahead; the prologue is computed as late as possible, so that nobody waits for the loads.
template <class T, class Tile>
class RowsOf<RowLoader::kStaged, T, Tile> {
  using Rows = RowShare<T, Tile>;
  static constexpr int kElements = Rows::kElements;

 public:
  __device__ __forceinline__ RowsOf(const GemmRows& a, int64_t offset, int64_t channel, int32_t first_row)
      : rows_(a, first_row), x_(static_cast<const T*>(a.x) + offset), prologue_(a, channel) {}

  __device__ __forceinline__ void fetch(const GemmRows& a, int32_t part) {
    const int32_t depth = rows_.depth(part);
    const WindowTap tap = window_tap(a.window, depth);
    channel_ = tap.channel;
    inside_ = 0;
    SPX_UNROLL
    for (int i = 0; i < Rows::kCount; ++i) {
      if (depth >= a.window.depth || !window_inside(a.window, rows_.corners[i], tap)) continue;
      inside_ |= 1u << i;
      raw_[i] = *reinterpret_cast<const Vec<T>*>(x_ + window_element(a.window, rows_.corners[i], tap));
    }
  }
  __device__ __forceinline__ void place(const GemmRows&, Vec<T>* target) {
    PrologueChunk<kElements> chunk;
    chunk.read(prologue_, channel_);
    SPX_UNROLL
    for (int i = 0; i < Rows::kCount; ++i) {
      if (!rows_.share.has(i)) continue;
      Vec<T> values;
      SPX_UNROLL
      for (int e = 0; e < kElements; ++e) {
        const float v = prologue_.apply(to_float(raw_[i].values[e]), chunk.factor[e], chunk.summand[e]);
        values.values[e] = from_float<T>((inside_ >> i & 1u) != 0 ? v : 0.0f);
      }
      target[rows_.share.place(i)] = values;
    }
  }

 private:
  Rows rows_;
  const T* x_;
  Prologue prologue_;
  Vec<T> raw_[Rows::kCount] = {};
  uint32_t inside_ = 0;
  int32_t channel_ = 0;
};

template <class T, class Tile>
class RowsOf<RowLoader::kPooled, T, Tile> {
  using Rows = RowShare<T, Tile>;
  static constexpr int kElements = Rows::kElements;

 public:
  __device__ __forceinline__ RowsOf(const GemmRows& a, int64_t offset, int64_t channel, int32_t first_row)
      : rows_(a, first_row), x_(static_cast<const T*>(a.x) + offset), prologue_(a, channel) {}

  __device__ __forceinline__ void fetch(const GemmRows& a, int32_t part) {
    const int32_t depth = rows_.depth(part);
    const WindowTap tap = window_tap(a.window, depth);
    PrologueChunk<kElements> chunk;
    if (depth < a.window.depth) chunk.read(prologue_, tap.channel);
    SPX_UNROLL
    for (int i = 0; i < Rows::kCount; ++i) {
      values_[i] = Vec<T>{};
      if (depth >= a.window.depth || !window_inside(a.window, rows_.corners[i], tap)) continue;
      float sums[kElements] = {};
      const T* line = x_ + window_element(a.window, rows_.corners[i], tap);
      for (int32_t y = 0; y < a.window.pool_h; ++y, line += a.window.map_w * a.window.pixel_stride) {
        for (int32_t x = 0; x < a.window.pool_w; ++x) {
          const Vec<T> raw = *reinterpret_cast<const Vec<T>*>(line + x * a.window.pixel_stride);
          SPX_UNROLL
          for (int e = 0; e < kElements; ++e)
            sums[e] += prologue_.apply(to_float(raw.values[e]), chunk.factor[e], chunk.summand[e]);
        }
      }
      SPX_UNROLL
      for (int e = 0; e < kElements; ++e) values_[i].values[e] = from_float<T>(sums[e] * a.mean);
    }
  }
  __device__ __forceinline__ void place(const GemmRows&, Vec<T>* target) {
    SPX_UNROLL
    for (int i = 0; i < Rows::kCount; ++i) {
      if (rows_.share.has(i)) target[rows_.share.place(i)] = values_[i];
    }
  }

 private:
  Rows rows_;
  const T* x_;
  Prologue prologue_;
  Vec<T> values_[Rows::kCount] = {};
};

// Straight into shared memory, a few loads at a time.
template <class T, class Tile>
class RowsOf<RowLoader::kGather, T, Tile> {
  using Rows = RowShare<T, Tile>;

 public:
  __device__ __forceinline__ RowsOf(const GemmRows& a, int64_t offset, int64_t channel, int32_t first_row)
      : rows_(a, first_row), x_(static_cast<const T*>(a.x) + offset), prologue_(a, channel) {}

  __device__ __forceinline__ void fetch(const GemmRows&, int32_t part) { part_ = part; }
  __device__ __forceinline__ void place(const GemmRows& a, Vec<T>* target) {
    const int32_t depth = rows_.depth(part_);
    SPX_UNROLL_BY(2)
    for (int e = 0; e < Rows::kElements; ++e) {
      const bool deep = depth + e < a.window.depth;
      const WindowTap tap = window_tap(a.window, deep ? depth + e : 0);
      const float factor = prologue_.factor(tap.channel), summand = prologue_.summand(tap.channel);
      float values[Rows::kCount];
      SPX_UNROLL
      for (int i = 0; i < Rows::kCount; ++i) {
        values[i] = 0;
        if (!deep || !window_inside(a.window, rows_.corners[i], tap)) continue;
        const T* line = x_ + window_element(a.window, rows_.corners[i], tap);
        values[i] = prologue_.apply(load(line), factor, summand);
      }
      if (a.window.pool_h * a.window.pool_w > 1) pool(a, tap, factor, summand, deep, values);
      SPX_UNROLL
      for (int i = 0; i < Rows::kCount; ++i) {
        if (rows_.share.has(i)) target[rows_.share.place(i)].values[e] = from_float<T>(values[i]);
      }
    }
  }

 private:
  // Averages over windows in place of their first elements.
  __device__ __forceinline__ void pool(const GemmRows& a, const WindowTap& tap, float factor, float summand,
                                       bool deep, float (&values)[Rows::kCount]) const {
    SPX_UNROLL
    for (int i = 0; i < Rows::kCount; ++i) {
      if (!deep || !window_inside(a.window, rows_.corners[i], tap)) continue;
      const T* line = x_ + window_element(a.window, rows_.corners[i], tap);
      values[i] = 0;
      for (int32_t y = 0; y < a.window.pool_h; ++y, line += a.window.map_w * a.window.pixel_stride) {
        for (int32_t x = 0; x < a.window.pool_w; ++x)
          values[i] += prologue_.apply(load(line + x * a.window.pixel_stride), factor, summand);
      }
      values[i] *= a.mean;
    }
  }

  Rows rows_;
  const T* x_;
  Prologue prologue_;
  int32_t part_ = 0;
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_ROWS_H_
