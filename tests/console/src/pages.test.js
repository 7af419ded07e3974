// Every kind of page, in light and dark, wide and narrow: axe finds no serious flaw, nothing is cut off, and the browser
// has nothing to complain about. With SHOTS=folder each is kept as a picture.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import axe from "axe-core";
import { Hands, launch, visit } from "./browser.js";
import { demo } from "./demo.js";

const STAFF = ["aino@nordic-outfitters.example", "eero@nordic-outfitters.example", "joel@nordic-outfitters.example"];
const DESK = "/console/departments/customer-service";

let house;
let browser;
let signedIn;
let talk;

before(async () => {
  [house, browser] = await Promise.all([demo(), launch()]);
  signedIn = Object.fromEntries(await Promise.all(STAFF.map(async (email) => [email.split("@")[0], await enter(email)])));
  talk = await converse();
});

after(async () => {
  await browser?.close();
  await house?.stop();
});

/** Signs somebody in and keeps their cookies. */
async function enter(email) {
  const { page, context, close } = await visit(browser, house.address);
  const hands = new Hands(page);
  await page.goto("/console");
  await hands.fill({ "E-mail address": email, Password: house.password(email) });
  await hands.press("Sign in");
  const state = await context.storageState();
  await close();
  return state;
}

/** A visitor asks something by a channel of the leader's. */
async function converse() {
  const { page, close } = await visit(browser, house.address, { storageState: signedIn.aino });
  await page.goto("/console/channels");
  await page.getByRole("link", { name: "Shop" }).click();
  const key = (await page.locator("#snippet").textContent()).match(/wk_\w+/)[0];
  const ask = async (path, token, body) => {
    const headers = { Authorization: `Bearer ${token}`, Origin: "http://localhost:3000", "Content-Type": "application/json" };
    return (await fetch(house.address + path, { method: "POST", headers, body: JSON.stringify(body) })).json();
  };
  const opened = await ask("/v1/chat/conversations", key, { language: "en" });
  for (const text of ["where is my parcel?", "I want to give the jacket back", "what is the meaning of life"]) {
    await ask(`/v1/chat/conversations/${opened.conversation.id}/messages`, opened.visitor_token, { text });
  }
  await close();
  return opened.conversation.id;
}

/** First link of a list. */
const first = (path, select) => async (page) => {
  await page.goto(path);
  await page.locator(select).first().click();
  await page.waitForLoadState();
};
const at = (path) => (page) => page.goto(path);
const then = (open, deed) => async (page) => {
  await open(page);
  await deed(page);
  await page.waitForLoadState();
};
const press = (name) => (page) => page.getByRole("button", { name, exact: true }).first().click();

const PAGES = {
  "sign in": [null, at("/console/sign-in")],
  "sign in, wrong": [null, then(at("/console/sign-in"), async (page) => {
    await page.getByLabel("E-mail address").fill("nobody@nowhere.example");
    await page.getByLabel("Password").fill("nothing at all but words");
    await press("Sign in")(page);
  })],
  "used link": [null, at("/console/invitation?token=nonsense")],
  departments: ["aino", at("/console")],
  department: ["eero", at(DESK)],
  "a department of others": ["joel", at(DESK)],
  settings: ["eero", at(`${DESK}/settings`)],
  intents: ["eero", at(`${DESK}/intents`)],
  "no intents": ["eero", at(`${DESK}/intents?q=zzzz`)],
  "new intent": ["eero", at(`${DESK}/intents/new`)],
  "new intent, flawed": ["eero", then(at(`${DESK}/intents/new`), async (page) => {
    await page.getByLabel("Name").fill("x".repeat(101));
    await page.getByLabel("Language").fill("englisch");
    await press("Add an intent")(page);
  })],
  intent: ["eero", first(`${DESK}/intents`, "tbody th a")],
  answer: ["eero", then(first(`${DESK}/intents`, "tbody th a"), (page) => page.getByRole("link", { name: "Edit answer (en)" }).click())],
  "delete intent": ["eero", then(first(`${DESK}/intents`, "tbody th a"), (page) => page.getByRole("link", { name: "Delete this intent" }).click())],
  "live intents": ["joel", at(`${DESK}/live`)],
  advice: ["eero", at(`${DESK}/advice`)],
  import: ["eero", at(`${DESK}/import`)],
  "import report": ["eero", then(at(`${DESK}/import`), async (page) => {
    const buffer = Buffer.from("intent,phrase,answer\nparking,where can I park,Behind the shop.\n,no intent,\nparking,a car park,\n");
    await page.locator("#file").setInputFiles({ name: "table.csv", mimeType: "text/csv", buffer });
    await press("Show what it would change")(page);
  })],
  publish: ["eero", at(`${DESK}/publish`)],
  releases: ["eero", at(`${DESK}/releases`)],
  release: ["eero", then(at(`${DESK}/releases/1`), (page) => page.locator("details").first().click())],
  people: ["aino", at("/console/people")],
  "a department's people": ["eero", at(`${DESK}/people`)],
  invitations: ["aino", at("/console/invitations")],
  invited: ["aino", then(at("/console/invitations"), async (page) => {
    await page.getByLabel("Their e-mail address").fill(`guest${Date.now()}@nordic-outfitters.example`);
    await press("Invite somebody")(page);
  })],
  "found a department": ["aino", at("/console/found-department")],
  try: ["eero", then(at("/console/try?text=where+is+my+pacel&draft=customer-service"), (page) => page.getByText("Why", { exact: true }).first().click())],
  conversations: ["eero", at("/console/conversations")],
  conversation: ["eero", (page) => page.goto(`/console/conversations/${talk}`)],
  channels: ["aino", at("/console/channels")],
  channel: ["aino", first("/console/channels", ".rows a")],
  account: ["joel", at("/console/account")],
  "not found": ["joel", at("/console/nowhere")],
  forbidden: ["joel", at(`${DESK}/intents/new`)],
};

const LOOKS = [
  ["light", { colorScheme: "light", viewport: { width: 1280, height: 900 } }],
  ["dark", { colorScheme: "dark", viewport: { width: 1280, height: 900 } }],
  ["small", { colorScheme: "light", viewport: { width: 380, height: 740 } }],
];

for (const [look, options] of LOOKS) {
  test(`every page, ${look}`, async (t) => {
    for (const [name, [who, open]] of Object.entries(PAGES)) {
      await t.test(name, async () => {
        const { page, close } = await visit(browser, house.address, { ...options, storageState: who ? signedIn[who] : undefined });
        await open(page);
        if (process.env.SHOTS) {
          await page.screenshot({ path: `${process.env.SHOTS}/${name.replaceAll(/\W+/g, "-")}.${look}.png`, fullPage: true });
        }
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        const grave = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
        const told = grave.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => node.html).join("\n")}`);
        assert.deepEqual(told, []);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${wide} pixels are cut off`);
        await close();
      });
    }
  });
}
