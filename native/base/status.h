// Status codes of the core and the sentence that goes with the last failure. No exceptions anywhere in the
// core.
#ifndef SPINEXR_BASE_STATUS_H_
#define SPINEXR_BASE_STATUS_H_

#include <stdint.h>

namespace spinexr {

enum class [[nodiscard]] Status : int32_t{
#define SPX_STATUS(name, value, code) name = value,
#include "status.inc"
#undef SPX_STATUS
};

// Keeps the sentence (cut at 511 bytes) for last_error() on this thread and returns `status`. A sentence says
// what was expected, what was found and, where it helps, what to do.
Status fail(Status status, const char* format, ...) __attribute__((format(printf, 2, 3)));
// The sentence of the last failure on this thread; "" before the first.
const char* last_error();
// The JavaScript error code of a status: "INVALID_PLAN" and so on; "" for OK, "INTERNAL" for unknown numbers.
const char* status_code(int32_t status);

#define SPX_TRY(expression)                                                                     \
  do {                                                                                          \
    if (const ::spinexr::Status spx_status = (expression); spx_status != ::spinexr::Status::OK) \
      return spx_status;                                                                        \
  } while (0)

}  // namespace spinexr

#endif  // SPINEXR_BASE_STATUS_H_
