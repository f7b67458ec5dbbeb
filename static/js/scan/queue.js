// Scans that are not answered yet, or were refused: kept in the browser until somebody has seen to them. Each stands under
// a key of its own, so that two tabs do not overwrite each other's. The server applies a key once, however often it comes.

const newKey = () => {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

export class Queue {
  constructor(user) {
    this.prefix = `lagerbok-scan-${user}-`;
    this.unkept = new Map(); // where the browser keeps nothing
  }

  // All scans, the oldest first.
  all() {
    const found = [...this.unkept.values()];
    for (let place = 0; place < localStorage.length; place += 1) {
      const name = localStorage.key(place);
      if (!name.startsWith(this.prefix)) continue;
      try {
        found.push(JSON.parse(localStorage.getItem(name)));
      } catch {
        localStorage.removeItem(name);
      }
    }
    return found.sort((left, right) => left.at - right.at || left.turn - right.turn);
  }

  // Keep a new scan; false where the browser cannot.
  add(scan) {
    const turn = Math.max(0, ...this.all().map((each) => each.turn)) + 1;
    return this.put({ ...scan, key: newKey(), at: Date.now(), turn, state: "waiting" });
  }

  put(scan) {
    try {
      localStorage.setItem(this.prefix + scan.key, JSON.stringify(scan));
      this.unkept.delete(scan.key);
      return true;
    } catch {
      this.unkept.set(scan.key, scan);
      return false;
    }
  }

  remove(key) {
    this.unkept.delete(key);
    localStorage.removeItem(this.prefix + key);
  }

  waiting() {
    return this.all().filter((scan) => scan.state === "waiting");
  }

  refused() {
    return this.all().filter((scan) => scan.state === "refused");
  }
}
