// Network inputs of one picture on a GPU: filters made on the processor, the pixels by two kernels.
//
//   GreyPicture grey;                                   // image/conversion.h: the table of levels
//   grey.assign(samples, voi, workers, &conversion);
//   ImagePlan plan;
//   plan.prepare(grey.picture(), inputs, count);
//   memory of the device: image_sample_bytes(picture), image_level_bytes(picture), plan.constant_bytes(),
//     plan.scratch_bytes(), and plan.tensor_bytes(i) for each input
//   plan.write_constants(host, constants, scratch);     // host: to be copied to `constants`
//   copy samples, levels and constants to the device
//   plan.enqueue(stream, samples, levels, constants, tensors);
#ifndef SPINEXR_CUDA_KERNELS_IMAGE_PLAN_H_
#define SPINEXR_CUDA_KERNELS_IMAGE_PLAN_H_

#include <memory>

#include "engine.h"
#include "image.h"
#include "image/filter.h"
#include "image/resample.h"

namespace spinexr::cuda {

inline size_t image_sample_bytes(const image::Picture& picture) {
  return static_cast<size_t>(picture.height) * static_cast<size_t>(picture.width) *
         (picture.sample_type < 2 ? 1 : 2);
}
inline size_t image_level_bytes(const image::Picture& picture) {
  return picture.sample_type < 2 ? 256 : 65536;
}

class ImagePlan {
 public:
  // What image::check_inputs has checked; neither the inputs' tensors nor the samples are looked at.
  Status prepare(const image::Picture& picture, const spx_image_input* inputs, int32_t count);

  // What the device needs beside samples and levels: what write_constants says, and memory for the picture
  // between both passes. Both 256-byte aligned.
  size_t constant_bytes() const { return constant_bytes_; }
  size_t scratch_bytes() const { return scratch_bytes_; }
  // f32 [3, padded_height, padded_width].
  size_t tensor_bytes(int32_t input) const;

  // Filters and sizes to memory of the processor, for copying to `constants` of the device.
  void write_constants(uint8_t* target, const uint8_t* constants, uint8_t* scratch) const;

  // All pointers are the device's; samples 16-byte aligned; tensors: as many as inputs. Two launches.
  Status enqueue(Stream stream, const void* samples, const uint8_t* levels, const uint8_t* constants,
                 float* const* tensors) const;

 private:
  struct Input {
    spx_image_input sizes;
    image::Filter across, down;
    size_t filters, narrowed;  // offsets in constants and scratch
  };

  int32_t sample_type_ = 0, height_ = 0, width_ = 0, count_ = 0;
  std::unique_ptr<Input[]> inputs_;
  size_t constant_bytes_ = 0, scratch_bytes_ = 0;
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_IMAGE_PLAN_H_
