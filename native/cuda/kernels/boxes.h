// Boxes element by element: anchors, deltas, clipping. The formulas are those of detection/, bit for bit.
#ifndef SPINEXR_CUDA_KERNELS_BOXES_H_
#define SPINEXR_CUDA_KERNELS_BOXES_H_

#include "cuda/runtime/device.h"
#include "detection/anchors.h"

namespace spinexr::cuda {

// y: height x width x count boxes (detection/anchors.h); shapes: count x (width, height).
Status enqueue_anchors(Stream stream, const AnchorGrid& grid, const float* shapes, int64_t count, float* y);

struct BoxDecoding {
  float weights[4];  // of dx, dy, dw, dh
  float scale_clamp;
};
// boxes: n x 4; deltas and y: n x groups x 4 (detection/box_codec.h).
Status enqueue_decode_boxes(Stream stream, const BoxDecoding& decoding, const float* boxes,
                            const float* deltas, int64_t n, int64_t groups, float* y);

// size: height, width, on the device. y may be boxes.
Status enqueue_clip_boxes(Stream stream, const float* boxes, const float* size, int64_t n, float* y);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_BOXES_H_
