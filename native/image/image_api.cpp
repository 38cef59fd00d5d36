// spx_image_* of engine.h over the plain functions of this folder.
#include "conversion.h"
#include "engine.h"
#include "engine_handle.h"

namespace spinexr::image {
namespace {

// The engine's pool for the time of one picture, if nobody has it.
class Turn {
 public:
#if defined(__wasm__)
  explicit Turn(spx_engine* engine) : pool_(&engine->pool) {}
#else
  explicit Turn(spx_engine* engine)
      : lock_(engine->running, std::try_to_lock), pool_(lock_.owns_lock() ? &engine->pool : nullptr) {}
#endif
  Workers workers() const { return Workers(pool_); }

 private:
#if !defined(__wasm__)
  std::unique_lock<std::mutex> lock_;
#endif
  ThreadPool* pool_;
};

Status checked_inputs(spx_engine* engine, const Samples& samples, const spx_voi* voi,
                      const spx_image_input* inputs, int32_t input_count, int32_t* conversion) {
  SPX_TRY(check_pointers("spx_image_inputs", engine && samples.pixels && inputs && conversion));
  SPX_TRY(check_sides("the picture", samples.height, samples.width));
  SPX_TRY(check_inputs(inputs, input_count, samples.height));
  Target targets[kMostInputs];
  for (int32_t i = 0; i < input_count; i++) {
    const spx_image_input& input = inputs[i];
    SPX_TRY(check_pointers("spx_image_inputs", input.tensor != nullptr));
    targets[i] = {input.height,        input.width,        nullptr,    input.tensor,
                  input.padded_height, input.padded_width, input.mean, input.std};
  }
  const Turn turn(engine);
  GreyPicture picture;
  SPX_TRY(picture.assign(samples, voi, turn.workers(), conversion));
  if (resample(*engine->kernels, turn.workers(), picture.picture(), targets, input_count)) return Status::OK;
  return out_of_memory(samples.height, samples.width);
}

Status checked_resize(spx_engine* engine, const uint8_t* source, int32_t height, int32_t width,
                      uint8_t* resized, int32_t resized_height, int32_t resized_width) {
  SPX_TRY(check_pointers("spx_image_resize", engine && source && resized));
  SPX_TRY(check_sides("the picture", height, width));
  SPX_TRY(check_sides("the resized picture", resized_height, resized_width));
  SPX_TRY(check_sides("the picture between both passes", height, resized_width));
  const Turn turn(engine);
  const Picture picture = {source, 0, height, width, identity_levels()};
  const Target target = {resized_height, resized_width, resized, nullptr, 0, 0, nullptr, nullptr};
  if (resample(*engine->kernels, turn.workers(), picture, &target, 1)) return Status::OK;
  return out_of_memory(height, width);
}

}  // namespace
}  // namespace spinexr::image

int32_t spx_image_display(const void* pixels, int32_t sample_type, int32_t height, int32_t width,
                          int32_t bits_stored, int32_t is_signed, int32_t monochrome1, const spx_voi* voi,
                          uint8_t* display, int32_t* conversion) {
  return static_cast<int32_t>(spinexr::image::display(
      {pixels, sample_type, height, width, bits_stored, is_signed != 0, monochrome1 != 0}, voi, display,
      conversion));
}

int32_t spx_image_inputs(spx_engine* engine, const void* pixels, int32_t sample_type, int32_t height,
                         int32_t width, int32_t bits_stored, int32_t is_signed, int32_t monochrome1,
                         const spx_voi* voi, const spx_image_input* inputs, int32_t input_count,
                         int32_t* conversion) {
  return static_cast<int32_t>(spinexr::image::checked_inputs(
      engine, {pixels, sample_type, height, width, bits_stored, is_signed != 0, monochrome1 != 0}, voi,
      inputs, input_count, conversion));
}

int32_t spx_image_resize(spx_engine* engine, const uint8_t* source, int32_t height, int32_t width,
                         uint8_t* resized, int32_t resized_height, int32_t resized_width) {
  return static_cast<int32_t>(
      spinexr::image::checked_resize(engine, source, height, width, resized, resized_height, resized_width));
}
