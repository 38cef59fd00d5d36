/** How far loading and screening are, with a button that stops both. */
import type { AppState, AppStore } from "../state/app.ts";
import { byId, setHidden } from "../ui/dom.ts";

export function startWork(app: AppStore, cancel: () => void): void {
  byId("work-cancel").addEventListener("click", cancel);
  const bar = byId<HTMLProgressElement>("work-bar");
  let begun = 0;
  app.watch(
    ({ items, engine }) => [items, engine],
    (items, engine) => {
      const left = items.filter(({ status }) => status === "waiting" || status === "working").length;
      const loading = engine.phase === "loading";
      begun = left === 0 ? 0 : Math.max(begun, left);
      setHidden(byId("work"), !loading && left === 0);
      const { text, share } = loading ? engine : screening(begun, left);
      byId("work-text").textContent = text;
      if (share === null) bar.removeAttribute("value");
      else bar.value = share;
    },
  );
}

function screening(
  begun: number,
  left: number,
): Pick<AppState["engine"] & { phase: "loading" }, "text" | "share"> {
  const done = begun - left;
  return {
    text: `Screening picture ${Math.min(begun, done + 1)} of ${begun}`,
    share: begun <= 1 ? null : done / begun,
  };
}
