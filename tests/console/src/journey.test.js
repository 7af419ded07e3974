// A marketing person who has never seen an API: is invited, comes in by the link, signs in, adds an intent, tries it and
// publishes. With a mouse, without JavaScript, and with the keyboard alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Hands, Keys, launch, visit } from "./browser.js";
import { demo } from "./demo.js";

const OWNER = "maija@nordic-outfitters.example";
const PASSWORD = "a spruce beside the quiet lake";

let house;
let browser;

before(async () => {
  [house, browser] = await Promise.all([demo(), launch()]);
});

after(async () => {
  await browser?.close();
  await house?.stop();
});

/** The owner invites somebody and hands the link over. */
async function invited(email, name) {
  const owner = await visit(browser, house.address);
  const hands = new Hands(owner.page);
  await owner.page.goto("/console");
  await hands.fill({ "E-mail address": OWNER, Password: house.password(OWNER) });
  await hands.press("Sign in");
  await hands.press("People");
  await hands.press("Invite somebody");
  await hands.fill({ "Their e-mail address": email, "Their name": name, "Role there": "Reviewer: writes and publishes" });
  await hands.press("Invite somebody");
  const link = await owner.page.locator("#invitation-link").textContent();
  assert.ok(link.startsWith(`${house.address}/console/invitation?token=it_`), link);
  await owner.close();
  return link;
}

/** What each of them adds: nothing that the shop has, so that only the draft knows it. */
const TOPICS = {
  wall: {
    intent: "climbing wall",
    phrases: ["when can I use the climbing wall", "do you have a climbing wall", "try climbing", "climbing lessons", "book the wall"],
    answer: "The wall is open on Saturdays at noon.",
    sentence: "Is there a wall for climbing?",
  },
  sauna: {
    intent: "sauna raft",
    phrases: ["can I rent the sauna raft", "is the sauna raft free", "floating sauna", "book a sauna", "sauna on the lake"],
    answer: "The sauna raft leaves every hour.",
    sentence: "May we rent your floating sauna?",
  },
  huskies: {
    intent: "husky ride",
    phrases: ["do you have husky rides", "ride with huskies", "how much is a dog sled ride", "sled dogs", "husky tour"],
    answer: "Our huskies run from December on.",
    sentence: "I would like to ride behind huskies",
  },
  berries: {
    intent: "berry picking",
    phrases: ["where can I pick berries", "berry picking tour", "are there blueberries", "cloudberry trip", "bucket for berries"],
    answer: "Bring a bucket on Sunday morning.",
    sentence: "Where do blueberries grow?",
  },
};

async function journey(name, topic, options, Means) {
  const { intent, phrases, answer, sentence } = TOPICS[topic];
  const email = `mari.${topic}@nordic-outfitters.example`;
  const link = await invited(email, "Mari Marketing");
  const { page, close } = await visit(browser, house.address, options);
  const means = new Means(page);

  await page.goto(link);
  assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "Welcome to Nordic Outfitters");
  await means.fill({ Password: PASSWORD, "The same password again": PASSWORD });
  await means.press("Come in");

  await means.press("Sign out");
  await means.fill({ "E-mail address": email, Password: PASSWORD });
  await means.press("Sign in");

  await means.press("Marketing");
  await means.press("Add an intent");
  await means.fill({
    Name: intent,
    Phrases: phrases.join("\n"),
    Answer: answer,
  });
  await means.press("Add an intent");
  assert.match(await page.getByRole("status").textContent(), /is in your draft, with 5 phrases/);

  await means.press("Try your draft");
  await means.fill({ Sentence: sentence });
  await means.press("Ask the bot");
  const said = (region) => page.getByRole("region", { name: region }).textContent();
  assert.ok((await said("With the draft")).includes(answer));
  assert.ok(!(await said("Live now")).includes(answer));

  await means.press("See changes and publish");
  assert.match(await page.locator("main").textContent(), new RegExp(intent));
  await means.press("Publish now");
  for (let looks = 0; looks < 40 && !(await page.locator("#state .live").count()); looks += 1) {
    await page.waitForTimeout(500);
    await page.reload();
  }
  assert.match(await page.locator("#state").textContent(), /Visitors are answered by it now/);
  await close();
  const keys = means.presses ? `, ${means.presses} keys to move` : "";
  console.log(`${name}: ${means.clicks} clicks and ${means.fields} fields from the link to live${keys}`);
  return means.clicks;
}

test("with a mouse", async () => {
  const clicks = await journey("with a mouse", "wall", {}, Hands);
  assert.ok(clicks <= 10, `${clicks} clicks`);
});

test("without JavaScript", () => journey("without JavaScript", "sauna", { javaScriptEnabled: false }, Hands));

test("with the keyboard alone", () => journey("with the keyboard alone", "huskies", {}, Keys));

test("on a small screen", () => journey("on a small screen", "berries", { viewport: { width: 380, height: 740 }, hasTouch: true }, Hands));

test("a session that ends while somebody writes loses nothing", async () => {
  const { page, context, close } = await visit(browser, house.address);
  const hands = new Hands(page);
  const enter = async (tab) => {
    await tab.goto("/console/sign-in");
    await new Hands(tab).fill({ "E-mail address": OWNER, Password: house.password(OWNER) });
    await new Hands(tab).press("Sign in");
  };
  await enter(page);
  await page.goto("/console/departments/marketing/intents/new");
  await hands.fill({ Name: "a long story", Phrases: "once upon a time\nand then" });
  await context.clearCookies();
  await hands.press("Add an intent");
  assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "You are signed out");
  const other = await context.newPage();
  await enter(other);
  await other.close();
  await page.reload();
  assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "Please send this once more");
  await hands.press("Send it again");
  assert.match(await page.getByRole("status").textContent(), /«a long story» is in your draft, with 2 phrases/);
  await close();
});
