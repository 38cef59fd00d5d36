// JavaScript values to C views and back; statuses of the core to coded JavaScript errors.
#ifndef SPINEXR_ADDON_CONVERT_H_
#define SPINEXR_ADDON_CONVERT_H_

#include <napi.h>

#include <memory>
#include <string>

#include "engine.h"

namespace spinexr_addon {

// Bytes behind a typed array or DataView. Valid as long as the JavaScript object is referenced and its buffer
// not transferred; src/backends/native keeps both promises while a worker reads or writes them.
struct View {
  void* data = nullptr;
  size_t bytes = 0;
};

// An Error with `code` (spx_status_code) and `message`.
Napi::Error make_error(Napi::Env env, int32_t status, const std::string& message);
// Throws INVALID_ARGUMENT into JavaScript and returns undefined.
Napi::Value throw_invalid(Napi::Env env, const std::string& message);

// The following leave a pending JavaScript exception and return false when the value is not what they want.
bool read_integer(Napi::Value value, const char* name, int64_t low, int64_t high, int64_t* result);
bool read_int32(Napi::Value value, const char* name, int32_t low, int32_t high, int32_t* result);
bool read_number(Napi::Value value, const char* name, double* result);
bool read_view(Napi::Value value, const char* name, View* result);
// At least `bytes` long and aligned to `alignment`.
bool read_view(Napi::Value value, const char* name, size_t bytes, size_t alignment, View* result);

// Handles are externals that own a shared_ptr and carry a type tag, so that an object of another kind (or of
// another addon) is refused instead of being reinterpreted.
template <typename T>
Napi::Value make_handle(Napi::Env env, std::shared_ptr<T> value) {
  auto* owned = new std::shared_ptr<T>(std::move(value));
  auto external = Napi::External<std::shared_ptr<T>>::New(
      env, owned, [](Napi::Env finalizing, std::shared_ptr<T>* pointer) {
        if (*pointer) (*pointer)->release(finalizing);
        delete pointer;
      });
  external.TypeTag(&T::kTag);
  return external;
}

// The slot of a handle, or null with a pending exception. An emptied slot means that it was destroyed.
template <typename T>
std::shared_ptr<T>* handle_slot(Napi::Value value) {
  if (!value.IsExternal() || !value.As<Napi::External<std::shared_ptr<T>>>().CheckTypeTag(&T::kTag)) {
    throw_invalid(value.Env(), std::string("Expected a handle of type ") + T::kName + ".");
    return nullptr;
  }
  return value.As<Napi::External<std::shared_ptr<T>>>().Data();
}

// As above, for handles that must still be alive.
template <typename T>
std::shared_ptr<T> read_handle(Napi::Value value) {
  std::shared_ptr<T>* slot = handle_slot<T>(value);
  if (slot == nullptr) return nullptr;
  if (!*slot)
    throw_invalid(value.Env(), std::string("The ") + T::kName + " was used after it was destroyed.");
  return *slot;
}

}  // namespace spinexr_addon

#endif  // SPINEXR_ADDON_CONVERT_H_
