#include "addon/image_wrap.h"

#include "addon/cuda_wrap.h"
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

// An input is [height, width, paddedHeight, paddedWidth, mean, std, tensor]; tensor null: made on the device.
bool read_input(Napi::Value value, bool on_device, spx_image_input* input) {
  if (!value.IsArray() || value.As<Napi::Array>().Length() != 7) {
    throw_invalid(value.Env(), "Argument \"inputs\": expected arrays of 7.");
    return false;
  }
  Napi::Array items = value.As<Napi::Array>();
  const auto item = [&](uint32_t i) { return Napi::Value(items.Get(i)); };
  View mean, std, tensor;
  if (!read_int32(item(0), "height", 1, kMaxSide, &input->height) ||
      !read_int32(item(1), "width", 1, kMaxSide, &input->width) ||
      !read_int32(item(2), "paddedHeight", input->height, kMaxSide, &input->padded_height) ||
      !read_int32(item(3), "paddedWidth", input->width, kMaxSide, &input->padded_width) ||
      !read_view(item(4), "mean", 3 * sizeof(float), alignof(float), &mean) ||
      !read_view(item(5), "std", 3 * sizeof(float), alignof(float), &std) ||
      (!on_device &&
       !read_view(item(6), "tensor", 3 * sizeof(float) * area(input->padded_height, input->padded_width),
                  alignof(float), &tensor))) {
    return false;
  }
  for (size_t channel = 0; channel < 3; channel++) {
    input->mean[channel] = static_cast<const float*>(mean.data)[channel];
    input->std[channel] = static_cast<const float*>(std.data)[channel];
  }
  input->tensor = static_cast<float*>(tensor.data);
  return true;
}

class InputsWorker final : public CoreWorker {
 public:
  InputsWorker(Napi::Env env, std::shared_ptr<EngineHandle> owner)
      : CoreWorker(env, "spinexr.inputs", owner->face), engine(std::move(owner)) {}
  std::shared_ptr<EngineHandle> engine;
  View pixels;
  int32_t sample_type = 0, height = 0, width = 0, bits_stored = 0, is_signed = 0, monochrome1 = 0;
  bool has_voi = false;
  spx_voi voi = {};
  std::vector<spx_image_input> inputs;

 private:
  int32_t call() override {
    const spx_voi* const given = has_voi ? &voi : nullptr;
    const int32_t count = static_cast<int32_t>(inputs.size());
    if (engine->cuda == nullptr) {
      return spx_image_inputs(engine->engine, pixels.data, sample_type, height, width, bits_stored, is_signed,
                              monochrome1, given, inputs.data(), count, &conversion_);
    }
    std::vector<spx_cuda_tensor*> made(inputs.size());
    const int32_t status = engine->cuda->image_inputs(engine->engine, pixels.data, sample_type, height, width,
                                                      bits_stored, is_signed, monochrome1, given,
                                                      inputs.data(), count, made.data(), &conversion_);
    for (spx_cuda_tensor* tensor : made) {
      if (tensor != nullptr) tensors_.push_back(std::make_shared<CudaTensorHandle>(engine, tensor));
    }
    return status;
  }
  Napi::Value result(Napi::Env env) override {
    if (engine->cuda == nullptr) return Napi::Number::New(env, conversion_);
    Napi::Array all = Napi::Array::New(env);
    all.Set(0u, conversion_);
    for (auto& tensor : tensors_) all.Set(all.Length(), make_handle(env, std::move(tensor)));
    return all;
  }

  int32_t conversion_ = 0;
  std::vector<std::shared_ptr<CudaTensorHandle>> tensors_;
};

// imageInputs(engine, pixels, sampleType, height, width, bitsStored, signed, monochrome1, voi | null,
// inputs): a promise of the conversion, 0 to 2; for an engine on a GPU of an array of that and a tensor's
// handle for each input.
Napi::Value image_inputs(const Napi::CallbackInfo& info) {
  auto engine = read_handle<EngineHandle>(info[0]);
  if (!engine) return info.Env().Undefined();
  auto worker = std::make_unique<InputsWorker>(info.Env(), std::move(engine));
  worker->has_voi = !info[8].IsNull();
  if (!read_int32(info[2], "sampleType", 0, 4, &worker->sample_type) ||
      !read_int32(info[3], "height", 1, kMaxSide, &worker->height) ||
      !read_int32(info[4], "width", 1, kMaxSide, &worker->width) ||
      !read_int32(info[5], "bitsStored", 1, 32, &worker->bits_stored) ||
      !read_int32(info[6], "signed", 0, 1, &worker->is_signed) ||
      !read_int32(info[7], "monochrome1", 0, 1, &worker->monochrome1) ||
      (worker->has_voi && !read_voi(info[8], &worker->voi))) {
    return info.Env().Undefined();
  }
  const size_t sample = kSampleBytes[worker->sample_type];
  if (!read_view(info[1], "pixels", area(worker->height, worker->width) * sample, sample, &worker->pixels)) {
    return info.Env().Undefined();
  }
  if (!info[9].IsArray()) return throw_invalid(info.Env(), "Argument \"inputs\": expected an array.");
  Napi::Array inputs = info[9].As<Napi::Array>();
  for (uint32_t i = 0; i < inputs.Length(); i++) {
    const bool on_device = worker->engine->cuda != nullptr;
    if (!read_input(inputs.Get(i), on_device, &worker->inputs.emplace_back())) return info.Env().Undefined();
  }
  for (size_t i : {1, 8, 9}) worker->keep(info[i]);
  return worker.release()->start();
}

class ResizeWorker final : public CoreWorker {
 public:
  ResizeWorker(Napi::Env env, std::shared_ptr<EngineHandle> owner)
      : CoreWorker(env, "spinexr.resize"), engine(std::move(owner)) {}
  std::shared_ptr<EngineHandle> engine;
  View source, target;
  int32_t height = 0, width = 0, target_height = 0, target_width = 0;

 private:
  int32_t call() override {
    return spx_image_resize(engine->engine, static_cast<const uint8_t*>(source.data), height, width,
                            static_cast<uint8_t*>(target.data), target_height, target_width);
  }
};

// imageResize(engine, source, height, width, target, targetHeight, targetWidth): a promise.
Napi::Value image_resize(const Napi::CallbackInfo& info) {
  auto engine = read_handle<EngineHandle>(info[0]);
  if (!engine) return info.Env().Undefined();
  if (engine->cuda != nullptr) return throw_invalid(info.Env(), "Expected an engine of the core.");
  auto worker = std::make_unique<ResizeWorker>(info.Env(), std::move(engine));
  if (!read_int32(info[2], "height", 1, kMaxSide, &worker->height) ||
      !read_int32(info[3], "width", 1, kMaxSide, &worker->width) ||
      !read_int32(info[5], "targetHeight", 1, kMaxSide, &worker->target_height) ||
      !read_int32(info[6], "targetWidth", 1, kMaxSide, &worker->target_width) ||
      !read_view(info[1], "source", area(worker->height, worker->width), 1, &worker->source) ||
      !read_view(info[4], "target", area(worker->target_height, worker->target_width), 1, &worker->target)) {
    return info.Env().Undefined();
  }
  for (size_t i : {1, 4}) worker->keep(info[i]);
  return worker.release()->start();
}

}  // namespace

void register_image(Napi::Env env, Napi::Object exports) {
  exports.Set("imageDisplay", Napi::Function::New(env, image_display));
  exports.Set("imageResize", Napi::Function::New(env, image_resize));
  exports.Set("imageInputs", Napi::Function::New(env, image_inputs));
}

}  // namespace spinexr_addon
