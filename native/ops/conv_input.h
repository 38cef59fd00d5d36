// What a convolution reads: pixels of an nhwc map after the fused prologue (scale and shift per channel,
// ReLU, average over a window), zero outside. The prologue comes before zero padding, so padding stays zero.
#ifndef SPINEXR_OPS_CONV_INPUT_H_
#define SPINEXR_OPS_CONV_INPUT_H_

#include <stdint.h>

#include "op.h"

namespace spinexr {

// Sizes of a conv step, checked and widened.
struct ConvGeometry {
  int64_t n, c, h, w, pixel_stride;  // x
  int64_t input_h, input_w;          // what the kernel slides over: x after the pooling prologue
  int64_t o, oh, ow;
  int64_t group, group_c, group_o;
  int64_t kernel_h, kernel_w, stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w;
  int64_t pool_h, pool_w, pool_stride_h, pool_stride_w;
  bool pooled, scaled, relu;

  int64_t depth() const { return kernel_h * kernel_w * group_c; }
  int64_t pixels() const { return n * oh * ow; }
  bool depthwise() const { return group == c && group == o; }
  // A kw row of one group is one run of memory that needs no prologue.
  bool rows_contiguous() const {
    return dilation_w == 1 && pixel_stride == c && group == 1 && !scaled && !pooled;
  }
  // Output pixel i reads exactly pixel i.
  bool pointwise() const {
    return kernel_h == 1 && kernel_w == 1 && stride_h == 1 && stride_w == 1 && pad_top == 0 &&
           pad_left == 0 && oh == input_h && ow == input_w && !pooled;
  }
};

Status read_conv_geometry(PrepareContext& context, const step::conv& step, ConvGeometry* geometry);

struct ConvInput {
  const ConvGeometry& g;
  const KernelTable& kernels;
  const float* x;
  const float* scale;  // c elements each when g.scaled
  const float* shift;

  // Channels [c, c + count) of position (ih, iw) of the kernel's input, which must lie inside it.
  void load(float* target, int64_t image, int64_t ih, int64_t iw, int64_t c, int64_t count) const;
  bool inside(int64_t ih, int64_t iw) const { return ih >= 0 && ih < g.input_h && iw >= 0 && iw < g.input_w; }
  // Columns [k, k + depth) of the matrix row of one output pixel: taps in the order kh, kw, channel of the
  // group.
  void pack_pixel(float* target, int64_t image, int64_t oh, int64_t ow, int64_t first_channel, int64_t k,
                  int64_t depth) const;
  // Where rows of the kernel's window are runs of memory: as many of the next `most` pixels of a row of y as
  // see no padding on the left and right, whole matrix rows. Returns how many.
  int64_t pack_inner_pixels(float* target, int64_t image, int64_t oh, int64_t ow, int64_t most) const;
  // Rows of the matrix (output pixels, all images in sequence), kPackedStride apart.
  void pack(float* target, int64_t row, int64_t rows, int64_t first_channel, int64_t k, int64_t depth) const;
};

}  // namespace spinexr

#endif  // SPINEXR_OPS_CONV_INPUT_H_
