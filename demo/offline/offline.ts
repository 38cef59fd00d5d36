/** Starts the service worker, so that the page works offline, and is cross-origin isolated where the host does not see to it. */
import { byId } from "../ui/dom.ts";
import { say } from "../ui/say.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

/** Says that this tab was reloaded for isolation, so that it never is twice. */
const KEY = "spinexr-reloaded";
/** Nobody waits longer than this for a service worker. */
const PATIENCE_MS = 4000;

/**
 * Settles when the engine may start. The first visit to a host without isolation reloads the page once before, unless the
 * user has begun: then a note offers it.
 * @param begun whether a reload would lose something
 */
export async function startOffline(begun: () => boolean): Promise<void> {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (container === undefined) return;
  const state = byId("offline-state");
  container.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
    state.textContent = data === "complete" ? "ready for use offline" : "online";
    document.documentElement.dataset.offline = data;
  });
  let registration: ServiceWorkerRegistration;
  try {
    registration = await container.register("sw.js");
  } catch {
    return; // Storage is switched off, or the host refuses: the page works online.
  }
  offerUpdates(container, registration);
  if (crossOriginIsolated || reloaded()) return;
  await controlled(container);
  if (container.controller === null || reloaded()) return;
  if (begun())
    say("The engine can use several threads after a reload; the worklist is lost with it.", {
      text: "Reload",
      run: reload,
    });
  else {
    reload();
    await new Promise(() => undefined);
  }
}

/** Has all that is not yet kept fetched, when nothing else is to be had. The page shows when that is through. */
export async function keepAll(): Promise<void> {
  const { active } = (await navigator.serviceWorker?.ready) ?? {};
  active?.postMessage("complete" satisfies ToWorker);
}

function reloaded(): boolean {
  try {
    return sessionStorage.getItem(KEY) !== null;
  } catch {
    return true; // nothing would remember it
  }
}

function reload(): void {
  try {
    sessionStorage.setItem(KEY, "1");
  } catch {
    return;
  }
  location.reload();
}

const controlled = (container: ServiceWorkerContainer): Promise<void> =>
  new Promise((done) => {
    if (container.controller !== null) return done();
    container.addEventListener("controllerchange", () => done(), { once: true });
    setTimeout(done, PATIENCE_MS);
  });

function offerUpdates(container: ServiceWorkerContainer, registration: ServiceWorkerRegistration): void {
  const offer = (worker: ServiceWorker | null): void => {
    if (worker === null || container.controller === null) return;
    say("A new version of this page is ready.", {
      text: "Use it",
      run: () => {
        container.addEventListener("controllerchange", () => location.reload(), { once: true });
        worker.postMessage("take over" satisfies ToWorker);
      },
    });
  };
  offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const { installing } = registration;
    installing?.addEventListener("statechange", () => {
      if (installing.state === "installed") offer(installing);
    });
  });
}
