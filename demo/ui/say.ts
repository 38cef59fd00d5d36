/** A sentence that everybody must read, at the top of the page, until it is closed. */
import { announce } from "./announce.ts";
import { byId, setHidden } from "./dom.ts";

/** `action`: a button beside it. */
export function say(sentence: string, action: { readonly text: string; run(): void } | null = null): void {
  const note = byId("page-note");
  byId("page-note-text").textContent = sentence;
  const button = byId<HTMLButtonElement>("page-note-do");
  setHidden(button, action === null);
  button.textContent = action?.text ?? "";
  button.onclick = () => {
    setHidden(note, true);
    action?.run();
  };
  byId("page-note-close").onclick = () => setHidden(note, true);
  setHidden(note, false);
  announce(sentence);
}
