// Greedy non-maximum suppression of many problems at a time: the candidates sorted, a mask of which pairs
// overlap, and one block that walks down the mask.
#ifndef SPINEXR_CUDA_KERNELS_NMS_H_
#define SPINEXR_CUDA_KERNELS_NMS_H_

#include "cuda/runtime/device.h"
#include "detection/nms.h"

namespace spinexr::cuda {

// Problem p has the scores scores[p * n ...], and the boxes of image p / problems_per_image.
struct NmsTask {
  const float* boxes;      // images x n x 4
  const float* scores;     // problems x n
  const int32_t* classes;  // of one problem's boxes, which are moved apart, or null
  int64_t n, problems, problems_per_image;
  NmsOptions options;
  int32_t* kept;       // problems x room: indices in falling score
  int32_t* counts;     // problems
  float* kept_scores;  // as kept, or null
  int64_t room;        // at least the smaller of n and options.max_selected
  bool fill;           // entries past the count become 0 and -infinity
};

// Equal to detection/nms.cpp, bit for bit. Four launches; where n > 8192, three more for each further 8192.
uint64_t nms_scratch(const NmsTask& task);
Status enqueue_nms(Stream stream, const NmsTask& task, uint8_t* scratch);

// The kept boxes of all problems as rows (image, class, box) one after another, -1 behind them, and how many
// there are.
struct NmsRows {
  const int32_t *kept, *counts;
  int64_t problems, problems_per_image, room;
  int32_t* rows;
  int64_t capacity;
  int32_t* count;
};
Status enqueue_nms_rows(Stream stream, const NmsRows& task);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_NMS_H_
