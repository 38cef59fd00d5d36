/** The list of keys and gestures. */
import { byId } from "./dom.ts";

export function startHelp(): void {
  const dialog = byId<HTMLDialogElement>("help");
  byId("help-open").addEventListener("click", () => dialog.showModal());
  byId("help-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  addEventListener("keydown", (event) => {
    const typing = (event.target as Element).closest?.("input, select, textarea");
    if (event.key !== "?" || typing || dialog.open) return;
    event.preventDefault();
    dialog.showModal();
  });
}
