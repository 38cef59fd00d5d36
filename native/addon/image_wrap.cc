#include "addon/image_wrap.h"

#include "addon/run_worker.h"

namespace spinexr_addon {

namespace {

constexpr int32_t kMaxSide = 1 << 20;
constexpr size_t kSampleBytes[] = {1, 1, 2, 2, 4};  // by sample_type

size_t area(int32_t height, int32_t width) {
  return static_cast<size_t>(height) * static_cast<size_t>(width);
}

// A voi is [kind, function, center, width, hasRescale, slope, intercept, lutFirst, lutBits, lut | null].
bool read_voi(Napi::Value value, spx_voi* voi) {
  if (!value.IsArray() || value.As<Napi::Array>().Length() != 10) {
    throw_invalid(value.Env(), "Argument \"voi\": expected an array of 10.");
    return false;
  }
  Napi::Array items = value.As<Napi::Array>();
  const auto item = [&](uint32_t i) { return Napi::Value(items.Get(i)); };
  View lut;
  if (!read_int32(item(0), "voi.kind", 0, 2, &voi->kind) ||
      !read_int32(item(1), "voi.function", 0, 3, &voi->function) ||
      !read_number(item(2), "voi.center", &voi->center) || !read_number(item(3), "voi.width", &voi->width) ||
      !read_int32(item(4), "voi.hasRescale", 0, 1, &voi->has_rescale) ||
      !read_number(item(5), "voi.slope", &voi->rescale_slope) ||
      !read_number(item(6), "voi.intercept", &voi->rescale_intercept) ||
      !read_int32(item(7), "voi.lutFirst", INT32_MIN, INT32_MAX, &voi->lut_first) ||
      !read_int32(item(8), "voi.lutBits", 0, 16, &voi->lut_bits) ||
      (!item(9).IsNull() && !read_view(item(9), "voi.lut", 2, alignof(uint16_t), &lut))) {
    return false;
  }
  voi->lut = static_cast<const uint16_t*>(lut.data);
  voi->lut_entries =
      static_cast<int32_t>(lut.bytes / sizeof(uint16_t) > 65536 ? 65536 : lut.bytes / sizeof(uint16_t));
  return true;
}

class DisplayWorker final : public CoreWorker {
 public:
  explicit DisplayWorker(Napi::Env env) : CoreWorker(env, "spinexr.display") {}
  View pixels, display;
  int32_t sample_type = 0, height = 0, width = 0, bits_stored = 0, is_signed = 0, monochrome1 = 0;
  spx_voi voi = {};

 private:
  int32_t call() override {
    return spx_image_display(pixels.data, sample_type, height, width, bits_stored, is_signed, monochrome1,
                             &voi, static_cast<uint8_t*>(display.data), &conversion_);
  }
  Napi::Value result(Napi::Env env) override { return Napi::Number::New(env, conversion_); }

  int32_t conversion_ = 0;
};

// imageDisplay(pixels, sampleType, height, width, bitsStored, signed, monochrome1, voi, display): a promise
// of the conversion, 0 or 1.
Napi::Value image_display(const Napi::CallbackInfo& info) {
  auto worker = std::make_unique<DisplayWorker>(info.Env());
  if (!read_int32(info[1], "sampleType", 0, 4, &worker->sample_type) ||
      !read_int32(info[2], "height", 1, kMaxSide, &worker->height) ||
      !read_int32(info[3], "width", 1, kMaxSide, &worker->width) ||
      !read_int32(info[4], "bitsStored", 1, 32, &worker->bits_stored) ||
      !read_int32(info[5], "signed", 0, 1, &worker->is_signed) ||
      !read_int32(info[6], "monochrome1", 0, 1, &worker->monochrome1) || !read_voi(info[7], &worker->voi)) {
    return info.Env().Undefined();
  }
  const size_t pixels = area(worker->height, worker->width);
  const size_t sample = kSampleBytes[worker->sample_type];
  if (!read_view(info[0], "pixels", pixels * sample, sample, &worker->pixels) ||
      !read_view(info[8], "display", pixels, 1, &worker->display)) {
    return info.Env().Undefined();
  }
  for (size_t i : {0, 7, 8}) worker->keep(info[i]);
  return worker.release()->start();
}

class ResizeWorker final : public CoreWorker {
 public:
  explicit ResizeWorker(Napi::Env env) : CoreWorker(env, "spinexr.resize") {}
  View source, target;
  int32_t height = 0, width = 0, target_height = 0, target_width = 0;

 private:
  int32_t call() override {
    return spx_image_resize(static_cast<const uint8_t*>(source.data), height, width,
                            static_cast<uint8_t*>(target.data), target_height, target_width);
  }
};

// imageResize(source, height, width, target, targetHeight, targetWidth): a promise.
Napi::Value image_resize(const Napi::CallbackInfo& info) {
  auto worker = std::make_unique<ResizeWorker>(info.Env());
  if (!read_int32(info[1], "height", 1, kMaxSide, &worker->height) ||
      !read_int32(info[2], "width", 1, kMaxSide, &worker->width) ||
      !read_int32(info[4], "targetHeight", 1, kMaxSide, &worker->target_height) ||
      !read_int32(info[5], "targetWidth", 1, kMaxSide, &worker->target_width) ||
      !read_view(info[0], "source", area(worker->height, worker->width), 1, &worker->source) ||
      !read_view(info[3], "target", area(worker->target_height, worker->target_width), 1, &worker->target)) {
    return info.Env().Undefined();
  }
  for (size_t i : {0, 3}) worker->keep(info[i]);
  return worker.release()->start();
}

class NormalizeWorker final : public CoreWorker {
 public:
  explicit NormalizeWorker(Napi::Env env) : CoreWorker(env, "spinexr.normalize") {}
  View grey, mean, std, target;
  int32_t height = 0, width = 0, padded_height = 0, padded_width = 0;

 private:
  int32_t call() override {
    return spx_image_normalize(static_cast<const uint8_t*>(grey.data), height, width,
                               static_cast<const float*>(mean.data), static_cast<const float*>(std.data),
                               static_cast<float*>(target.data), padded_height, padded_width);
  }
};

// imageNormalize(grey, height, width, mean, std, target, paddedHeight, paddedWidth): a promise.
Napi::Value image_normalize(const Napi::CallbackInfo& info) {
  auto worker = std::make_unique<NormalizeWorker>(info.Env());
  if (!read_int32(info[1], "height", 1, kMaxSide, &worker->height) ||
      !read_int32(info[2], "width", 1, kMaxSide, &worker->width) ||
      !read_int32(info[6], "paddedHeight", worker->height, kMaxSide, &worker->padded_height) ||
      !read_int32(info[7], "paddedWidth", worker->width, kMaxSide, &worker->padded_width)) {
    return info.Env().Undefined();
  }
  const size_t padded = area(worker->padded_height, worker->padded_width);
  if (!read_view(info[0], "grey", area(worker->height, worker->width), 1, &worker->grey) ||
      !read_view(info[3], "mean", 3 * sizeof(float), alignof(float), &worker->mean) ||
      !read_view(info[4], "std", 3 * sizeof(float), alignof(float), &worker->std) ||
      !read_view(info[5], "target", 3 * sizeof(float) * padded, alignof(float), &worker->target)) {
    return info.Env().Undefined();
  }
  for (size_t i : {0, 3, 4, 5}) worker->keep(info[i]);
  return worker.release()->start();
}

}  // namespace

void register_image(Napi::Env env, Napi::Object exports) {
  exports.Set("imageDisplay", Napi::Function::New(env, image_display));
  exports.Set("imageResize", Napi::Function::New(env, image_resize));
  exports.Set("imageNormalize", Napi::Function::New(env, image_normalize));
}

}  // namespace spinexr_addon
