/** The worklist: what there is, how far it is, what came out. */
import type { AppStore, Item } from "../state/app.ts";
import { ordered, removeItem, select } from "../state/worklist.ts";
import { byId, h, setHidden } from "../ui/dom.ts";
import { probability } from "../ui/format.ts";
import { icon } from "../ui/icons.ts";

export interface WorklistActions {
  removed(id: number): void;
  again(id: number): void;
}

export function startWorklist(app: AppStore, actions: WorklistActions): void {
  const list = byId<HTMLUListElement>("items");
  const rows = new Map<number, { item: Item; row: HTMLLIElement }>();

  const remove = (id: number): void => {
    removeItem(app, id);
    actions.removed(id);
  };
  const rowOf = (item: Item): HTMLLIElement => {
    const known = rows.get(item.id);
    if (known?.item === item) return known.row;
    const row = makeRow(
      item,
      () => select(app, item.id),
      () => remove(item.id),
      () => actions.again(item.id),
    );
    if (known !== undefined) {
      const focused = known.row.contains(document.activeElement);
      known.row.replaceWith(row);
      if (focused) row.querySelector("button")?.focus();
    }
    rows.set(item.id, { item, row });
    return row;
  };

  app.watch(
    ({ items, abnormalFirst, selected }) => [items, abnormalFirst, selected],
    (items, abnormalFirst, selected) => {
      const shown = ordered({ items, abnormalFirst });
      for (const [id, { row }] of rows) {
        if (items.some((item) => item.id === id)) continue;
        row.remove();
        rows.delete(id);
      }
      for (const [i, item] of shown.entries()) {
        const row = rowOf(item);
        if (list.children[i] !== row) list.insertBefore(row, list.children[i] ?? null);
        const button = row.querySelector("button")!;
        const current = item.id === selected;
        if (current && button.getAttribute("aria-current") !== "true")
          row.scrollIntoView?.({ block: "nearest", inline: "nearest" });
        if (current) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
      }
      byId("worklist-count").textContent = items.length === 0 ? "" : String(items.length);
      setHidden(byId("worklist-end"), items.length === 0);
    },
  );

  list.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll<HTMLButtonElement>(".item")];
    const at = buttons.indexOf(
      (event.target as Element).closest("li")?.querySelector(".item") as HTMLButtonElement,
    );
    if (at < 0) return;
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step !== undefined) {
      const to = buttons[Math.min(buttons.length - 1, Math.max(0, at + step))]!;
      to.focus();
      to.click();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      remove(Number(buttons[at]!.dataset.id));
      const left = [...list.querySelectorAll<HTMLButtonElement>(".item")];
      (left[Math.min(at, left.length - 1)] ?? byId("open")).focus();
    } else return;
    event.preventDefault();
  });

  byId<HTMLInputElement>("abnormal-first").addEventListener("change", (event) =>
    app.set({ abnormalFirst: (event.target as HTMLInputElement).checked }),
  );
}

function makeRow(item: Item, choose: () => void, remove: () => void, again: () => void): HTMLLIElement {
  const { text, kind } = stateOf(item);
  const retry = item.status === "failed" || item.status === "stopped";
  return h(
    "li",
    { class: `item-row ${kind}` },
    h(
      "button",
      { type: "button", class: "item", "data-id": item.id, onclick: choose, title: item.name },
      h(
        "span",
        { class: "mark", "aria-hidden": "true" },
        kind === "working" ? h("span", { class: "spinner" }) : null,
      ),
      h("span", { class: "name" }, item.name),
      h("span", { class: "state" }, text),
    ),
    retry
      ? h(
          "button",
          {
            type: "button",
            class: "round small",
            "aria-label": `Screen ${item.name} again`,
            title: "Screen again",
            onclick: again,
          },
          icon("again"),
        )
      : null,
    h(
      "button",
      {
        type: "button",
        class: "round small remove",
        "aria-label": `Take ${item.name} out`,
        title: "Take out of the list",
        onclick: remove,
      },
      icon("close"),
    ),
  );
}

function stateOf({ status, report, failure }: Item): { text: string; kind: string } {
  switch (status) {
    case "waiting":
      return { text: "Waits", kind: "waiting" };
    case "working":
      return { text: "Screening…", kind: "working" };
    case "stopped":
      return { text: "Cancelled", kind: "stopped" };
    case "failed":
      return { text: `Error ${failure?.code ?? ""}`, kind: "failed" };
    case "done": {
      const abnormal = report?.abnormal;
      if (!abnormal) return { text: "Screened", kind: "unknown" };
      return {
        text: `${abnormal.positive ? "Abnormal" : "Normal"} ${probability(abnormal.probability)}`,
        kind: abnormal.positive ? "abnormal" : "normal",
      };
    }
  }
}
