// Radix selection. Three launches count the ranks by their upper 11, middle 11 and lower 10 bits, each only
// those that share the digits found so far with the k-th rank; every block of the next launch finds the next
// digit from the counts. One launch collects the ranks below the k-th in any order, and those equal to it
// piece by piece in rising index; the last one takes as many of these as are needed and sorts.
#include "block_sort.h"
#include "cuda/device/cuda.h"
#include "cuda/runtime/launch.h"
#include "detection/top_k.h"
#include "top_k.h"

namespace spinexr::cuda {
namespace {

constexpr int kBins = 2048;
constexpr int kThreads = 256, kWarps = kThreads / 32;
constexpr int kAtOnce = 4;             // loads of a thread that are under way together
constexpr int64_t kMostPieces = 2048;  // a warp's part each
constexpr uint64_t kMostScratch = uint64_t{128} << 20;

// What is known of the k-th rank after some digits: its upper bits, and how many of the ranks that share them
// are still to be taken.
struct Found {
  uint32_t prefix, needed;
};

// Zeros at first.
struct Control {
  uint32_t bins[3][kBins];
  Found found[4];  // after so many digits; [0] is not used
  uint32_t collected;
  uint32_t unused[55];  // up to a multiple of 256 bytes
};
static_assert(sizeof(Control) % 256 == 0, "what follows is aligned");

// Memory of `problems` problems at a time; entries of one kind follow each other.
struct Memory {
  Control* control;
  uint64_t* keys;    // k
  uint64_t* sorted;  // k in sorted tiles, where they are more than one
  uint32_t* counts;  // equal ones of each piece
  int32_t* equal;    // their indices, from the begin of the piece on
};
struct Sizes {
  int64_t piece, pieces, problems;
  uint64_t keys, sorted, counts, equal;  // offsets
  uint64_t bytes;
};

SPX_HD inline int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }

uint64_t aligned(uint64_t bytes) { return (bytes + 255) / 256 * 256; }

Sizes sizes_of(const TopKTask& task) {
  Sizes s;
  s.piece = (task.n + kMostPieces - 1) / kMostPieces;
  s.piece = (s.piece + 127) / 128 * 128;
  s.pieces = (task.n + s.piece - 1) / s.piece;
  const uint64_t k = static_cast<uint64_t>(task.k), n = static_cast<uint64_t>(task.n);
  const uint64_t one = sizeof(Control) + 16 * k + 4 * (static_cast<uint64_t>(s.pieces) + n) + 1024;
  const int64_t fit = static_cast<int64_t>(kMostScratch / one);
  const int64_t all = task.outer * task.inner;
  s.problems = fit < 1 ? 1 : fit > 1024 ? 1024 : fit;
  if (s.problems > all) s.problems = all;
  const uint64_t problems = static_cast<uint64_t>(s.problems);
  s.keys = problems * sizeof(Control);
  s.sorted = s.keys + aligned(problems * k * 8);
  s.counts = s.sorted + (task.k > kMostKeys ? aligned(problems * k * 8) : 0);
  s.equal = s.counts + aligned(problems * static_cast<uint64_t>(s.pieces) * 4);
  s.bytes = s.equal + aligned(problems * n * 4);
  return s;
}

// Of one launch: problems from `first` on, blockIdx.y behind it.
struct Part {
  TopKTask task;
  Memory memory;
  int64_t first, piece, pieces;
};

struct Problem {
  const float* x;
  int64_t stride;
  uint32_t flip;

  __device__ Problem(const TopKTask& task, int64_t number)
      : x(task.x + number / task.inner * task.n * task.inner + number % task.inner),
        stride(task.inner),
        flip(task.largest ? 0xFFFFFFFFu : 0u) {}
  // The lowest are the best.
  __device__ uint32_t rank(int64_t i) const { return order_key(x[i * stride]) ^ flip; }
};

__device__ void put(const TopKTask& task, int64_t number, int64_t place, int32_t index) {
  const int64_t outer = number / task.inner, inner = number % task.inner;
  const int64_t target = (outer * task.k + place) * task.inner + inner;
  task.values[target] = task.x[(outer * task.n + index) * task.inner + inner];
  task.indices[target] = index;
}

__global__ void sort_whole(TopKTask task, int size) {
  begin_kernel();
  uint64_t* const keys = dynamic_shared<uint64_t>();
  const int64_t problems = task.outer * task.inner;
  for (int64_t number = blockIdx.x; number < problems; number += gridDim.x) {
    const Problem problem(task, number);
    for (int i = static_cast<int>(threadIdx.x); i < size; i += static_cast<int>(blockDim.x))
      keys[i] = i < task.n ? make_key(problem.rank(i), i) : kLastKey;
    sort_block(keys, size);
    for (int64_t i = threadIdx.x; i < task.k; i += blockDim.x) put(task, number, i, index_of(keys[i]));
    __syncthreads();
  }
}

constexpr int shift_of(int digit) { return digit == 0 ? 21 : digit == 1 ? 10 : 0; }
constexpr int bits_of(int digit) { return digit == 2 ? 10 : 11; }

// Puts digit kDigit, as its counts say it, behind what was known. All threads of the block get the same.
template <int kDigit>
__device__ Found find_digit(const Control& control, int64_t k) {
  SPX_SHARED uint32_t warps[33];
  SPX_SHARED Found result;
  constexpr int kEach = kBins / kThreads;
  const Found known = kDigit == 0 ? Found{0, static_cast<uint32_t>(k)} : control.found[kDigit];
  uint32_t own[kEach], sum = 0;
  for (int i = 0; i < kEach; ++i) {
    own[i] = control.bins[kDigit][static_cast<int>(threadIdx.x) * kEach + i];
    sum += own[i];
  }
  uint32_t before = sum_before(sum, warps);
  for (int i = 0; i < kEach; ++i) {
    if (before < known.needed && known.needed - before <= own[i]) {
      const uint32_t digit = threadIdx.x * kEach + static_cast<uint32_t>(i);
      result = {known.prefix << bits_of(kDigit) | digit, known.needed - before};
    }
    before += own[i];
  }
  __syncthreads();
  return result;
}

template <int kDigit>
__global__ void count_digit(Part part) {
  begin_kernel();
  SPX_SHARED uint32_t bins[kBins];
  Control& control = part.memory.control[blockIdx.y];
  Found known{};
  if (kDigit > 0) {
    known = find_digit < kDigit == 0 ? 0 : kDigit - 1 > (control, part.task.k);
    if (blockIdx.x == 0 && threadIdx.x == 0) control.found[kDigit] = known;
  }
  for (int i = static_cast<int>(threadIdx.x); i < kBins; i += kThreads) bins[i] = 0;
  __syncthreads();
  const Problem problem(part.task, part.first + blockIdx.y);
  const int64_t begin = int64_t{blockIdx.x} * kWarps * part.piece, behind = begin + kWarps * part.piece;
  const int64_t end = behind < part.task.n ? behind : part.task.n;
  for (int64_t first = begin + threadIdx.x; first < end; first += kAtOnce * kThreads) {
    uint32_t ranks[kAtOnce];
    for (int j = 0; j < kAtOnce; ++j) ranks[j] = problem.rank(lesser(first + j * kThreads, end - 1));
    for (int j = 0; j < kAtOnce; ++j) {
      if (first + j * kThreads >= end) continue;
      if (kDigit > 0 && ranks[j] >> (shift_of(kDigit) + bits_of(kDigit)) % 32 != known.prefix) continue;
      atomic_add(&bins[ranks[j] >> shift_of(kDigit) & ((1u << bits_of(kDigit)) - 1)], 1);
    }
  }
  __syncthreads();
  for (int i = static_cast<int>(threadIdx.x); i < kBins; i += kThreads) {
    if (bins[i] != 0) atomic_add(&control.bins[kDigit][i], bins[i]);
  }
}

__global__ void collect(Part part) {
  begin_kernel();
  const int64_t n = part.task.n, y = blockIdx.y;
  Control& control = part.memory.control[y];
  const Found found =
      find_digit<2>(control, part.task.k);  // the k-th rank, and how many equal ones are taken
  if (blockIdx.x == 0 && threadIdx.x == 0) control.found[3] = found;
  const int64_t number = int64_t{blockIdx.x} * kWarps + warp_id();
  if (number >= part.pieces) return;
  const Problem problem(part.task, part.first + y);
  uint64_t* const keys = part.memory.keys + y * part.task.k;
  const int64_t begin = number * part.piece;
  const int64_t end = begin + part.piece < n ? begin + part.piece : n;
  int32_t* const equal = part.memory.equal + y * n + begin;
  const uint32_t before = (1u << lane_id()) - 1;
  uint32_t count = 0;
  for (int64_t first = begin; first < end; first += kAtOnce * 32) {
    uint32_t ranks[kAtOnce];
    for (int j = 0; j < kAtOnce; ++j) ranks[j] = problem.rank(lesser(first + j * 32 + lane_id(), end - 1));
    for (int j = 0; j < kAtOnce; ++j) {
      const int64_t i = first + j * 32 + lane_id();
      const bool lower = i < end && ranks[j] < found.prefix, same = i < end && ranks[j] == found.prefix;
      const uint32_t lower_lanes = ballot(lower), same_lanes = ballot(same);
      if (lower_lanes != 0) {
        uint32_t place = 0;
        if (lane_id() == 0)
          place = atomic_add(&control.collected, static_cast<uint32_t>(count_bits(lower_lanes)));
        place = shuffle(place, 0) + static_cast<uint32_t>(count_bits(lower_lanes & before));
        if (lower) keys[place] = make_key(ranks[j], i);
      }
      const uint32_t place = count + static_cast<uint32_t>(count_bits(same_lanes & before));
      if (same && place < found.needed) equal[place] = static_cast<int32_t>(i);
      count += static_cast<uint32_t>(count_bits(same_lanes));
    }
  }
  if (lane_id() == 0) part.memory.counts[y * part.pieces + number] = count;
}

// Tile blockIdx.x of the k keys, sorted: to their places, or, of several tiles, to memory.
__global__ void sort_tile(Part part, int size) {
  begin_kernel();
  SPX_SHARED uint32_t ends[kMostPieces];  // equal ones up to the end of each piece
  SPX_SHARED uint32_t warps[33];
  uint64_t* const keys = dynamic_shared<uint64_t>();
  const int64_t y = blockIdx.y, k = part.task.k, first = int64_t{blockIdx.x} * size;
  const Found found = part.memory.control[y].found[3];
  const int64_t each = (part.pieces + blockDim.x - 1) / blockDim.x, from = threadIdx.x * each;
  const uint32_t* const counts = part.memory.counts + y * part.pieces;
  uint32_t sum = 0;
  for (int64_t i = from; i < from + each && i < part.pieces; ++i) sum += counts[i];
  uint32_t before = sum_before(sum, warps);
  for (int64_t i = from; i < from + each && i < part.pieces; ++i) ends[i] = before += counts[i];
  __syncthreads();
  const int64_t lower = k - found.needed;
  for (int64_t i = threadIdx.x; i < size; i += blockDim.x) {
    const int64_t place = first + i;
    uint64_t key = kLastKey;
    if (place < lower) {
      key = part.memory.keys[y * k + place];
    } else if (place < k) {
      const uint32_t number = static_cast<uint32_t>(place - lower);
      int64_t low = 0, high = part.pieces - 1;  // the first piece that ends behind it
      while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (ends[middle] > number) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      const uint32_t begin = low == 0 ? 0 : ends[low - 1];
      key = make_key(found.prefix, part.memory.equal[y * part.task.n + low * part.piece + (number - begin)]);
    }
    keys[i] = key;
  }
  sort_block(keys, size);
  for (int64_t i = threadIdx.x; i < size && first + i < k; i += blockDim.x) {
    if (k > size) {
      part.memory.sorted[y * k + first + i] = keys[i];
    } else {
      put(part.task, part.first + y, i, index_of(keys[i]));
    }
  }
}

__global__ void merge(Part part) {
  begin_kernel();
  const int64_t y = blockIdx.y, k = part.task.k;
  const uint64_t* const keys = part.memory.sorted + y * k;
  for (int64_t i = thread_index(); i < k; i += thread_count())
    put(part.task, part.first + y, merged_place(keys, k, kMostKeys, i), index_of(keys[i]));
}

Status enqueue_part(Stream stream, const Part& part, uint32_t problems) {
  const dim3 grid(static_cast<uint32_t>((part.pieces + kWarps - 1) / kWarps), problems);
  SPX_TRY(fill_zero(part.memory.control, problems * sizeof(Control), stream));
  SPX_TRY(launch(stream, {grid, kThreads}, count_digit<0>, part));
  SPX_TRY(launch(stream, {grid, kThreads}, count_digit<1>, part));
  SPX_TRY(launch(stream, {grid, kThreads}, count_digit<2>, part));
  SPX_TRY(launch(stream, {grid, kThreads}, collect, part));
  const int64_t k = part.task.k;
  const int size = sort_size(k < kMostKeys ? k : kMostKeys);
  const uint32_t tiles = static_cast<uint32_t>((k + size - 1) / size);
  SPX_TRY(launch(stream, {dim3(tiles, problems), sort_threads(size), static_cast<uint32_t>(size) * 8},
                 sort_tile, part, size));
  if (tiles == 1) return Status::OK;
  LaunchShape shape = launch_over(k, 128);
  shape.grid.y = problems;
  return launch(stream, shape, merge, part);
}

}  // namespace

uint64_t top_k_scratch(const TopKTask& task) {
  if (task.n <= kMostKeys || task.k == 0 || task.outer * task.inner == 0) return 0;
  return sizes_of(task).bytes;
}

Status enqueue_top_k(Stream stream, const TopKTask& task, uint8_t* scratch) {
  const int64_t problems = task.outer * task.inner;
  if (task.k == 0 || problems == 0) return Status::OK;
  if (task.n <= kMostKeys) {
    const int size = sort_size(task.n);
    const uint32_t blocks = static_cast<uint32_t>(problems < INT32_MAX ? problems : INT32_MAX);
    return launch(stream, {dim3(blocks), sort_threads(size), static_cast<uint32_t>(size) * 8}, sort_whole,
                  task, size);
  }
  const Sizes s = sizes_of(task);
  const Memory memory{reinterpret_cast<Control*>(scratch), reinterpret_cast<uint64_t*>(scratch + s.keys),
                      reinterpret_cast<uint64_t*>(scratch + s.sorted),
                      reinterpret_cast<uint32_t*>(scratch + s.counts),
                      reinterpret_cast<int32_t*>(scratch + s.equal)};
  for (int64_t first = 0; first < problems; first += s.problems) {
    const int64_t left = problems - first;
    SPX_TRY(enqueue_part(stream, {task, memory, first, s.piece, s.pieces},
                         static_cast<uint32_t>(left < s.problems ? left : s.problems)));
  }
  return Status::OK;
}

}  // namespace spinexr::cuda
