// A headless Chromium that takes note of everything a page must not do, and the programs that serve
// the pages. For status_page_test.js.
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");
const { chromium } = require("playwright-core");

const kAxe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const kFlags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

function check(condition, message) {
  if (!condition) throw new Error(message);
}

// A program of ours that writes lines, an empty one once it is ready, and takes commands.
class Program {
  constructor(file, ...rest) {
    this.process = spawn(file, rest, { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = readline.createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }
  // The lines until the next empty one, "NAME VALUE" each.
  async answer() {
    const values = {};
    while (true) {
      const { value, done } = await this.lines.next();
      check(!done, this.process.spawnfile + " ended");
      if (value === "") return values;
      values[value.split(" ", 1)[0]] = value.slice(value.indexOf(" ") + 1);
    }
  }
  async command(line) {
    this.process.stdin.write(line + "\n");
    return this.answer();
  }
  async end() {
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.stdin.end();
    await ended;
  }
}

class Browser {
  static async start(screenshots) {
    const self = new Browser();
    self.screenshots = screenshots;
    self.browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: kFlags });
    return self;
  }
  end() { return this.browser.close(); }

  // Everything that a page logs as an error, or asks of anybody but its own server, is in `faults`.
  async open(url, { width = 1280, dark = false, script = true } = {}) {
    const context = await this.browser.newContext({
      viewport: { width, height: 900 }, colorScheme: dark ? "dark" : "light", javaScriptEnabled: script });
    const page = await context.newPage();
    page.faults = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) page.faults.push("console: " + message.text());
    });
    page.on("pageerror", (error) => page.faults.push("exception: " + error.message));
    page.on("dialog", (dialog) => { page.faults.push("dialog"); dialog.dismiss(); });
    page.on("request", (request) => {
      const asked = new URL(request.url());
      if (asked.protocol !== "data:" && asked.origin !== new URL(url).origin) page.faults.push("asks " + asked);
    });
    page.on("requestfailed", (request) => page.faults.push("not loaded: " + request.url()));
    await page.goto(url);
    return page;
  }

  async picture(page, name) {
    await page.screenshot({ path: path.join(this.screenshots, name + ".png"), fullPage: true });
  }
}

// Nothing serious or critical, nothing wider than the window, no fault; ends the page.
async function expectSound(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wide <= 0, `${name}: ${wide} pixels wider than the window`);
  // By the debugger's way in, which the page's own policy does not bind.
  await page.evaluate(kAxe);
  const { violations } = await page.evaluate(() => window.axe.run());
  for (const violation of violations) {
    const places = violation.nodes.map((node) => node.target.join(" ")).join(", ");
    console.log(`    axe: ${name}: ${violation.impact}: ${violation.help}: ${places}`);
  }
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  check(serious.length === 0, `${name}: axe finds ${serious.length} serious things`);
  check(page.faults.length === 0, `${name}: ${page.faults.join("; ")}`);
  await page.context().close();
}

module.exports = { Browser, Program, check, expectSound };
