// Reads codes with the camera, where the browser can. A code counts once while it stays in sight.

const FORMATS = ["ean_13", "ean_8", "upc_a", "upc_e", "code_128", "code_39", "itf", "qr_code", "data_matrix"];
const EVERY = 150; // milliseconds between two looks
const FORGET = 1500; // milliseconds out of sight, after which the same code is another piece

export const possible = () => "BarcodeDetector" in window && Boolean(navigator.mediaDevices?.getUserMedia);

export class Camera {
  constructor(video, heard) {
    this.video = video;
    this.heard = heard;
    this.stream = null;
    this.seen = new Map(); // code -> when it was last in sight
  }

  // Rejects where the camera is refused or missing.
  async start() {
    const known = await window.BarcodeDetector.getSupportedFormats();
    this.detector = new window.BarcodeDetector({ formats: FORMATS.filter((each) => known.includes(each)) });
    this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    this.video.srcObject = this.stream;
    await this.video.play();
    this.look();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  async look() {
    if (!this.stream) return;
    let found = [];
    try {
      found = await this.detector.detect(this.video);
    } catch {
      // No picture yet.
    }
    const now = performance.now();
    for (const { rawValue } of found) {
      const fresh = now - (this.seen.get(rawValue) ?? -Infinity) > FORGET;
      this.seen.set(rawValue, now);
      if (fresh && this.stream) this.heard(rawValue);
    }
    setTimeout(() => this.look(), EVERY);
  }
}
