/** Short ways to the errors of this folder. */
import { SpineXRError } from "../../api/errors.ts";

export function invalidCheckpoint(message: string): never {
  throw new SpineXRError("INVALID_CHECKPOINT", message);
}

export function forbiddenPickle(message: string): never {
  throw new SpineXRError(
    "FORBIDDEN_PICKLE",
    `${message} Nothing of it was executed. If you trust the file, save its weights alone: in Python, ` +
      'torch.save({"model": model.state_dict()}, "weights.pth").',
  );
}

export function limitExceeded(message: string): never {
  throw new SpineXRError("LIMIT_EXCEEDED", message);
}

/** A name from an untrusted file, quoted and cut for a message. */
export const quote = (name: string): string =>
  JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}...` : name);
