#include "image_plan.h"

#include <string.h>

#include <new>

namespace spinexr::cuda {
namespace {

size_t aligned(size_t bytes) { return (bytes + 255) / 256 * 256; }

// Numbers of a filter: first, count, weights.
size_t size_of(const image::Filter& filter) {
  return static_cast<size_t>(filter.outputs) * (2 + static_cast<size_t>(filter.stride));
}

// Returns what is behind. by_tap: outputs innermost, as neighbouring threads read them.
int32_t* write_filter(const image::Filter& filter, bool by_tap, int32_t* target) {
  const size_t outputs = static_cast<size_t>(filter.outputs), stride = static_cast<size_t>(filter.stride);
  memcpy(target, filter.first.get(), outputs * sizeof(int32_t));
  memcpy(target + outputs, filter.count.get(), outputs * sizeof(int32_t));
  int32_t* const weights = target + 2 * outputs;
  memset(weights, 0, outputs * stride * sizeof(int32_t));
  for (size_t i = 0; i < outputs; ++i) {
    for (size_t k = 0; k < static_cast<size_t>(filter.count[i]); ++k)
      weights[by_tap ? k * outputs + i : i * stride + k] = filter.weights[i * stride + k];
  }
  return weights + outputs * stride;
}

}  // namespace

Status ImagePlan::prepare(const image::Picture& picture, const spx_image_input* inputs, int32_t count) {
  const auto no_memory = [&picture] {
    return fail(Status::OUT_OF_MEMORY, "no memory to resize a picture of %d x %d", picture.height,
                picture.width);
  };
  sample_type_ = picture.sample_type;
  height_ = picture.height;
  width_ = picture.width;
  count_ = count;
  inputs_.reset(new (std::nothrow) Input[static_cast<size_t>(count)]);
  if (inputs_ == nullptr) return no_memory();
  constant_bytes_ = aligned(static_cast<size_t>(count) * sizeof(ImageTarget));
  scratch_bytes_ = 0;
  for (int32_t i = 0; i < count; ++i) {
    Input& input = inputs_[static_cast<size_t>(i)];
    input.sizes = inputs[i];
    if (!input.across.assign(width_, input.sizes.width) || !input.down.assign(height_, input.sizes.height))
      return no_memory();
    input.filters = constant_bytes_;
    input.narrowed = scratch_bytes_;
    constant_bytes_ += aligned((size_of(input.across) + size_of(input.down)) * sizeof(int32_t));
    scratch_bytes_ += aligned(static_cast<size_t>(height_) * static_cast<size_t>(input.sizes.width));
  }
  return Status::OK;
}

size_t ImagePlan::tensor_bytes(int32_t input) const {
  const spx_image_input& sizes = inputs_[static_cast<size_t>(input)].sizes;
  return 3 * sizeof(float) * static_cast<size_t>(sizes.padded_height) *
         static_cast<size_t>(sizes.padded_width);
}

void ImagePlan::write_constants(uint8_t* target, const uint8_t* constants, uint8_t* scratch) const {
  memset(target, 0, constant_bytes_);
  int64_t row = 0;
  for (int32_t i = 0; i < count_; ++i) {
    const Input& input = inputs_[static_cast<size_t>(i)];
    const spx_image_input& sizes = input.sizes;
    int32_t* const filters = reinterpret_cast<int32_t*>(target + input.filters);
    write_filter(input.down, false, write_filter(input.across, true, filters));
    const int32_t* const across = reinterpret_cast<const int32_t*>(constants + input.filters);
    const int32_t* const down = across + size_of(input.across);
    ImageTarget one{};
    one.height = sizes.height;
    one.width = sizes.width;
    one.padded_height = sizes.padded_height;
    one.padded_width = sizes.padded_width;
    memcpy(one.mean, sizes.mean, sizeof one.mean);
    memcpy(one.std, sizes.std, sizeof one.std);
    one.across_first = across;
    one.across_count = across + sizes.width;
    one.across_weights = across + 2 * static_cast<size_t>(sizes.width);
    one.down_first = down;
    one.down_count = down + sizes.height;
    one.down_weights = down + 2 * static_cast<size_t>(sizes.height);
    one.down_taps = input.down.stride;
    one.narrowed = scratch + input.narrowed;
    one.first_row = row;
    row += sizes.padded_height;
    memcpy(target + static_cast<size_t>(i) * sizeof one, &one, sizeof one);
  }
}

Status ImagePlan::enqueue(Stream stream, const void* samples, const uint8_t* levels, const uint8_t* constants,
                          float* const* tensors) const {
  ImageTask task{};
  task.samples = samples;
  task.sample_type = sample_type_;
  task.height = height_;
  task.width = width_;
  task.levels = levels;
  task.targets = reinterpret_cast<const ImageTarget*>(constants);
  task.target_count = count_;
  for (int32_t i = 0; i < count_; ++i) {
    const spx_image_input& sizes = inputs_[static_cast<size_t>(i)].sizes;
    task.rows += sizes.padded_height;
    task.widest = task.widest < sizes.padded_width ? sizes.padded_width : task.widest;
    task.tensors[i] = tensors[i];
  }
  return enqueue_image(stream, task);
}

}  // namespace spinexr::cuda
