// spx_image_* of engine.h: checks what came from outside, then calls the plain functions of this folder.
#include <math.h>

#include "../base/error.h"
#include "../engine.h"
#include "normalize.h"
#include "resize.h"
#include "tone_curve.h"
#include "window.h"

namespace {

using spinexr::fail;
using spinexr::Status;

// Keeps every product of sides, taps and channels inside 64 (and on wasm 32) bits.
constexpr int32_t kMaxSide = 1 << 20;
constexpr int64_t kMaxPixels = int64_t{1} << 29;

bool sides_are_valid(int32_t height, int32_t width) {
  return height >= 1 && width >= 1 && height <= kMaxSide && width <= kMaxSide &&
         static_cast<int64_t>(height) * width <= kMaxPixels;
}

int32_t fail_sides(const char* what, int32_t height, int32_t width) {
  return fail(Status::INVALID_ARGUMENT, "%s is %d x %d; each side must be 1 to %d and the area at most 2^29",
              what, height, width, kMaxSide);
}

template <typename T>
int32_t display_typed(const void* pixels, size_t count, const spinexr::image::ToneCurve* curve,
                      bool monochrome1, uint8_t* display) {
  const T* samples = static_cast<const T*>(pixels);
  if (curve == nullptr) {
    spinexr::image::display_fallback(samples, count, monochrome1, display);
    return 0;
  }
  if (!spinexr::image::display_voi(samples, count, *curve, monochrome1, display)) {
    return fail(Status::OUT_OF_MEMORY, "no memory for the grey-level table of a picture");
  }
  return 0;
}

}  // namespace

int32_t spx_image_display(const void* pixels, int32_t sample_type, int32_t height, int32_t width,
                          int32_t bits_stored, int32_t is_signed, int32_t monochrome1, const spx_voi* voi,
                          uint8_t* display, int32_t* conversion) {
  if (pixels == nullptr || voi == nullptr || display == nullptr || conversion == nullptr) {
    return fail(Status::INVALID_ARGUMENT, "spx_image_display: a pointer is null");
  }
  if (!sides_are_valid(height, width)) return fail_sides("the picture", height, width);
  if (bits_stored < 1 || bits_stored > 32) {
    return fail(Status::INVALID_ARGUMENT, "bits stored is %d; it must be 1 to 32", bits_stored);
  }
  if (voi->kind < 0 || voi->kind > 2) {
    return fail(Status::INVALID_ARGUMENT, "the kind of the VOI transformation is %d; it must be 0 to 2",
                voi->kind);
  }
  if (voi->kind == 2 && (voi->lut == nullptr || voi->lut_entries < 1 || voi->lut_entries > 65536)) {
    return fail(Status::INVALID_ARGUMENT, "a VOI LUT has %d entries; it must have 1 to 65536",
                voi->lut_entries);
  }
  spinexr::image::ToneCurve curve;
  const bool valid = curve.assign(*voi, bits_stored, is_signed != 0);
  const spinexr::image::ToneCurve* chosen = valid ? &curve : nullptr;
  const size_t count = static_cast<size_t>(height) * static_cast<size_t>(width);
  const bool invert = monochrome1 != 0;
  *conversion =
      static_cast<int32_t>(valid ? spinexr::image::Conversion::kVoi : spinexr::image::Conversion::kFallback);
  switch (sample_type) {
    case 0:
      return display_typed<uint8_t>(pixels, count, chosen, invert, display);
    case 1:
      return display_typed<int8_t>(pixels, count, chosen, invert, display);
    case 2:
      return display_typed<uint16_t>(pixels, count, chosen, invert, display);
    case 3:
      return display_typed<int16_t>(pixels, count, chosen, invert, display);
    case 4:
      return display_typed<int32_t>(pixels, count, chosen, invert, display);
    default:
      return fail(Status::INVALID_ARGUMENT, "the sample type is %d; it must be 0 to 4", sample_type);
  }
}

int32_t spx_image_resize(const uint8_t* source, int32_t height, int32_t width, uint8_t* target,
                         int32_t target_height, int32_t target_width) {
  if (source == nullptr || target == nullptr) {
    return fail(Status::INVALID_ARGUMENT, "spx_image_resize: a pointer is null");
  }
  if (!sides_are_valid(height, width)) return fail_sides("the picture", height, width);
  if (!sides_are_valid(target_height, target_width)) {
    return fail_sides("the resized picture", target_height, target_width);
  }
  if (!sides_are_valid(height, target_width)) {  // the picture between the two passes
    return fail_sides("the half-resized picture", height, target_width);
  }
  if (!spinexr::image::resize_bilinear(source, height, width, target, target_height, target_width)) {
    return fail(Status::OUT_OF_MEMORY, "no memory to resize %d x %d to %d x %d", height, width, target_height,
                target_width);
  }
  return 0;
}

int32_t spx_image_normalize(const uint8_t* grey, int32_t height, int32_t width, const float* mean,
                            const float* std, float* target, int32_t padded_height, int32_t padded_width) {
  if (grey == nullptr || mean == nullptr || std == nullptr || target == nullptr) {
    return fail(Status::INVALID_ARGUMENT, "spx_image_normalize: a pointer is null");
  }
  if (!sides_are_valid(height, width)) return fail_sides("the picture", height, width);
  if (!sides_are_valid(padded_height, padded_width) || padded_height < height || padded_width < width) {
    return fail_sides("the padded picture", padded_height, padded_width);
  }
  for (int channel = 0; channel < 3; channel++) {
    if (!isfinite(mean[channel]) || !isfinite(std[channel]) || std[channel] == 0) {
      return fail(Status::INVALID_ARGUMENT, "mean %g and std %g of channel %d must be finite, std not zero",
                  static_cast<double>(mean[channel]), static_cast<double>(std[channel]), channel);
    }
  }
  spinexr::image::normalize(grey, height, width, mean, std, target, padded_height, padded_width);
  return 0;
}
