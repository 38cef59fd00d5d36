/** Small pictures of buttons: paths in a square of 24, drawn as lines of the text's colour. */
import { svg } from "./dom.ts";

const PATHS = {
  open: "M4 19V6a1 1 0 0 1 1-1h5l2 2h7a1 1 0 0 1 1 1v2M4 19l2.6-8a1 1 0 0 1 1-.7H21a.7.7 0 0 1 .7.9L19.3 18.300a1 1 0 0 1-1 .7Z",
  spine: "M8.5 3.500h7v4h-7zM7.5 10h7v4h-7zM8.5 16.500h7v4h-7z",
  dice: "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1ZM8.5 8.500h.01M15.5 8.500h.01M12 12h.01M8.5 15.500h.01M15.5 15.500h.01",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  fit: "M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4",
  invert: "M12 3.500a8.5 8.5 0 1 0 0 17zM12 3.500a8.5 8.5 0 0 1 0 17",
  window:
    "M12 3v2.500M12 18.500V21M3 12h2.500M18.5 12H21M5.64 5.640l1.77 1.770M16.6 16.600l1.77 1.770M5.64 18.360l1.77-1.770M16.6 7.400l1.77-1.770M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z",
  reset: "M4 5v5h5M4.6 10A8 8 0 1 1 4 13",
  boxes: "M5 4h8v8H5zM11 12v8h8v-9h-6",
  labels: "M4 5h9l7 7-7 7H4zM8 12h.01",
  heat: "M12.5 3c.6 3.6 5 5.8 5 10.8a5.5 5.5 0 0 1-11 .2c0-2 .9-3.5 2-4.6.3 1.6 1 2.4 1.9 2.6C9.9 8.6 10.6 5 12.5 3Z",
  dropped:
    "M4 8V5a1 1 0 0 1 1-1h3M11 4h3M17 4h2a1 1 0 0 1 1 1v2M20 10v4M20 17v2a1 1 0 0 1-1 1h-2M14 20h-4M7 20H5a1 1 0 0 1-1-1v-2M4 14v-3",
  close: "M6 6l12 12M18 6 6 18",
  save: "M12 4v11M7.5 11 12 15.5 16.5 11M5 20h14",
  theme: "M12 4v16M12 4a8 8 0 0 1 0 16 8 8 0 0 1 0-16Z",
  help: "M9.2 9a2.9 2.9 0 0 1 5.7.8c0 1.9-2.9 2.4-2.9 4.200M12 17.500h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  again: "M20 5v5h-5M19.4 10A8 8 0 1 0 20 13",
  stop: "M6.5 6.500h11v11h-11z",
  shield: "M12 3.5 5 6v5.500c0 4.3 2.9 7.3 7 9 4.1-1.7 7-4.7 7-9V6Z",
  warning: "M12 4 2.8 19.500h18.400ZM12 10v4M12 17h.01",
} as const;

export type IconName = keyof typeof PATHS;

export const icon = (name: IconName): SVGSVGElement =>
  svg(
    "svg",
    { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] }),
  );

/** Puts pictures into all elements that name one. */
export function placeIcons(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-icon]"))
    element.prepend(icon(element.dataset.icon as IconName));
}
