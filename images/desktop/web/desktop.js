// The desktop in the page: connects, comes back after an interruption, and
// keeps the clipboards of the browser and of the application equal.

import RFB from "./novnc/core/rfb.js";
import { followWindow } from "./settings.js";

const screenElement = document.getElementById("screen");
const statusElement = document.getElementById("status");
const textElement = document.getElementById("text");

const FIRST_DELAY = 500; // milliseconds
const LONGEST_DELAY = 10000;

let rfb = null;
let delay = FIRST_DELAY;
let clipboardText = "";
let follow = followWindow;

function connect() {
  const address = new URL("websocket", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  rfb = new RFB(screenElement, address.href, { shared: true });
  rfb.background = "#3b4a5a";
  rfb.resizeSession = follow;
  rfb.scaleViewport = true;
  rfb.addEventListener("connect", connected);
  rfb.addEventListener("disconnect", disconnected);
  rfb.addEventListener("clipboard", (event) => toBrowser(event.detail.text));
}

function connected() {
  delay = FIRST_DELAY;
  statusElement.textContent = "";
  document.documentElement.dataset.state = "connected";
  takeKeyboard();
  offerToFollow();
}

// For the application, where nothing else has it: not from the page around this one, in
// which somebody may be typing, also when the connection comes back.
function takeKeyboard() {
  if (document.hasFocus() && document.activeElement === document.body) rfb?.focus();
}

// The page around this one may let the screen follow the window (the manual's image protocol).
function offerToFollow() {
  if (parent !== window) parent.postMessage({ type: "remoteapp.resizable", follows: follow }, "*");
}

function onMessage(event) {
  if (event.source !== parent || event.data?.type !== "remoteapp.follow") return;
  follow = event.data.follow === true;
  if (rfb) rfb.resizeSession = follow;
  offerToFollow();
}

function disconnected() {
  rfb = null;
  document.documentElement.dataset.state = "disconnected";
  statusElement.textContent = "The connection to the application was interrupted. Trying again…";
  setTimeout(connect, delay);
  delay = Math.min(delay * 2, LONGEST_DELAY);
}

// The application copied something.
async function toBrowser(text) {
  clipboardText = text;
  textElement.value = text;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not allowed by the browser: the text is in the panel, to be copied by hand.
  }
}

function toApplication(text) {
  if (!rfb || !text || text === clipboardText) return;
  clipboardText = text;
  textElement.value = text;
  rfb.clipboardPasteFrom(text);
}

// The person comes back from another window, where something may have been copied.
async function fromBrowser() {
  try {
    toApplication(await navigator.clipboard.readText());
  } catch {
    // Not allowed by the browser: there is the panel.
  }
}

textElement.addEventListener("input", () => toApplication(textElement.value));
window.addEventListener("message", onMessage);
window.addEventListener("focus", takeKeyboard);
window.addEventListener("focus", fromBrowser);
screenElement.addEventListener("pointerdown", fromBrowser);
// Leaving the panel gives the keyboard back to the application.
textElement.addEventListener("change", () => rfb?.focus());

connect();
