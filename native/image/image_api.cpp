// spx_image_* of engine.h: checks what came from outside, then calls the plain functions of this folder.
#include <math.h>

#include "../base/status.h"
#include "../engine.h"
#include "normalize.h"
#include "resize.h"
#include "tone_curve.h"
#include "window.h"

namespace spinexr::image {
namespace {

// Keeps every product of sides, taps and channels inside 64 (and on wasm 32) bits.
constexpr int32_t kMaxSide = 1 << 20;
constexpr int64_t kMaxPixels = int64_t{1} << 29;

Status check_sides(const char* what, int32_t height, int32_t width) {
  if (height >= 1 && width >= 1 && height <= kMaxSide && width <= kMaxSide &&
      static_cast<int64_t>(height) * width <= kMaxPixels) {
    return Status::OK;
  }
  return fail(Status::INVALID_ARGUMENT, "%s is %d x %d; each side must be 1 to %d and the area at most 2^29",
              what, height, width, kMaxSide);
}

Status check_pointers(const char* function, bool all) {
  return all ? Status::OK : fail(Status::INVALID_ARGUMENT, "%s: a pointer is null", function);
}

Status check_voi(const spx_voi& voi) {
  if (voi.kind < 0 || voi.kind > 2) {
    return fail(Status::INVALID_ARGUMENT, "the kind of the VOI transformation is %d; it must be 0 to 2",
                voi.kind);
  }
  if (voi.kind == 2 && (voi.lut == nullptr || voi.lut_entries < 1 || voi.lut_entries > 65536)) {
    return fail(Status::INVALID_ARGUMENT, "a VOI LUT has %d entries; it must have 1 to 65536",
                voi.lut_entries);
  }
  return Status::OK;
}

// curve null: the fallback.
template <typename T>
Status display_typed(const void* pixels, size_t count, const ToneCurve* curve, bool monochrome1,
                     uint8_t* display) {
  const T* samples = static_cast<const T*>(pixels);
  if (curve == nullptr) {
    display_fallback(samples, count, monochrome1, display);
    return Status::OK;
  }
  if (display_voi(samples, count, *curve, monochrome1, display)) return Status::OK;
  return fail(Status::OUT_OF_MEMORY, "no memory for the grey-level table of a picture");
}

Status display_any(const void* pixels, int32_t sample_type, size_t count, const ToneCurve* curve,
                   bool monochrome1, uint8_t* display) {
  switch (sample_type) {
    case 0:
      return display_typed<uint8_t>(pixels, count, curve, monochrome1, display);
    case 1:
      return display_typed<int8_t>(pixels, count, curve, monochrome1, display);
    case 2:
      return display_typed<uint16_t>(pixels, count, curve, monochrome1, display);
    case 3:
      return display_typed<int16_t>(pixels, count, curve, monochrome1, display);
    case 4:
      return display_typed<int32_t>(pixels, count, curve, monochrome1, display);
    default:
      return fail(Status::INVALID_ARGUMENT, "the sample type is %d; it must be 0 to 4", sample_type);
  }
}

Status checked_display(const void* pixels, int32_t sample_type, int32_t height, int32_t width,
                       int32_t bits_stored, bool is_signed, bool monochrome1, const spx_voi* voi,
                       uint8_t* display, int32_t* conversion) {
  SPX_TRY(check_pointers("spx_image_display", pixels && voi && display && conversion));
  SPX_TRY(check_sides("the picture", height, width));
  SPX_TRY(check_voi(*voi));
  if (bits_stored < 1 || bits_stored > 32) {
    return fail(Status::INVALID_ARGUMENT, "bits stored is %d; it must be 1 to 32", bits_stored);
  }
  ToneCurve curve;
  const bool valid = curve.assign(*voi, bits_stored, is_signed);
  *conversion = static_cast<int32_t>(valid ? Conversion::kVoi : Conversion::kFallback);
  const size_t count = static_cast<size_t>(height) * static_cast<size_t>(width);
  return display_any(pixels, sample_type, count, valid ? &curve : nullptr, monochrome1, display);
}

Status checked_resize(const uint8_t* source, int32_t height, int32_t width, uint8_t* target,
                      int32_t target_height, int32_t target_width) {
  SPX_TRY(check_pointers("spx_image_resize", source && target));
  SPX_TRY(check_sides("the picture", height, width));
  SPX_TRY(check_sides("the resized picture", target_height, target_width));
  SPX_TRY(check_sides("the picture between both passes", height, target_width));
  if (resize_bilinear(source, height, width, target, target_height, target_width)) return Status::OK;
  return fail(Status::OUT_OF_MEMORY, "no memory to resize %d x %d to %d x %d", height, width, target_height,
              target_width);
}

Status checked_normalize(const uint8_t* grey, int32_t height, int32_t width, const float* mean,
                         const float* std, float* target, int32_t padded_height, int32_t padded_width) {
  SPX_TRY(check_pointers("spx_image_normalize", grey && mean && std && target));
  SPX_TRY(check_sides("the picture", height, width));
  SPX_TRY(check_sides("the padded picture", padded_height, padded_width));
  if (padded_height < height || padded_width < width) {
    return fail(Status::INVALID_ARGUMENT, "the padded size %d x %d is less than the picture's %d x %d",
                padded_height, padded_width, height, width);
  }
  for (int channel = 0; channel < 3; channel++) {
    if (!isfinite(mean[channel]) || !isfinite(std[channel]) || std[channel] == 0) {
      return fail(Status::INVALID_ARGUMENT, "mean %g and std %g of channel %d must be finite, std not zero",
                  static_cast<double>(mean[channel]), static_cast<double>(std[channel]), channel);
    }
  }
  normalize(grey, height, width, mean, std, target, padded_height, padded_width);
  return Status::OK;
}

}  // namespace
}  // namespace spinexr::image

int32_t spx_image_display(const void* pixels, int32_t sample_type, int32_t height, int32_t width,
                          int32_t bits_stored, int32_t is_signed, int32_t monochrome1, const spx_voi* voi,
                          uint8_t* display, int32_t* conversion) {
  return static_cast<int32_t>(spinexr::image::checked_display(pixels, sample_type, height, width, bits_stored,
                                                              is_signed != 0, monochrome1 != 0, voi, display,
                                                              conversion));
}

int32_t spx_image_resize(const uint8_t* source, int32_t height, int32_t width, uint8_t* target,
                         int32_t target_height, int32_t target_width) {
  return static_cast<int32_t>(
      spinexr::image::checked_resize(source, height, width, target, target_height, target_width));
}

int32_t spx_image_normalize(const uint8_t* grey, int32_t height, int32_t width, const float* mean,
                            const float* std, float* target, int32_t padded_height, int32_t padded_width) {
  return static_cast<int32_t>(
      spinexr::image::checked_normalize(grey, height, width, mean, std, target, padded_height, padded_width));
}
