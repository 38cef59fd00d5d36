// What the launches of a suppression share. For .cu files.
#ifndef SPINEXR_CUDA_KERNELS_NMS_PARTS_H_
#define SPINEXR_CUDA_KERNELS_NMS_PARTS_H_

#include "cuda/device/cuda.h"
#include "nms.h"

namespace spinexr::cuda {

constexpr int64_t kNmsTile = 64;     // candidates of a word of the mask
constexpr int64_t kNmsChunk = 8192;  // candidates that are compared with each other at a time

// Of the boxes that one block sorts.
struct NmsTileInfo {
  uint32_t candidates;
  float largest;  // coordinate, for ClassShift
};

// blockIdx.z (or .y where there is no z) is a problem behind `first`; entries of each follow one another.
struct NmsPart {
  NmsTask task;
  int64_t first;
  int64_t sort_tile, sort_tiles;  // boxes of a tile; tiles
  int64_t words;                  // of the mask in a row: tiles of a chunk
  uint64_t* keys;                 // n, sorted within tiles
  NmsTileInfo* infos;             // sort_tiles
  uint32_t* totals;               // 1: candidates
  Box* boxes;                     // n: of the candidates in falling score, moved apart
  int32_t* order;                 // n: their indices
  uint64_t* mask;       // [row tile][column tile >= row tile][64 rows]: bit c: row and column c overlap
  uint32_t* removed;    // a bit per candidate behind the chunk that was walked last; where n > kNmsChunk
  int32_t* chunk_kept;  // kNmsChunk places in the chunk, and their count behind them; as above
};

// Candidates sorted and moved (nms_sort.cu).
Status enqueue_nms_sort(Stream stream, const NmsPart& part, uint32_t problems);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_NMS_PARTS_H_
