#include "status.h"

#include <stdarg.h>
#include <stdio.h>

namespace spinexr {
namespace {
thread_local char message[512] = "";
}

Status fail(Status status, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  return status;
}

const char* last_error() { return message; }

const char* status_code(int32_t status) {
  switch (status) {
#define SPX_STATUS(name, value, code) \
  case value:                         \
    return code;
#include "status.inc"
#undef SPX_STATUS
    default:
      return "INTERNAL";
  }
}

}  // namespace spinexr
