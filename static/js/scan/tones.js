// Good: short and high. Bad: low, twice. Kept: a tone in between. A browser makes them after the first key or tap.

const NAME = "lagerbok-scan-silent";
const TONES = { ok: [[1320, 0, 0.09]], bad: [[220, 0, 0.16], [196, 0.22, 0.24]], wait: [[660, 0, 0.12]], ask: [[880, 0, 0.08], [660, 0.1, 0.1]] };
let context;

export const silent = () => localStorage.getItem(NAME) === "yes";
export const setSilent = (value) => localStorage.setItem(NAME, value ? "yes" : "no");

export function play(name) {
  const notes = TONES[name];
  if (!notes || silent()) return;
  if (name === "bad") navigator.vibrate?.([120, 80, 120]);
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume();
    for (const [hertz, start, length] of notes) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.type = name === "bad" ? "square" : "sine";
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0.0001, context.currentTime + start);
      volume.gain.exponentialRampToValueAtTime(0.3, context.currentTime + start + 0.01);
      volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + start + length);
      tone.connect(volume).connect(context.destination);
      tone.start(context.currentTime + start);
      tone.stop(context.currentTime + start + length);
    }
  } catch {
    // No sound on this machine: the state says the same in words and colour.
  }
}
