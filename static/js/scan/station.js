// The page of the scan station: hears scans, keeps them, sends them, says what became of them.

import { Camera, possible } from "./camera.js";
import { Queue } from "./queue.js";
import { Sender, post } from "./sender.js";
import { play, setSilent, silent } from "./tones.js";
import { listen } from "./wedge.js";

const station = document.getElementById("station");
const texts = station.dataset;
const by = (id) => document.getElementById(id);
const queue = new Queue(texts.user);
const session = Number(texts.session ?? 0);
let fresh = true; // the first digit that is tapped replaces the quantity that stands there
let asking = null; // a refused scan whose lot or serial number is scanned next

// Letters that a scanner types are no shortcuts here.
document.body.dataset.shortcuts = "off";

function say(tone, text, code = "") {
  by("scan-state").dataset.tone = tone;
  by("scan-text").textContent = text;
  by("scan-code").textContent = code.replaceAll("\u001d", " ");
  play(tone);
}

function prompt() {
  return by("scan-work")?.querySelector("[data-prompt]")?.dataset.prompt ?? texts.textReady;
}

function showWork(html) {
  const work = by("scan-work");
  if (html && work) {
    const held = work.contains(document.activeElement) ? document.activeElement : null;
    work.innerHTML = html;
    if (held) focusAgain(work, held.dataset.take);
  }
  showPost();
}

// Who works by keyboard stays where he was, though the lines are new.
function focusAgain(work, taken) {
  const buttons = [...work.querySelectorAll("button")];
  const same = taken === undefined ? buttons.find((each) => "undo" in each.dataset) : buttons.find((each) => each.dataset.take === taken);
  (same ?? by("scan-typed")).focus();
}

function showPost() {
  const button = by("scan-post-button");
  if (!button) return;
  const waits = queue.waiting().some((scan) => scan.session === session);
  const { ready, verb } = by("scan-work").querySelector("[data-ready]").dataset;
  button.disabled = waits || ready !== "yes";
  button.querySelector("span").textContent = verb;
}

function describe(scan) {
  const parts = [scan.code.replaceAll("\u001d", " "), scan.quantity && scan.quantity !== "1" ? `× ${scan.quantity}` : "", scan.lot, scan.serial];
  return parts.filter(Boolean).join(" · ");
}

function showQueue() {
  const scans = queue.all();
  by("scan-waiting").hidden = scans.length === 0;
  by("scan-count").textContent = String(scans.length);
  if (!scans.length) openQueue(false);
  by("scan-queue-list").replaceChildren(...scans.map(entry));
  showPost();
}

function entry(scan) {
  const row = document.createElement("li");
  row.dataset.state = scan.state;
  const words = document.createElement("div");
  const code = document.createElement("strong");
  code.textContent = describe(scan);
  const reason = document.createElement("p");
  reason.textContent = scan.state === "refused" ? scan.reason : texts.textWait;
  words.append(code, reason);
  if (scan.session !== session) {
    const where = document.createElement("p");
    where.className = "muted";
    where.textContent = `${texts.textOther} ${scan.name}`;
    words.append(where);
  }
  row.append(words);
  if (scan.state === "refused") row.append(button(texts.textAgain, "again", scan), button(texts.textDrop, "drop", scan));
  return row;
}

function button(text, act, scan) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button";
  made.textContent = text;
  made.dataset.act = act;
  made.dataset.key = scan.key;
  made.setAttribute("aria-label", `${text}: ${describe(scan)}`);
  return made;
}

function openQueue(open) {
  by("scan-queue").hidden = !open;
  by("scan-waiting").setAttribute("aria-expanded", String(open));
}

const sender = new Sender(queue, texts.apply, (kind, scan, answer) => {
  if (scan.session === session) showWork(answer.html);
  if (kind === "applied") say("ok", answer.text, scan.code);
  else if (kind === "refused") refused(scan, answer);
  else if (kind === "signed-out") say("bad", texts.textSignedOut, scan.code);
  else if (kind === "server") say("wait", answer.text ?? texts.textServer, scan.code);
  else say("wait", texts.textWaiting, scan.code);
  showQueue();
});

function refused(scan, answer) {
  if (!answer.ask || scan.session !== session) {
    say("bad", answer.text, scan.code);
    return;
  }
  asking = { ...scan, ask: answer.ask };
  say("ask", answer.text, scan.code);
  by("scan-typed-label").textContent = answer.ask === "lot" ? texts.textLot : texts.textSerial;
}

function keep(scan) {
  if (!queue.add(scan)) say("bad", texts.textNoStore, scan.code);
  showQueue();
  sender.run();
}

function heard(code) {
  if (!session) {
    window.location.assign(`${texts.go}?code=${encodeURIComponent(code)}`);
    return;
  }
  if (asking) {
    const { key, ask, code: goods, quantity, lot, serial } = asking;
    stopAsking();
    queue.remove(key);
    keep({ user: texts.user, session, name: texts.name, code: goods, quantity, lot, serial, [ask]: code });
    return;
  }
  const quantity = by("scan-quantity").value.trim() || "1";
  by("scan-quantity").value = "1";
  fresh = true;
  keep({ user: texts.user, session, name: texts.name, code, quantity });
}

function stopAsking() {
  asking = null;
  const label = by("scan-typed-label");
  label.textContent = label.dataset.text;
}

listen(heard);

const camera = new Camera(by("scan-video"), heard);
const eye = by("scan-camera");
eye.hidden = !possible();
function showEye(open) {
  by("scan-view").hidden = !open;
  eye.setAttribute("aria-pressed", String(open));
}
function closeEye() {
  camera.stop();
  showEye(false);
}
eye.addEventListener("click", async () => {
  if (camera.stream) return closeEye();
  try {
    showEye(true);
    await camera.start();
  } catch {
    closeEye();
    say("bad", texts.textNoCamera);
  }
  return undefined;
});
document.addEventListener("visibilitychange", () => document.hidden && camera.stream && closeEye());

by("scan-waiting").addEventListener("click", () => openQueue(by("scan-queue").hidden));
by("scan-queue-list").addEventListener("click", (event) => {
  const act = event.target.closest("[data-act]");
  const scan = act && queue.all().find((each) => each.key === act.dataset.key);
  if (!scan) return;
  queue.remove(scan.key);
  if (asking?.key === scan.key) stopAsking();
  if (act.dataset.act === "again") {
    const { session: of, name, code, quantity, lot, serial } = scan;
    keep({ user: texts.user, session: of, name, code, quantity, lot, serial });
  } else {
    say("ready", prompt());
  }
  showQueue();
  (by("scan-queue-list").querySelector("button") ?? by("scan-typed") ?? by("scan-sound")).focus();
});

const sound = by("scan-sound");
sound.setAttribute("aria-pressed", String(!silent()));
sound.addEventListener("click", () => {
  setSilent(!silent());
  sound.setAttribute("aria-pressed", String(!silent()));
  play("ok");
});

by("scan-pad")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = by("scan-typed");
  const code = field.value.trim();
  if (!code) return field.focus();
  field.value = "";
  return heard(code);
});
by("scan-pad")?.addEventListener("click", (event) => {
  const pressed = event.target.closest("button");
  const field = by("scan-quantity");
  if (!pressed) return;
  if (pressed.dataset.step) {
    const next = Number(field.value.replace(",", ".")) + Number(pressed.dataset.step);
    field.value = String(next >= 1 ? next : 1); // a sum has no neighbour: it becomes 1
    fresh = true;
  } else if (pressed.dataset.sign) {
    field.value += pressed.dataset.sign;
    fresh = false;
  } else if (pressed.dataset.digit) {
    field.value = fresh ? pressed.dataset.digit : field.value + pressed.dataset.digit;
    fresh = false;
  } else if ("erase" in pressed.dataset) {
    field.value = field.value.slice(0, -1);
    fresh = field.value === "";
  }
});
by("scan-quantity")?.addEventListener("change", () => { fresh = true; });

by("scan-work")?.addEventListener("click", async (event) => {
  const take = event.target.closest("[data-take]");
  if (take) {
    by("scan-typed").value = take.dataset.take;
    by("scan-quantity").focus();
    by("scan-quantity").select();
    return;
  }
  const undo = event.target.closest("[data-undo]");
  if (!undo) return;
  undo.disabled = true;
  try {
    const answer = await (await post(texts.undo, { key: undo.dataset.undo, session })).json();
    showWork(answer.html);
    say(answer.state === "undone" ? "ok" : "bad", answer.text);
  } catch {
    undo.disabled = false;
    say("bad", document.body.dataset.textOffline);
  }
});

// Two people may scan into one task: whoever comes back to the page sees it as it is.
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
window.addEventListener("offline", () => say("wait", texts.textWaiting));

const left = queue.refused().find((scan) => scan.session === session);
say(left ? "bad" : "ready", left ? left.reason : prompt(), left?.code);
showQueue();
sender.run();
if (session) navigator.wakeLock?.request("screen").catch(() => {});
// So that the page itself comes back when it is loaded again without a network.
navigator.serviceWorker?.register(texts.worker, { scope: "/scan/" }).catch(() => {});
navigator.serviceWorker?.ready.then((registration) => {
  const loaded = performance.getEntriesByType("resource").map((each) => each.name);
  registration.active.postMessage([window.location.href, ...loaded]);
});
