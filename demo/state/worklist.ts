/** Changes of the worklist, and its order. */
import type { AppState, AppStore, Item } from "./app.ts";

let count = 0;

/** Puts pictures at the end, and looks at the first of them where none is looked at or `look` says so. */
export function addItems(
  app: AppStore,
  pictures: readonly { readonly name: string; readonly source: Blob }[],
  look = false,
): void {
  if (pictures.length === 0) return;
  const added = pictures.map(
    ({ name, source }): Item => ({
      id: ++count,
      name,
      source,
      status: "waiting",
      report: null,
      failure: null,
    }),
  );
  const { items, selected } = app.state;
  const first = added[0]!.id;
  app.set({ items: [...items, ...added], selected: look ? first : (selected ?? first) });
}

export function patchItem(app: AppStore, id: number, patch: Partial<Item>): void {
  app.set({ items: app.state.items.map((item) => (item.id === id ? { ...item, ...patch } : item)) });
}

/** The next one of the list is looked at then. */
export function removeItem(app: AppStore, id: number): void {
  const order = ordered(app.state);
  const at = order.findIndex((item) => item.id === id);
  if (at < 0) return;
  const next = order[at + 1] ?? order[at - 1] ?? null;
  const { items, selected } = app.state;
  app.set({
    items: items.filter((item) => item.id !== id),
    selected: selected === id ? (next?.id ?? null) : selected,
    highlighted: selected === id ? null : app.state.highlighted,
  });
}

export function select(app: AppStore, id: number): void {
  if (app.state.selected !== id) app.set({ selected: id, highlighted: null });
}

/** As shown: as they came, or by falling probability with those that have none at the end. */
export function ordered({
  items,
  abnormalFirst,
}: Pick<AppState, "items" | "abnormalFirst">): readonly Item[] {
  if (!abnormalFirst) return items;
  const rank = ({ report }: Item): number => report?.abnormal?.probability ?? -1;
  return [...items].sort((a, b) => rank(b) - rank(a));
}

/** All that have an answer, or none yet and no picture in work, wait again. */
export function screenAgain(app: AppStore, which: (item: Item) => boolean): void {
  app.set({
    items: app.state.items.map((item) =>
      which(item) && item.status !== "working" ? { ...item, status: "waiting", failure: null } : item,
    ),
  });
}
