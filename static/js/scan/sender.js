// Sends the waiting scans one after another, in their order. Stops while the network is away, and goes on by itself.

const RETRY = 3000;

export class Sender {
  constructor(queue, url, seen) {
    this.queue = queue;
    this.url = url;
    this.seen = seen; // seen(kind, scan, answer): applied, refused, waiting, signed-out
    this.busy = false;
    this.timer = 0;
    window.addEventListener("online", () => this.run());
    document.addEventListener("visibilitychange", () => document.hidden || this.run());
  }

  // One tab sends at a time where the browser can say so; where it cannot, the keys see to it.
  async run() {
    clearTimeout(this.timer);
    if (this.busy) return;
    this.busy = true;
    try {
      if (navigator.locks) await navigator.locks.request("lagerbok-scan", () => this.drain());
      else await this.drain();
    } finally {
      this.busy = false;
    }
    if (this.queue.waiting().length) this.timer = setTimeout(() => this.run(), RETRY);
  }

  async drain() {
    for (let scan = this.queue.waiting()[0]; scan; scan = this.queue.waiting()[0]) {
      const kind = await this.send(scan);
      if (kind !== "applied" && kind !== "refused") return;
    }
  }

  async send(scan) {
    let response;
    let answer;
    try {
      response = await post(this.url, scan);
      answer = await response.json();
    } catch {
      this.seen(response ? "server" : "waiting", scan, {});
      return "waiting";
    }
    if (response.status === 401) {
      this.seen("signed-out", scan, answer);
      return "signed-out";
    }
    if (response.status === 503 || response.status >= 500 || !answer.state) {
      this.seen("server", scan, answer);
      return "waiting";
    }
    if (answer.state === "refused") this.queue.put({ ...scan, state: "refused", reason: answer.text, ask: answer.ask });
    else this.queue.remove(scan.key);
    this.seen(answer.state === "refused" ? "refused" : "applied", scan, answer);
    return answer.state === "refused" ? "refused" : "applied";
  }
}

export function post(url, body) {
  const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
  return fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
    redirect: "error",
  });
}
