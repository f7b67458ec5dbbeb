// On every other page: a code that is scanned while no field has the focus is looked up. A field keeps what it is given.

import { listen } from "./wedge.js";

const { lookup } = document.querySelector("script[data-lookup]").dataset;

if (!document.getElementById("station")) {
  listen((code) => window.location.assign(`${lookup}?code=${encodeURIComponent(code)}`), { fields: false });
}
