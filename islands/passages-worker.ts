/** Keeps the desk's own page and files at hand, so that it opens without a line; and holds the key between two loads.
 *
 *  What the house says and hears (queue, records, photographs) never passes through here. The key lives in memory alone:
 *  the browser ends this worker half a minute after the last page is gone, and the PIN is asked for anew.
 */

interface Extended extends Event {
  waitUntil(until: Promise<unknown>): void;
}
interface Fetched extends Extended {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Told extends Extended {
  data: { say: "keep" | "hand" | "forget" | "here"; login: string; key?: CryptoKey };
  ports: MessagePort[];
}
interface Scope {
  addEventListener(name: "install" | "activate", heard: (event: Extended) => void): void;
  addEventListener(name: "fetch", heard: (event: Fetched) => void): void;
  addEventListener(name: "message", heard: (event: Told) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  location: Location;
}

const worker = self as unknown as Scope;
const CACHE = "beket-passages-1"; // also in passages.ts, which fills it at its first load
const PATIENCE_MS = 4_000; // a line that takes longer gets the page that is at hand
const PAGE = /^\/passages(\/[\w.-]+)?$/;
const keys = new Map<string, CryptoKey>();

worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener("activate", (event) => event.waitUntil(settle()));

async function settle(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith("beket-passages-") && name !== CACHE) await caches.delete(name);
  await worker.clients.claim();
}

worker.addEventListener("fetch", (event) => {
  const { request } = event, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== worker.location.origin) return;
  if (request.mode === "navigate" ? PAGE.test(address.pathname) : address.pathname.startsWith("/static/")) event.respondWith(freshOrKept(event, address.pathname));
});

/** The house's own answer if it comes soon; else what it answered last. */
async function freshOrKept(event: Fetched, path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path);
  const asked = fetch(event.request).then(async (answer) => {
    if (answer.ok && !answer.redirected) await cache.put(path, answer.clone());
    return answer.status >= 500 && kept ? kept : answer;
  });
  if (!kept) return asked;
  event.waitUntil(asked.catch(() => undefined)); // what comes too late is there for the next time
  return Promise.race([asked.catch(() => kept), new Promise<Response>((done) => setTimeout(() => done(kept), PATIENCE_MS))]);
}

worker.addEventListener("message", (event) => {
  const { say, login, key } = event.data;
  if (say === "keep" && key) keys.set(login, key);
  if (say === "forget") keys.delete(login);
  if (say === "hand") event.ports[0]?.postMessage(keys.get(login) ?? null);
});
