#include "cuda/device/cuda.h"
#include "cuda/runtime/launch.h"
#include "nms.h"
#include "nms_parts.h"

namespace spinexr::cuda {
namespace {

constexpr uint64_t kMostScratch = uint64_t{128} << 20;

struct Candidate {
  Box box;
  float area;
  bool has_area;

  __device__ explicit Candidate(const Box& b)
      : box(b), area(b.area()), has_area(spinexr::has_area(b, area)) {}
  __device__ bool overlaps(const Candidate& other, double threshold) const {
    return has_area && other.has_area && suppresses(box, area, other.box, other.area, threshold);
  }
};

// Candidates of the chunk that begins at `begin`.
__device__ int64_t chunk_size(const NmsPart& part, int64_t y, int64_t begin) {
  const int64_t left = static_cast<int64_t>(part.totals[y]) - begin;
  return left < 0 ? 0 : left < kNmsChunk ? left : kNmsChunk;
}

__device__ int64_t mask_place(const NmsPart& part, int64_t row_tile, int64_t column_tile) {
  return (row_tile * part.words + column_tile) * kNmsTile;
}

// Tile blockIdx.x of columns, blockIdx.y of rows; a row for each thread.
__global__ void compare(NmsPart part, int64_t begin) {
  begin_kernel();
  SPX_SHARED Box columns[kNmsTile];
  const int64_t y = blockIdx.z, row_tile = blockIdx.y, column_tile = blockIdx.x;
  const int64_t count = chunk_size(part, y, begin);
  if (column_tile < row_tile || column_tile * kNmsTile >= count) return;
  const Box* const boxes = part.boxes + y * part.task.n + begin;
  const int64_t row = row_tile * kNmsTile + threadIdx.x, column = column_tile * kNmsTile + threadIdx.x;
  if (column < count) columns[threadIdx.x] = boxes[column];
  __syncthreads();
  if (row >= count) return;
  const Candidate own(boxes[row]);
  const int64_t left = count - column_tile * kNmsTile;
  const int width = static_cast<int>(left < kNmsTile ? left : kNmsTile);
  uint64_t bits = 0;
  for (int i = 0; i < width; ++i) {
    if (own.overlaps(Candidate(columns[i]), part.task.options.iou_threshold)) bits |= uint64_t{1} << i;
  }
  part.mask[y * part.words * part.words * kNmsTile + mask_place(part, row_tile, column_tile) + threadIdx.x] =
      bits;
}

// Which of 64 candidates stay when those in `open` are not yet suppressed from outside. rows0 and rows1: what
// this lane's candidates (its number, and 32 more) overlap among the 64. In rounds: who meets no open one
// before it stays, and those that it overlaps go. All lanes get the same.
__device__ uint64_t resolve(uint64_t rows0, uint64_t rows1, uint64_t open) {
  const int low = lane_id(), high = low + 32;
  rows0 &= (uint64_t{1} << low) - 1;
  rows1 &= (uint64_t{1} << high) - 1;
  uint64_t kept = 0;
  while (open != 0) {
    const bool stays0 = (open >> low & 1) != 0 && (rows0 & open) == 0;
    const bool stays1 = (open >> high & 1) != 0 && (rows1 & open) == 0;
    const uint64_t stays = ballot(stays0) | static_cast<uint64_t>(ballot(stays1)) << 32;
    const bool goes0 = (rows0 & stays) != 0, goes1 = (rows1 & stays) != 0;
    const uint64_t goes = ballot(goes0) | static_cast<uint64_t>(ballot(goes1)) << 32;
    kept |= stays;
    open &= ~(stays | goes);
  }
  return kept;
}

struct Kept {
  int32_t *indices, *chunk;
  float* scores;
  int64_t count, most;
};

// The first warp: notes the kept ones of a tile.
__device__ void note(const NmsPart& part, int64_t y, int64_t begin, int64_t tile, uint64_t kept,
                     int64_t chunk_count, const Kept& to) {
  for (int half = 0; half < 2; ++half) {
    const int bit = lane_id() + half * 32;
    if ((kept >> bit & 1) == 0) continue;
    const uint64_t before = kept & ((uint64_t{1} << bit) - 1);
    const int rank =
        count_bits(static_cast<uint32_t>(before)) + count_bits(static_cast<uint32_t>(before >> 32));
    if (to.count + rank >= to.most) continue;
    const int64_t row = tile * kNmsTile + bit;
    const int32_t index = part.order[y * part.task.n + begin + row];
    to.indices[to.count + rank] = index;
    if (to.scores != nullptr)
      to.scores[to.count + rank] = part.task.scores[(part.first + y) * part.task.n + index];
    if (to.chunk != nullptr) to.chunk[chunk_count + rank] = static_cast<int32_t>(row);
  }
}

// One block a problem. Tile by tile: the first warp finds who stays, all strike out whom these overlap: eight
// lanes for a word, each over eight rows.
__global__ void walk(NmsPart part, int64_t begin, bool last) {
  begin_kernel();
  SPX_SHARED uint64_t removed[kNmsChunk / kNmsTile];
  SPX_SHARED uint64_t stays;
  const NmsTask& task = part.task;
  const int64_t y = blockIdx.x, problem = part.first + y;
  const int64_t size = chunk_size(part, y, begin), tiles = (size + kNmsTile - 1) / kNmsTile;
  const int64_t most = task.options.max_selected < task.n ? task.options.max_selected : task.n;
  int32_t* const chunk = part.chunk_kept == nullptr ? nullptr : part.chunk_kept + y * (kNmsChunk + 1);
  Kept kept{task.kept + problem * task.room, chunk,
            task.kept_scores == nullptr ? nullptr : task.kept_scores + problem * task.room,
            begin == 0 ? 0 : task.counts[problem], most};
  const int64_t count_before = kept.count;
  const uint64_t* const mask = part.mask + y * part.words * part.words * kNmsTile;
  for (int64_t w = threadIdx.x; w < tiles; w += blockDim.x) {
    const uint32_t* const words = part.removed + y * ((task.n + 31) / 32 + 1) + (begin + w * kNmsTile) / 32;
    removed[w] = begin == 0 ? 0 : words[0] | static_cast<uint64_t>(words[1]) << 32;
  }
  __syncthreads();
  for (int64_t t = 0; t < tiles && kept.count < most; ++t) {
    if (warp_id() == 0) {
      const uint64_t* const rows = mask + mask_place(part, t, t);
      const int64_t left = size - t * kNmsTile;
      const uint64_t there = left < kNmsTile ? (uint64_t{1} << left) - 1 : ~uint64_t{0};
      const uint64_t found = resolve(rows[lane_id()], rows[lane_id() + 32], ~removed[t] & there);
      note(part, y, begin, t, found, kept.count - count_before, kept);
      if (lane_id() == 0) stays = found;
    }
    __syncthreads();
    const uint64_t rows = stays;
    kept.count += count_bits(static_cast<uint32_t>(rows)) + count_bits(static_cast<uint32_t>(rows >> 32));
    for (int64_t first = t + 1 + warp_id() * 4; first < tiles; first += blockDim.x / 8) {
      const int64_t w = first + lane_id() / 8;
      uint64_t bits = 0;
      for (int i = 0; i < 8; ++i) {
        const int row = lane_id() % 8 + i * 8;
        if (w < tiles && (rows >> row & 1) != 0) bits |= mask[mask_place(part, t, w) + row];
      }
      for (int distance = 1; distance < 8; distance *= 2) bits |= shuffle_xor(bits, distance);
      if (w < tiles && lane_id() % 8 == 0) removed[w] |= bits;
    }
    __syncthreads();
  }
  if (kept.count > most) kept.count = most;
  if (threadIdx.x == 0) {
    task.counts[problem] = static_cast<int32_t>(kept.count);
    if (chunk != nullptr) chunk[kNmsChunk] = static_cast<int32_t>(kept.count - count_before);
  }
  if (!last || !task.fill) return;
  for (int64_t i = kept.count + threadIdx.x; i < task.room; i += blockDim.x) {
    kept.indices[i] = 0;
    if (kept.scores != nullptr) kept.scores[i] = -INFINITY;
  }
}

// Strikes out the candidates behind a chunk that its kept ones overlap: one for each thread.
__global__ void strike(NmsPart part, int64_t begin) {
  begin_kernel();
  const int64_t n = part.task.n, y = blockIdx.y, total = part.totals[y];
  const Box* const boxes = part.boxes + y * n;
  const int32_t* const kept = part.chunk_kept + y * (kNmsChunk + 1);
  const int32_t count = kept[kNmsChunk];
  uint32_t* const removed = part.removed + y * ((n + 31) / 32 + 1);
  const int64_t start = begin + kNmsChunk;
  for (int64_t first = start + int64_t{blockIdx.x} * blockDim.x; first < n;
       first += int64_t{gridDim.x} * blockDim.x) {
    const int64_t i = first + threadIdx.x;
    bool struck = false;
    if (i < total) {
      const Candidate own(boxes[i]);
      for (int32_t k = 0; k < count && !struck; ++k)
        struck = Candidate(boxes[begin + kept[k]]).overlaps(own, part.task.options.iou_threshold);
    }
    const uint32_t bits = ballot(struck);
    if (lane_id() == 0 && i < n) removed[i / 32] = (begin == 0 ? 0 : removed[i / 32]) | bits;
  }
}

__global__ void make_rows(NmsRows task) {
  begin_kernel();
  SPX_SHARED int64_t before_of[32], total_of[32];
  const int64_t problem = blockIdx.x;
  // Kept ones of the problems before this one, and of all.
  int64_t before = 0, total = 0;
  for (int64_t p = threadIdx.x; p < task.problems; p += blockDim.x) {
    total += task.counts[p];
    before += p < problem ? task.counts[p] : 0;
  }
  before = warp_sum(before);
  total = warp_sum(total);
  if (lane_id() == 0) {
    before_of[warp_id()] = before;
    total_of[warp_id()] = total;
  }
  __syncthreads();
  before = total = 0;
  for (uint32_t i = 0; i < blockDim.x / 32; ++i) {
    before += before_of[i];
    total += total_of[i];
  }
  const int64_t count = problem < task.problems ? task.counts[problem] : 0;
  for (int64_t i = threadIdx.x; i < count; i += blockDim.x) {
    int32_t* const row = task.rows + (before + i) * 3;
    row[0] = static_cast<int32_t>(problem / task.problems_per_image);
    row[1] = static_cast<int32_t>(problem % task.problems_per_image);
    row[2] = task.kept[problem * task.room + i];
  }
  for (int64_t i = total * 3 + thread_index(); i < task.capacity * 3; i += thread_count()) task.rows[i] = -1;
  if (thread_index() == 0) *task.count = static_cast<int32_t>(total);
}

uint64_t aligned(uint64_t bytes) { return (bytes + 255) / 256 * 256; }

// Lays the parts of `problems` problems into `scratch` (null: only counts); their bytes.
uint64_t lay_out(const NmsTask& task, uint64_t problems, uint8_t* scratch, NmsPart* part) {
  const uint64_t n = static_cast<uint64_t>(task.n);
  const int64_t chunk = task.n < kNmsChunk ? task.n : kNmsChunk;
  *part = {};
  part->task = task;
  part->sort_tile = task.n <= 16384 ? 1024 : 4096;
  part->sort_tiles = (task.n + part->sort_tile - 1) / part->sort_tile;
  part->words = (chunk + kNmsTile - 1) / kNmsTile;
  uint64_t bytes = 0;
  const auto put = [&](auto*& target, uint64_t count) {
    using Entry = std::remove_reference_t<decltype(*target)>;
    if (scratch != nullptr) target = reinterpret_cast<Entry*>(scratch + bytes);
    bytes += aligned(problems * count * sizeof(Entry));
  };
  put(part->keys, n);
  put(part->infos, static_cast<uint64_t>(part->sort_tiles));
  put(part->totals, 1);
  put(part->boxes, n);
  put(part->order, n);
  put(part->mask, static_cast<uint64_t>(part->words * part->words * kNmsTile));
  if (task.n > kNmsChunk) {
    put(part->removed, (n + 31) / 32 + 1);
    put(part->chunk_kept, kNmsChunk + 1);
  }
  return bytes;
}

// Problems at a time.
int64_t group_of(const NmsTask& task) {
  NmsPart part;
  const int64_t fit = static_cast<int64_t>(kMostScratch / lay_out(task, 1, nullptr, &part));
  const int64_t group = fit < 1 ? 1 : fit > 1024 ? 1024 : fit;
  return group < task.problems ? group : task.problems;
}

Status enqueue_part(Stream stream, const NmsPart& part, uint32_t problems) {
  const int64_t n = part.task.n;
  SPX_TRY(enqueue_nms_sort(stream, part, problems));
  const uint32_t words = static_cast<uint32_t>(part.words), wide = words * 8 < 1024 ? words * 8 : 1024;
  for (int64_t begin = 0; begin < n; begin += kNmsChunk) {
    const bool last = n - begin <= kNmsChunk;
    SPX_TRY(launch(stream, {dim3(words, words, problems), static_cast<uint32_t>(kNmsTile)}, compare, part,
                   begin));
    SPX_TRY(launch(stream, {dim3(problems), (wide + 31) / 32 * 32}, walk, part, begin, last));
    if (last) break;
    LaunchShape shape = launch_over(n - begin - kNmsChunk, 128);
    shape.grid.y = problems;
    SPX_TRY(launch(stream, shape, strike, part, begin));
  }
  return Status::OK;
}

}  // namespace

uint64_t nms_scratch(const NmsTask& task) {
  if (task.n == 0 || task.problems == 0) return 0;
  NmsPart part;
  return lay_out(task, static_cast<uint64_t>(group_of(task)), nullptr, &part);
}

Status enqueue_nms(Stream stream, const NmsTask& task, uint8_t* scratch) {
  if (task.problems == 0) return Status::OK;
  if (task.n == 0)
    return fill_zero(task.counts, static_cast<size_t>(task.problems) * sizeof(int32_t), stream);
  const int64_t group = group_of(task);
  for (int64_t first = 0; first < task.problems; first += group) {
    const int64_t left = task.problems - first;
    NmsPart part;
    lay_out(task, static_cast<uint64_t>(group), scratch, &part);
    part.first = first;
    SPX_TRY(enqueue_part(stream, part, static_cast<uint32_t>(left < group ? left : group)));
  }
  return Status::OK;
}

Status enqueue_nms_rows(Stream stream, const NmsRows& task) {
  const int64_t blocks = task.problems > 0 ? task.problems : 1;
  return launch(stream, {dim3(static_cast<uint32_t>(blocks)), 256}, make_rows, task);
}

}  // namespace spinexr::cuda
