#include "constant_source.h"

namespace spinexr {

Status ConstantSource::view(uint64_t offset, uint64_t bytes, const uint8_t** data) {
  if (offset > size_ || bytes > size_ - offset) {
    return fail(Status::INVALID_PLAN, "expected a constant inside %zu bytes, found one behind them", size_);
  }
  if (block_ != nullptr || bytes == 0) {
    *data = block_ == nullptr ? nullptr : block_ + offset;
    return Status::OK;
  }
  if (piece_.size() < bytes) SPX_TRY(piece_.allocate(bytes, "reading a constant"));
  const int32_t status =
      read_(context_, static_cast<size_t>(offset), static_cast<size_t>(bytes), piece_.data());
  *data = piece_.data();
  return status == 0 ? Status::OK
                     : fail(static_cast<Status>(status), "a constant of the plan could not be read");
}

}  // namespace spinexr
