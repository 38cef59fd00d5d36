// boxes* functions of engine.h.
#ifndef SPINEXR_ADDON_DETECTION_WRAP_H_
#define SPINEXR_ADDON_DETECTION_WRAP_H_

#include <napi.h>

namespace spinexr_addon {

void register_detection(Napi::Env env, Napi::Object exports);

}  // namespace spinexr_addon

#endif  // SPINEXR_ADDON_DETECTION_WRAP_H_
