/** A node that is valid ONNX but outside what this package runs. Collected, and reported all at once. */
export class Unsupported extends Error {}

export function unsupported(reason: string): never {
  throw new Unsupported(reason);
}
