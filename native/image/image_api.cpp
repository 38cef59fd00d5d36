// spx_image_* of engine.h: checks what came from outside, then calls the plain functions of this folder.
#include <math.h>

#include <limits>
#include <memory>
#include <new>

#include "base/status.h"
#include "engine.h"
#include "engine_handle.h"
#include "grey_table.h"
#include "resample.h"
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

Status check_bits(int32_t bits_stored) {
  return bits_stored >= 1 && bits_stored <= 32
             ? Status::OK
             : fail(Status::INVALID_ARGUMENT, "bits stored is %d; it must be 1 to 32", bits_stored);
}

Status checked_display(const void* pixels, int32_t sample_type, int32_t height, int32_t width,
                       int32_t bits_stored, bool is_signed, bool monochrome1, const spx_voi* voi,
                       uint8_t* display, int32_t* conversion) {
  SPX_TRY(check_pointers("spx_image_display", pixels && voi && display && conversion));
  SPX_TRY(check_sides("the picture", height, width));
  SPX_TRY(check_voi(*voi));
  SPX_TRY(check_bits(bits_stored));
  ToneCurve curve;
  const bool valid = curve.assign(*voi, bits_stored, is_signed);
  *conversion = static_cast<int32_t>(valid ? Conversion::kVoi : Conversion::kFallback);
  const size_t count = static_cast<size_t>(height) * static_cast<size_t>(width);
  return display_any(pixels, sample_type, count, valid ? &curve : nullptr, monochrome1, display);
}

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

Status out_of_memory(int32_t height, int32_t width) {
  return fail(Status::OUT_OF_MEMORY, "no memory to resize a picture of %d x %d", height, width);
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
  SPX_TRY(check_pointers("spx_image_inputs", input.tensor != nullptr));
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

constexpr int32_t kMostInputs = 64;

Status checked_inputs(spx_engine* engine, const void* pixels, int32_t sample_type, int32_t height,
                      int32_t width, int32_t bits_stored, bool is_signed, bool monochrome1,
                      const spx_voi* voi, const spx_image_input* inputs, int32_t input_count,
                      int32_t* conversion) {
  SPX_TRY(check_pointers("spx_image_inputs", engine && pixels && inputs && conversion));
  SPX_TRY(check_sides("the picture", height, width));
  SPX_TRY(check_bits(bits_stored));
  if (input_count < 1 || input_count > kMostInputs) {
    return fail(Status::INVALID_ARGUMENT, "the number of inputs is %d; it must be 1 to %d", input_count,
                kMostInputs);
  }
  Target targets[kMostInputs];
  for (int32_t i = 0; i < input_count; i++) {
    const spx_image_input& input = inputs[i];
    SPX_TRY(check_input(input, height));
    targets[i] = {input.height,        input.width,        nullptr,    input.tensor,
                  input.padded_height, input.padded_width, input.mean, input.std};
  }
  const Turn turn(engine);
  Picture picture = {pixels, sample_type, height, width, identity_levels()};
  GreyTable table;
  std::unique_ptr<uint8_t[]> display;
  if (voi == nullptr) {
    if (sample_type != 0) {
      return fail(Status::INVALID_ARGUMENT, "the sample type of a grey picture is %d; it must be 0",
                  sample_type);
    }
    *conversion = static_cast<int32_t>(Conversion::kNone);
  } else {
    SPX_TRY(check_voi(*voi));
    ToneCurve curve;
    const bool valid = curve.assign(*voi, bits_stored, is_signed);
    if (valid && sample_type >= 0 && sample_type <= 3) {
      *conversion = static_cast<int32_t>(Conversion::kVoi);
      if (!assign_any(picture, curve, monochrome1, turn.workers(), &table))
        return out_of_memory(height, width);
      picture.levels = table.levels();
    } else {  // where a sample's level is not had from a table
      const size_t count = static_cast<size_t>(height) * static_cast<size_t>(width);
      display.reset(new (std::nothrow) uint8_t[count]);
      if (display == nullptr) return out_of_memory(height, width);
      SPX_TRY(checked_display(pixels, sample_type, height, width, bits_stored, is_signed, monochrome1, voi,
                              display.get(), conversion));
      picture.samples = display.get();
      picture.sample_type = 0;
    }
  }
  if (resample(*engine->kernels, turn.workers(), picture, targets, input_count)) return Status::OK;
  return out_of_memory(height, width);
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
  return static_cast<int32_t>(spinexr::image::checked_display(pixels, sample_type, height, width, bits_stored,
                                                              is_signed != 0, monochrome1 != 0, voi, display,
                                                              conversion));
}

int32_t spx_image_inputs(spx_engine* engine, const void* pixels, int32_t sample_type, int32_t height,
                         int32_t width, int32_t bits_stored, int32_t is_signed, int32_t monochrome1,
                         const spx_voi* voi, const spx_image_input* inputs, int32_t input_count,
                         int32_t* conversion) {
  return static_cast<int32_t>(spinexr::image::checked_inputs(engine, pixels, sample_type, height, width,
                                                             bits_stored, is_signed != 0, monochrome1 != 0,
                                                             voi, inputs, input_count, conversion));
}

int32_t spx_image_resize(spx_engine* engine, const uint8_t* source, int32_t height, int32_t width,
                         uint8_t* resized, int32_t resized_height, int32_t resized_width) {
  return static_cast<int32_t>(
      spinexr::image::checked_resize(engine, source, height, width, resized, resized_height, resized_width));
}
