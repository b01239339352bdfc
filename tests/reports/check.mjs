// Looks at reports as a reader does, in headless Chromium: light and dark, at phone and desktop width, with and without
// scripts, and as paper. axe-core, the HTML validators and the browser itself must have nothing to say.
//
//   node check.mjs TOOLS SHOTS REPORT.html…
//
// TOOLS is what `.ci/report-tools` prints; pictures of every view go to SHOTS.
import { createRequire } from "node:module";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [tools, shots, ...reports] = process.argv.slice(2);
const require = createRequire(path.join(tools, "node_modules", "x"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const widths = { phone: 390, laptop: 1200, desktop: 1600 };
const problems = [];

function problem(where, what) {
  problems.push(`${where}: ${what}`);
  console.error(problems.at(-1));
}

/** A page as it is delivered, offline: everything that it says or asks for is a problem. */
async function deliver(browser, file, scripts) {
  const where = `${name(file)} (${scripts ? "as delivered" : "without scripts"})`;
  const context = await browser.newContext({ viewport: { width: widths.desktop, height: 900 }, javaScriptEnabled: scripts, offline: true });
  const page = await context.newPage();
  const own = pathToFileURL(file).href;
  page.on("request", (request) => request.url() === own || problem(where, `asks for ${request.url()}`));
  page.on("pageerror", (error) => problem(where, `script error: ${error.message}`));
  page.on("console", (message) => problem(where, `console says ${message.type()}: ${message.text()}`));
  await page.goto(own, { waitUntil: "load" });
  if (scripts) await filters(page, where);
  else if (await page.locator("form.filter:visible").count()) problem(where, "a form that needs a script is shown without one");
  await context.close();
}

/** A page at one width in one scheme. The page's policy is off, for axe-core is a script that is not its own. */
async function look(browser, file, scheme, device) {
  const where = `${name(file)} (${scheme}, ${device})`;
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width: widths[device], height: 1800 },
    reducedMotion: "reduce",
    offline: true,
    bypassCSP: true,
  });
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  await page.screenshot({ path: path.join(shots, `${name(file)}-${scheme}-${device}.png`) });
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  const wide = await page.evaluate(() => {
    const beyond = (box) => box.scrollWidth - box.clientWidth;
    // Tables with a column for each outcome or generation may scroll in their box at any width.
    const boxes = [...document.querySelectorAll(".scroll:not(:has(.matrix, .generations))")].filter((box) => beyond(box) > 1);
    return [beyond(document.documentElement), boxes.map((box) => `${box.getAttribute("aria-label")} by ${beyond(box)} pixels`)];
  });
  if (wide[0] > 0) problem(where, `the page scrolls sideways by ${wide[0]} pixels`);
  // Tables may scroll on a phone, in a box of their own.
  if (device !== "phone") wide[1].forEach((table) => problem(where, `a table scrolls sideways: ${table}`));
  if (device !== "laptop") {
    await page.addScriptTag({ content: axe });
    // Colours are the same at every width, and measuring them takes by far the longest.
    const rules = { "color-contrast": { enabled: device === "desktop" } };
    const found = await page.evaluate((rules) => globalThis.axe.run(document, { resultTypes: ["violations"], rules }), rules);
    for (const violation of found.violations) {
      const nodes = violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ");
      problem(where, `axe-core: ${violation.id} (${violation.impact}): ${violation.help}: ${nodes}`);
    }
  }
  await context.close();
}

/** A report's folder and file, without what they have in common. */
function name(file) {
  return `${path.basename(path.dirname(file))}-${path.basename(file, ".html")}`;
}

/** Where findings can be filtered and sorted, they can: nothing is lost, and everything comes back. */
async function filters(page, where) {
  const form = page.locator("form.filter");
  if ((await form.count()) === 0) return;
  const shown = () => page.locator("#findings .finding:not([hidden])").count();
  const all = await shown();
  const text = (await page.locator("#findings .finding .says").first().textContent()).trim().slice(0, 12);
  await page.fill("form.filter input[type=search]", text);
  const some = await shown();
  if (some === 0 || some > all) problem(where, `the filter for ${JSON.stringify(text)} shows ${some} of ${all}`);
  await page.fill("form.filter input[type=search]", "no finding says this, for sure");
  if ((await shown()) !== 0) problem(where, "a filter that fits nothing shows something");
  if (!(await page.locator("form.filter output").textContent()).includes("0 of")) problem(where, "the filter does not tell that nothing is left");
  await page.fill("form.filter input[type=search]", "");
  for (const order of await page.locator("form.filter select[name=sort] option").evaluateAll((options) => options.map((option) => option.value))) {
    await page.selectOption("form.filter select[name=sort]", order);
    if ((await shown()) !== all) problem(where, `sorting by ${order} loses findings`);
  }
  await page.evaluate(() => document.querySelector("form.filter").reset());
  await page.waitForTimeout(50);
  if ((await shown()) !== all) problem(where, "a reset does not bring everything back");
}

/** As paper: A4, nothing cut off to the right. */
async function print(browser, file) {
  const context = await browser.newContext({ viewport: { width: 794, height: 1123 }, offline: true });
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  await page.emulateMedia({ media: "print" });
  const cut = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (cut > 0) problem(`${name(file)} (paper)`, `paper cuts off ${cut} pixels`);
  await page.pdf({ path: path.join(shots, `${name(file)}.pdf`), format: "A4", printBackground: true });
  await context.close();
}

function validate() {
  const validator = path.join(tools, "node_modules/.bin/html-validate");
  const config = path.join(import.meta.dirname, "html-validate.json");
  const ran = spawnSync(process.execPath, [validator, "--config", config, ...reports], { encoding: "utf8" });
  if (ran.status !== 0) problem("html-validate", ran.stdout + ran.stderr);
  const java = spawnSync("java", ["-version"]);
  if (java.status !== 0) {
    console.error("no Java: the W3C's validator is left out");
    return;
  }
  const vnu = require("vnu-jar");
  // Its reader of CSS is older than these; the browser is the judge of them.
  const newCss = ".*(color-mix|“in” is not a “color” value|::details-content|CSS: Parse Error|text-wrap|Normalization Form C).*";
  const told = spawnSync("java", ["-jar", vnu, "--Werror", "--filterpattern", newCss, ...reports], { encoding: "utf8" });
  if (told.status !== 0) problem("vnu", told.stderr);
}

mkdirSync(shots, { recursive: true });
validate();
const executablePath = execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const views = [["light", "desktop"], ["dark", "desktop"], ["light", "phone"], ["dark", "phone"], ["light", "laptop"]];
for (const file of reports.map((report) => path.resolve(report))) {
  await deliver(browser, file, true);
  await deliver(browser, file, false);
  for (const [scheme, device] of views) await look(browser, file, scheme, device);
  await print(browser, file);
}
await browser.close();
if (problems.length > 0) {
  console.error(`${problems.length} problems`);
  process.exit(1);
}
console.log(`${reports.length} reports: nothing to say against them`);
