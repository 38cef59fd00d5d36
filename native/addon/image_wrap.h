// image* functions of engine.h: pixels to display values, resize, normalisation.
#ifndef SPINEXR_ADDON_IMAGE_WRAP_H_
#define SPINEXR_ADDON_IMAGE_WRAP_H_

#include <napi.h>

namespace spinexr_addon {

void register_image(Napi::Env env, Napi::Object exports);

}  // namespace spinexr_addon

#endif  // SPINEXR_ADDON_IMAGE_WRAP_H_
