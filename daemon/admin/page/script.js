// What the status page can do beyond reading: try a failed link again, and refresh itself. The page
// is complete without it.
"use strict";

const kTokenKey = "flaglinkd-admin-token"; // in sessionStorage: gone when the tab closes
const kRefreshKey = "flaglinkd-refresh";
const kRefreshEvery = 30000;
const kLookEvery = 1000;
const kLooks = 60; // at a link that is being tried again

const page = {
  get outcome() { return document.getElementById("outcome"); },
  get token() { return document.getElementById("token-field"); },
};
let retries = 0; // under way

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

function say(text) {
  page.outcome.textContent = text;
}

function setState(row, kind, status, reason) {
  const state = row.querySelector(".state");
  state.className = "state " + kind;
  state.textContent = status;
  row.querySelector(".reason").textContent = reason;
}

// The answer's JSON; an Error says in one line why there is none, and what to do.
async function call(method, path) {
  const headers = { "Content-Type": "application/json" };
  const token = page.token.value.trim(); // its field is where a button is
  if (token) headers.Authorization = "Bearer " + token;
  const options = { method, headers, cache: "no-store" };
  if (method === "POST") options.body = "{}";
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("flaglinkd does not answer");
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 401) page.token.focus();
  throw new Error(answer.error || "flaglinkd answers " + response.status);
}

// Looks until the link is delivered or has failed again.
async function follow(row, path, label) {
  for (let look = 0; look < kLooks; ++look) {
    const link = await call("GET", path);
    if (link.status === "applied" || link.status === "foreign") {
      setState(row, "good", "delivered", "");
      row.querySelector("button").remove();
      return say(label + " is delivered.");
    }
    if (link.status === "failed" || link.status === "gone") {
      setState(row, link.status === "gone" ? "idle" : "bad", link.status, link.reason);
      return say(label + " has " + (link.status === "gone" ? "gone" : "failed again: " + link.reason) + ".");
    }
    setState(row, "warn", link.status.replace("_", " "), link.reason);
    await pause(kLookEvery);
  }
  say(label + " still waits: see Delivery above.");
}

async function retry(row) {
  const button = row.querySelector("button");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true"); // keeps the focus, which `disabled` would lose
  ++retries;
  const label = row.querySelector("a, b").textContent;
  const path = "/api/v1/links/" + encodeURIComponent(row.dataset.link);
  try {
    say("Trying " + label + " again …");
    await call("POST", path + "/retry");
    await follow(row, path, label);
  } catch (error) {
    say(label + " is not tried again: " + error.message + ".");
  }
  --retries;
  button.removeAttribute("aria-disabled");
}

// Brings the parts of the page to life that need a script; again after each refresh.
function enliven() {
  const buttons = document.querySelectorAll("[data-link] button");
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => retry(button.closest("[data-link]")));
  }
  const form = document.getElementById("token");
  if (!form) return;
  form.hidden = buttons.length === 0;
  form.addEventListener("submit", (event) => event.preventDefault());
  page.token.value = sessionStorage.getItem(kTokenKey) || "";
  page.token.addEventListener("input", () => sessionStorage.setItem(kTokenKey, page.token.value));
}

// Swaps the page's content for that of now, unless somebody is at work in it.
async function refresh() {
  const main = document.querySelector("main");
  if (document.hidden || retries > 0 || main.contains(document.activeElement)) return;
  const response = await fetch(location.href, { cache: "no-store" });
  if (!response.ok) throw new Error("flaglinkd answers " + response.status);
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const before = document.getElementById("verdict").textContent;
  document.title = fresh.title;
  main.replaceWith(fresh.querySelector("main"));
  document.querySelector("header .quiet").replaceWith(fresh.querySelector("header .quiet"));
  enliven();
  // Its sentence tells times too; what is worth an interruption is another state.
  const after = document.getElementById("verdict").textContent;
  const stripped = (text) => text.replace(/\d+/g, "");
  if (stripped(after) !== stripped(before)) say(after);
}

function offerRefresh() {
  const label = document.getElementById("every");
  const box = label.querySelector("input");
  label.hidden = false;
  box.checked = sessionStorage.getItem(kRefreshKey) === "on";
  box.addEventListener("change", () => sessionStorage.setItem(kRefreshKey, box.checked ? "on" : "off"));
  setInterval(() => {
    if (box.checked) refresh().catch((error) => say("This page could not be refreshed: " + error.message + "."));
  }, kRefreshEvery);
}

enliven();
offerRefresh();
