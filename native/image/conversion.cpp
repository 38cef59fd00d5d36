#include "conversion.h"

#include <math.h>

#include <limits>
#include <new>

#include "tone_curve.h"
#include "window.h"

namespace spinexr::image {
namespace {

// Keeps every product of sides, taps and channels inside 64 (and on wasm 32) bits.
constexpr int32_t kMaxSide = 1 << 20;
constexpr int64_t kMaxPixels = int64_t{1} << 29;

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

Status check_bits(int32_t bits_stored) {
  return bits_stored >= 1 && bits_stored <= 32
             ? Status::OK
             : fail(Status::INVALID_ARGUMENT, "bits stored is %d; it must be 1 to 32", bits_stored);
}

template <typename T>
bool assign_levels(const Picture& picture, const ToneCurve& curve, bool monochrome1, const Workers& workers,
                   GreyTable* table) {
  const T* const samples = static_cast<const T*>(picture.samples);
  const size_t count = static_cast<size_t>(picture.height) * static_cast<size_t>(picture.width);
  return table->assign(samples, count, sample_range(samples, count, workers), std::numeric_limits<T>::min(),
                       1 << (8 * sizeof(T)), curve, monochrome1, workers);
}

bool assign_any(const Picture& picture, const ToneCurve& curve, bool monochrome1, const Workers& workers,
                GreyTable* table) {
  switch (picture.sample_type) {
    case 0:
      return assign_levels<uint8_t>(picture, curve, monochrome1, workers, table);
    case 1:
      return assign_levels<int8_t>(picture, curve, monochrome1, workers, table);
    case 2:
      return assign_levels<uint16_t>(picture, curve, monochrome1, workers, table);
    default:
      return assign_levels<int16_t>(picture, curve, monochrome1, workers, table);
  }
}

Status check_input(const spx_image_input& input, int32_t height) {
  SPX_TRY(check_sides("the resized picture", input.height, input.width));
  SPX_TRY(check_sides("the picture between both passes", height, input.width));
  SPX_TRY(check_sides("the padded picture", input.padded_height, input.padded_width));
  if (input.padded_height < input.height || input.padded_width < input.width) {
    return fail(Status::INVALID_ARGUMENT, "the padded size %d x %d is less than the picture's %d x %d",
                input.padded_height, input.padded_width, input.height, input.width);
  }
  for (int channel = 0; channel < 3; channel++) {
    const float mean = input.mean[channel], std = input.std[channel];
    if (!isfinite(mean) || !isfinite(std) || std == 0) {
      return fail(Status::INVALID_ARGUMENT, "mean %g and std %g of channel %d must be finite, std not zero",
                  static_cast<double>(mean), static_cast<double>(std), channel);
    }
  }
  return Status::OK;
}

}  // namespace

Status check_pointers(const char* function, bool all) {
  return all ? Status::OK : fail(Status::INVALID_ARGUMENT, "%s: a pointer is null", function);
}

Status check_sides(const char* what, int32_t height, int32_t width) {
  if (height >= 1 && width >= 1 && height <= kMaxSide && width <= kMaxSide &&
      static_cast<int64_t>(height) * width <= kMaxPixels) {
    return Status::OK;
  }
  return fail(Status::INVALID_ARGUMENT, "%s is %d x %d; each side must be 1 to %d and the area at most 2^29",
              what, height, width, kMaxSide);
}

Status out_of_memory(int32_t height, int32_t width) {
  return fail(Status::OUT_OF_MEMORY, "no memory to resize a picture of %d x %d", height, width);
}

Status check_inputs(const spx_image_input* inputs, int32_t count, int32_t height) {
  if (count < 1 || count > kMostInputs) {
    return fail(Status::INVALID_ARGUMENT, "the number of inputs is %d; it must be 1 to %d", count,
                kMostInputs);
  }
  for (int32_t i = 0; i < count; i++) SPX_TRY(check_input(inputs[i], height));
  return Status::OK;
}

Status display(const Samples& samples, const spx_voi* voi, uint8_t* target, int32_t* conversion) {
  SPX_TRY(check_pointers("spx_image_display", samples.pixels && voi && target && conversion));
  SPX_TRY(check_sides("the picture", samples.height, samples.width));
  SPX_TRY(check_voi(*voi));
  SPX_TRY(check_bits(samples.bits_stored));
  ToneCurve curve;
  const bool valid = curve.assign(*voi, samples.bits_stored, samples.is_signed);
  *conversion = static_cast<int32_t>(valid ? Conversion::kVoi : Conversion::kFallback);
  const size_t count = static_cast<size_t>(samples.height) * static_cast<size_t>(samples.width);
  return display_any(samples.pixels, samples.sample_type, count, valid ? &curve : nullptr,
                     samples.monochrome1, target);
}

Status GreyPicture::assign(const Samples& samples, const spx_voi* voi, const Workers& workers,
                           int32_t* conversion) {
  const int32_t height = samples.height, width = samples.width;
  SPX_TRY(check_sides("the picture", height, width));
  SPX_TRY(check_bits(samples.bits_stored));
  picture_ = {samples.pixels, samples.sample_type, height, width, identity_levels()};
  if (voi == nullptr) {
    if (samples.sample_type != 0) {
      return fail(Status::INVALID_ARGUMENT, "the sample type of a grey picture is %d; it must be 0",
                  samples.sample_type);
    }
    *conversion = static_cast<int32_t>(Conversion::kNone);
    return Status::OK;
  }
  SPX_TRY(check_voi(*voi));
  ToneCurve curve;
  const bool valid = curve.assign(*voi, samples.bits_stored, samples.is_signed);
  if (valid && samples.sample_type >= 0 && samples.sample_type <= 3) {
    *conversion = static_cast<int32_t>(Conversion::kVoi);
    if (!assign_any(picture_, curve, samples.monochrome1, workers, &table_))
      return out_of_memory(height, width);
    picture_.levels = table_.levels();
    return Status::OK;
  }
  // Where a sample's level is not had from a table.
  const size_t count = static_cast<size_t>(height) * static_cast<size_t>(width);
  display_.reset(new (std::nothrow) uint8_t[count]);
  if (display_ == nullptr) return out_of_memory(height, width);
  SPX_TRY(display(samples, voi, display_.get(), conversion));
  picture_.samples = display_.get();
  picture_.sample_type = 0;
  return Status::OK;
}

}  // namespace spinexr::image
