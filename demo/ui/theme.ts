/** Dark, light, or as the system has it; kept for the next visit. */
import { byId } from "./dom.ts";

const KEY = "spinexr-theme";
const THEMES = ["system", "dark", "light"] as const;
type Theme = (typeof THEMES)[number];

function stored(): Theme {
  try {
    const found = localStorage.getItem(KEY) as Theme | null;
    return found !== null && THEMES.includes(found) ? found : "system";
  } catch {
    return "system"; // storage is switched off
  }
}

export function startTheme(): void {
  const button = byId<HTMLButtonElement>("theme");
  let theme = stored();
  const show = (): void => {
    document.documentElement.dataset.theme = theme;
    const name = theme === "system" ? "as the system has it" : theme;
    button.setAttribute("aria-label", `Colours: ${name}. Change.`);
    button.title = `Colours: ${name}`;
  };
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // it holds for this visit then
    }
    show();
  });
  show();
}
