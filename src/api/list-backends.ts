/** listBackends(): what runs here, and why the rest does not. */
import { importOrt } from "../backends/ort/delegate.ts";
import { BACKENDS } from "../backends/registry.ts";

export interface BackendInfo {
  readonly name: string;
  readonly available: boolean;
  /** One sentence; "" when available. */
  readonly reason: string;
  readonly device: string;
  readonly isa: string;
}

/**
 * All backends in the order in which "auto" tries them, then the optional delegate "ort".
 * Node: yes. Browser: yes.
 */
export async function listBackends(): Promise<BackendInfo[]> {
  const infos: BackendInfo[] = [];
  for (const backend of BACKENDS) {
    const { available, reason, device, isa } = await backend.probe();
    infos.push({ name: backend.name, available, reason, device, isa });
  }
  const loaded = await importOrt();
  infos.push(
    "ort" in loaded
      ? {
          name: "ort",
          available: true,
          reason: "",
          device: `onnxruntime-web ${loaded.ort.env.versions.web ?? ""}`.trim(),
          isa: "",
        }
      : { name: "ort", available: false, reason: loaded.reason, device: "", isa: "" },
  );
  return infos;
}
