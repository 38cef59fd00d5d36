// From stored samples, described as in engine.h, to what resample() reads; and all checks of what came from
// outside.
#ifndef SPINEXR_IMAGE_CONVERSION_H_
#define SPINEXR_IMAGE_CONVERSION_H_

#include <stdint.h>

#include <memory>

#include "base/status.h"
#include "engine.h"
#include "grey_table.h"
#include "resample.h"
#include "workers.h"

namespace spinexr::image {

// Stored samples; the arguments of spx_image_display and spx_image_inputs of engine.h.
struct Samples {
  const void* pixels;
  int32_t sample_type, height, width, bits_stored;
  bool is_signed, monochrome1;
};

constexpr int32_t kMostInputs = 64;

Status check_pointers(const char* function, bool all);
Status check_sides(const char* what, int32_t height, int32_t width);
// 1 to kMostInputs of them, for a picture of `height` rows. `tensor` is not looked at.
Status check_inputs(const spx_image_input* inputs, int32_t count, int32_t height);
Status out_of_memory(int32_t height, int32_t width);

// spx_image_display.
Status display(const Samples& samples, const spx_voi* voi, uint8_t* target, int32_t* conversion);

// What resample() reads, and the memory behind it.
class GreyPicture {
 public:
  // voi null: the samples are grey levels as they are. samples.pixels outlives the picture.
  Status assign(const Samples& samples, const spx_voi* voi, const Workers& workers, int32_t* conversion);
  const Picture& picture() const { return picture_; }

 private:
  Picture picture_ = {};
  GreyTable table_;
  std::unique_ptr<uint8_t[]> display_;
};

}  // namespace spinexr::image

#endif  // SPINEXR_IMAGE_CONVERSION_H_
