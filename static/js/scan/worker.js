// Keeps the pages of the scan station and what they need, so that they open without a network. Always the newest, where
// there is one; nothing that was posted or is looked up is ever answered from here.

const NAME = "lagerbok-scan-1";
const wanted = (url) => url.origin === self.location.origin && (url.pathname.startsWith("/scan/") || url.pathname.startsWith("/static/") || url.pathname.includes("htmx"));

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !wanted(new URL(request.url))) return;
  event.respondWith(answer(request));
});

// What the page had loaded before this worker began.
self.addEventListener("message", (event) => event.waitUntil(keep(event.data)));

async function keep(addresses) {
  const kept = await caches.open(NAME);
  const missing = addresses.filter((address) => wanted(new URL(address)) && !new URL(address).search);
  await Promise.allSettled(missing.map((address) => kept.add(new Request(address, { credentials: "same-origin" }))));
}

async function answer(request) {
  const kept = await caches.open(NAME);
  try {
    const found = await fetch(request);
    if (found.ok && !found.redirected && !new URL(request.url).search) await kept.put(request, found.clone());
    return found;
  } catch (error) {
    const before = await kept.match(request);
    if (before) return before;
    throw error;
  }
}
