/** Draws one picture of a report and ends. */
import { type OverlayInput, overlayScene } from "../../src/output/overlay.ts";
import { renderPng } from "../../src/output/render-png.ts";

export type DrawingOrder = OverlayInput;

export type DrawingAnswer =
  | { readonly png: Uint8Array<ArrayBuffer> }
  | { readonly code: string; readonly message: string };

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<DrawingOrder>) => void) | null;
  postMessage(answer: DrawingAnswer): void;
};

scope.onmessage = ({ data }) => {
  try {
    scope.postMessage({ png: renderPng(overlayScene(data)) as Uint8Array<ArrayBuffer> });
  } catch (error) {
    const { code = "INTERNAL", message } = error as { code?: string; message: string };
    scope.postMessage({ code, message });
  }
};
