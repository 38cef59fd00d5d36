#include "addon/convert.h"

#include <cmath>

namespace spinexr_addon {

namespace {

constexpr int32_t kInvalidArgument = 1;  // base/status.inc

bool refuse(Napi::Env env, const char* name, const std::string& expected) {
  throw_invalid(env, std::string("Argument \"") + name + "\": expected " + expected + ".");
  return false;
}

}  // namespace

Napi::Error make_error(Napi::Env env, int32_t status, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, spx_status_code(status)));
  return error;
}

Napi::Value throw_invalid(Napi::Env env, const std::string& message) {
  // The environment of an empty value: its getter has failed, so an exception is pending or the thread is
  // ending.
  if (static_cast<napi_env>(env) == nullptr) return Napi::Value();
  make_error(env, kInvalidArgument, message).ThrowAsJavaScriptException();
  return env.Undefined();
}

bool read_integer(Napi::Value value, const char* name, int64_t low, int64_t high, int64_t* result) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  if (!(number >= static_cast<double>(low) && number <= static_cast<double>(high)) ||
      number != std::floor(number)) {
    return refuse(value.Env(), name,
                  "an integer from " + std::to_string(low) + " to " + std::to_string(high));
  }
  *result = static_cast<int64_t>(number);
  return true;
}

bool read_int32(Napi::Value value, const char* name, int32_t low, int32_t high, int32_t* result) {
  int64_t wide = 0;
  if (!read_integer(value, name, low, high, &wide)) return false;
  *result = static_cast<int32_t>(wide);
  return true;
}

bool read_number(Napi::Value value, const char* name, double* result) {
  if (!value.IsNumber()) return refuse(value.Env(), name, "a number");
  *result = value.As<Napi::Number>().DoubleValue();
  return true;
}

bool read_view(Napi::Value value, const char* name, View* result) {
  // napi_is_typedarray accepts views of shared buffers too; node-addon-api's ArrayBuffer class does not, so
  // this stays with the C functions.
  bool is_view = false;
  napi_is_typedarray(value.Env(), value, &is_view);
  if (!is_view) return refuse(value.Env(), name, "a typed array");
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  napi_value buffer;
  size_t offset = 0;
  if (napi_get_typedarray_info(value.Env(), value, &type, &length, &data, &buffer, &offset) != napi_ok) {
    return refuse(value.Env(), name, "a typed array with memory");
  }
  size_t element = 1;
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array:
      break;
    case napi_int16_array:
    case napi_uint16_array:
      element = 2;
      break;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array:
      element = 4;
      break;
    default:
      element = 8;
  }
  *result = {data, length * element};
  return true;
}

bool read_view(Napi::Value value, const char* name, size_t bytes, size_t alignment, View* result) {
  if (!read_view(value, name, result)) return false;
  if (result->bytes < bytes || reinterpret_cast<uintptr_t>(result->data) % alignment != 0) {
    return refuse(value.Env(), name,
                  "a typed array of at least " + std::to_string(bytes) + " bytes, aligned to " +
                      std::to_string(alignment) + ", found " + std::to_string(result->bytes));
  }
  return true;
}

}  // namespace spinexr_addon
