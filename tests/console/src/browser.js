// Chromium, and hands that count what they do.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: ARGUMENTS });

/** A page of somebody's own, in which nothing may be reported to the developer's console but the errors that are meant. */
export async function visit(browser, address, options = {}) {
  const context = await browser.newContext({ baseURL: address, locale: "en-GB", timezoneId: "Europe/Helsinki", ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return {
    page,
    context,
    async close() {
      await context.close();
      assert.deepEqual(complaints, [], "the browser complained");
    },
  };
}

/** Somebody's hands: they press and fill by what a page calls a thing, and count it. */
export class Hands {
  clicks = 0;
  fields = 0;

  constructor(page) {
    this.page = page;
  }

  /** Presses a link or a button of this name. */
  async press(name, within = this.page) {
    this.clicks += 1;
    const named = { name, exact: true };
    await within.getByRole("link", named).or(within.getByRole("button", named)).first().click();
    await this.page.waitForLoadState();
  }

  /** Fills fields by their labels. */
  async fill(fields) {
    for (const [label, value] of Object.entries(fields)) {
      this.fields += 1;
      const field = this.page.getByLabel(label, { exact: false }).first();
      if ((await field.evaluate((element) => element.tagName)) === "SELECT") {
        await field.selectOption({ label: value });
      } else {
        await field.fill(value);
      }
    }
  }
}

/** Somebody without a mouse: goes from one thing to the next by Tab, and sees where they are. */
export class Keys {
  presses = 0;
  fields = 0;
  clicks = 0;

  constructor(page) {
    this.page = page;
  }

  async go(matches, what) {
    for (let tabs = 0; tabs < 200; tabs += 1) {
      await this.page.keyboard.press("Tab");
      this.presses += 1;
      const at = await this.page.evaluate(() => {
        const { activeElement: element } = document;
        const label = element.labels?.[0]?.firstChild?.textContent ?? element.getAttribute("aria-label") ?? element.textContent;
        const style = getComputedStyle(element);
        return { role: element.tagName, name: label.trim(), seen: style.outlineStyle !== "none" && style.outlineWidth !== "0px" };
      });
      if (matches(at)) {
        assert.ok(at.seen, `${what} does not show that it has the focus`);
        return;
      }
    }
    assert.fail(`${what} can't be reached by Tab`);
  }

  async press(name) {
    this.clicks += 1;
    await this.go((at) => (at.role === "A" || at.role === "BUTTON") && at.name === name, name);
    const loaded = this.page.waitForEvent("load");
    await this.page.keyboard.press("Enter");
    this.presses += 1;
    await loaded;
  }

  async fill(fields) {
    for (const [label, value] of Object.entries(fields)) {
      this.fields += 1;
      await this.go((at) => ["INPUT", "TEXTAREA", "SELECT"].includes(at.role) && at.name.startsWith(label), label);
      const select = await this.page.evaluate(() => document.activeElement.tagName === "SELECT");
      if (!select) await this.page.keyboard.press("ControlOrMeta+A");
      const lines = select ? [value] : value.split("\n");
      for (const [at, line] of lines.entries()) {
        if (at > 0) await this.page.keyboard.press("Enter");
        await this.page.keyboard.type(line);
      }
    }
  }
}
