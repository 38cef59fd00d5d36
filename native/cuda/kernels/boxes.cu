#include "boxes.h"
#include "cuda/device/cuda.h"
#include "cuda/runtime/launch.h"
#include "detection/box_codec.h"

namespace spinexr::cuda {
namespace {

__global__ void anchors(AnchorGrid grid, const float* shapes, int64_t count, float* y) {
  begin_kernel();
  const int64_t boxes = grid.height * grid.width * count;
  for (int64_t i = thread_index(); i < boxes; i += thread_count()) {
    const int64_t place = i / count;
    write_box(anchor_box(grid, place / grid.width, place % grid.width, shapes + i % count * 2), y + i * 4);
  }
}

__global__ void decode(BoxDecoding decoding, const float* boxes, const float* deltas, int64_t count,
                       int64_t groups, float* y) {
  begin_kernel();
  for (int64_t i = thread_index(); i < count; i += thread_count()) {
    const Box box = read_box(boxes + i / groups * 4);
    write_box(decode_box(box, deltas + i * 4, decoding.weights, decoding.scale_clamp), y + i * 4);
  }
}

__global__ void clip(const float* boxes, const float* size, int64_t n, float* y) {
  begin_kernel();
  for (int64_t i = thread_index(); i < n; i += thread_count())
    write_box(clip_box(read_box(boxes + i * 4), size[1], size[0]), y + i * 4);
}

}  // namespace

Status enqueue_anchors(Stream stream, const AnchorGrid& grid, const float* shapes, int64_t count, float* y) {
  const int64_t boxes = grid.height * grid.width * count;
  return launch(stream, launch_over(boxes, 128), anchors, grid, shapes, count, y);
}

Status enqueue_decode_boxes(Stream stream, const BoxDecoding& decoding, const float* boxes,
                            const float* deltas, int64_t n, int64_t groups, float* y) {
  return launch(stream, launch_over(n * groups, 128), decode, decoding, boxes, deltas, n * groups, groups, y);
}

Status enqueue_clip_boxes(Stream stream, const float* boxes, const float* size, int64_t n, float* y) {
  return launch(stream, launch_over(n, 128), clip, boxes, size, n, y);
}

}  // namespace spinexr::cuda
