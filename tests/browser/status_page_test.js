// status_page_test.js PROGRAMS SCREENSHOTS: the status page in Chromium. PROGRAMS is the folder with
// browser_pages and browser_service; pictures go to SCREENSHOTS. Exit code 1 if anything is not as it should be.
"use strict";

const path = require("node:path");
const { Browser, Program, check, expectSound } = require("./browser.js");

const [programs, screenshots] = process.argv.slice(2);

async function looksRight(browser, pages) {
  for (const name of ["healthy", "token", "failures", "fresh"]) {
    for (const [form, options] of [["wide", {}], ["narrow", { width: 360 }], ["dark", { dark: true }]]) {
      const page = await browser.open(pages[name], options);
      await browser.picture(page, `${name}-${form}`);
      await expectSound(page, `${name}-${form}`);
    }
  }
}

async function saysWhatIsWrong(browser, pages) {
  const headings = {
    healthy: /^Everything works\. The last webhook came \d+ s ago from github\.$/,
    token: /^LaunchDarkly refuses the access token, so nothing is delivered\.$/,
    failures: /^Every request to datadog is refused: 214 so far\.$/,
    fresh: /^Nothing has come in yet since the start 4 min ago\.$/,
  };
  for (const [name, heading] of Object.entries(headings)) {
    const page = await browser.open(pages[name], { script: false });
    const headline = await page.locator("h1").allTextContents();
    check(headline.length === 1 && heading.test(headline[0]), `${name}: heading ${JSON.stringify(headline)}`);
    await page.context().close();
  }
}

async function isReadableWithoutAScript(browser, pages) {
  const page = await browser.open(pages.failures, { script: false });
  check(await page.locator("button:visible").count() === 1, "only the search has a button");
  check(await page.getByText("flaglinkd links retry 31.9").isVisible(), "the command line is shown");
  await browser.picture(page, "failures-no-script");
  await page.getByLabel("Flag key").fill("checkout-v2");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/?flag=checkout-v2#search");
  check(await page.getByText("SHOP-57").first().isVisible(), "the flag's links are shown");
  await page.context().close();
}

async function takesNothingForMarkup(browser, pages) {
  const page = await browser.open(pages.hostile, {});
  check(await page.title() === "Needs attention · flaglinkd", "the title is ours");
  check(await page.locator("h1").count() === 1, "there is one heading");
  check(await page.locator("img, [onclick], a[href^='javascript' i]").count() === 0, "nothing of theirs is markup");
  await browser.picture(page, "hostile-wide");
  await expectSound(page, "hostile");
}

// From here on it is the real service with a stand-in LaunchDarkly.

async function followsTheService(browser, service, { page: url, token }) {
  const expectHeading = async (name, heading) => {
    const page = await browser.open(url);
    const headline = await page.locator("h1").textContent();
    check(heading.test(headline), `${name}: heading ${JSON.stringify(headline)}`);
    await browser.picture(page, "service-" + name);
    await expectSound(page, "service-" + name);
  };
  await expectHeading("fresh", /^Nothing has come in yet since the start .*\.$/);
  await service.command("deliver");
  await expectHeading("healthy", /^Everything works\. The last webhook came .* from jira\.$/);
  await service.command("refuse-content");
  await expectHeading("failure", /^1 link has failed and needs a person\.$/);
  await service.command("behave");
  await retriesALink(browser, url, token);
  await expectHeading("again-healthy", /^Everything works\./);
  await service.command("refuse-token");
  await expectHeading("token", /^LaunchDarkly refuses the access token, so nothing is delivered\.$/);
}

async function retriesALink(browser, url, token) {
  const page = await browser.open(url);
  const row = page.locator("[data-link]");
  const outcome = page.getByRole("status");
  const field = page.getByLabel("Admin token");
  const button = page.getByRole("button", { name: /^Retry SHOP-102.* on default\/checkout-v2$/ });

  // Without the token the page says what is lacking, and where it goes.
  await button.click();
  await outcome.getByText("is not tried again").waitFor();
  check(await field.evaluate((input) => input === document.activeElement), "the token's field has the focus");
  check(await row.locator(".state").textContent() === "failed", "the link is still shown as failed");
  page.faults = page.faults.filter((fault) => !/^console: .* 401 /.test(fault)); // the browser's own line on that answer

  // By keyboard alone.
  await page.keyboard.type(token);
  await button.focus();
  await page.keyboard.press("Enter");
  await outcome.getByText("is delivered.").waitFor();
  check(await row.locator(".state").textContent() === "delivered", "the link is shown as delivered");
  check(await row.getByRole("button").count() === 0, "there is nothing left to retry");
  await browser.picture(page, "service-retried");
  await expectSound(page, "retried");
}

async function refreshesItself(browser, pages) {
  const page = await browser.open(pages.failures);
  await page.clock.install();
  await page.reload();
  await page.getByLabel("every 30 s").check();
  await page.evaluate(() => { document.activeElement.blur(); document.querySelector("h1").textContent = "stale"; });
  await page.clock.runFor(31000);
  await page.locator("h1", { hasText: "datadog" }).waitFor();
  check(await page.getByRole("status").textContent() === await page.locator("h1").textContent(), "the change is said");
  check(await page.getByRole("button", { name: /^Retry/ }).count() === 3, "the buttons work again");
  await page.context().close();
}

async function main() {
  const browser = await Browser.start(screenshots);
  const served = new Program(path.join(programs, "browser_pages"));
  const pages = await served.answer();
  const service = new Program(path.join(programs, "browser_service"));
  const running = await service.answer();
  const tests = {
    saysWhatIsWrong: () => saysWhatIsWrong(browser, pages),
    isReadableWithoutAScript: () => isReadableWithoutAScript(browser, pages),
    takesNothingForMarkup: () => takesNothingForMarkup(browser, pages),
    looksRight: () => looksRight(browser, pages),
    refreshesItself: () => refreshesItself(browser, pages),
    followsTheService: () => followsTheService(browser, service, running),
  };
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      console.log("ok      " + name);
    } catch (error) {
      ++failed;
      console.log(`FAILED  ${name}: ${error.message}`);
    }
  }
  await Promise.all([served.end(), service.end(), browser.end()]);
  process.exitCode = failed === 0 ? 0 : 1;
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
