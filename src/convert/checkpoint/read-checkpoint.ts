/** Any supported checkpoint file to its state dict. */
import { invalidCheckpoint } from "./errors.ts";
import { looksLikeSafetensors, readSafetensors } from "./safetensors.ts";
import type { StateDict } from "./state-dict.ts";
import { readTorchCheckpoint } from "./torch.ts";

/**
 * Reads a PyTorch zip checkpoint (a bare state dict, or one under "model" or "state_dict") or a .safetensors file.
 * Everything else in the file (optimizer, iteration, moving averages) is passed over. A "module." in front of every
 * name, which DataParallel leaves there, is removed. Tensors are decoded when they are asked for.
 *
 * @throws SpineXRError INVALID_CHECKPOINT, FORBIDDEN_PICKLE, LIMIT_EXCEEDED
 */
export async function readCheckpoint(bytes: Uint8Array): Promise<StateDict> {
  const state = readAny(bytes);
  if (state.size === 0) {
    invalidCheckpoint(
      'The checkpoint has no tensors at its top, under "model" or under "state_dict". ' +
        "Save the weights with torch.save(model.state_dict(), path).",
    );
  }
  const prefix = "module.";
  if (![...state.keys()].every((name) => name.startsWith(prefix))) return state;
  return new Map([...state].map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

function readAny(bytes: Uint8Array): StateDict {
  if (startsWith(bytes, [0x50, 0x4b])) return readTorchCheckpoint(bytes);
  if (looksLikeSafetensors(bytes)) return readSafetensors(bytes);
  if (bytes.length === 0) return invalidCheckpoint("The checkpoint is empty (0 bytes).");
  // Every pickle of protocol 2 or later begins with 0x80 and the protocol's number.
  if (bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5) {
    return invalidCheckpoint(
      "The file is a bare pickle (PyTorch's format before 1.6, or a .pkl); expected a zip checkpoint. " +
        "If you trust it, re-save it in Python with PyTorch 1.6 or later: " +
        'torch.save(torch.load(path, map_location="cpu"), new_path).',
    );
  }
  return invalidCheckpoint(
    "The file is neither a PyTorch zip checkpoint nor a .safetensors file (it begins with none of their marks).",
  );
}

const startsWith = (bytes: Uint8Array, mark: readonly number[]): boolean =>
  mark.every((value, index) => bytes[index] === value);
