// The lines that a channel's page gives to be pasted: a visitor asks in them, on a page of the website that the channel
// lists, and is answered.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Hands, launch, visit } from "./browser.js";
import { demo } from "./demo.js";

const LEADER = "aino@nordic-outfitters.example";

let house;
let browser;
let shop;
let pasted = "";

before(async () => {
  [house, browser] = await Promise.all([demo(), launch()]);
  shop = createServer((_, answer) => {
    answer.setHeader("Content-Type", "text/html; charset=utf-8");
    answer.end(`<!DOCTYPE html><html lang="en"><title>Shop</title><h1>Shop</h1>${pasted}`);
  });
  await new Promise((resolve) => shop.listen(0, "localhost", resolve));
});

after(async () => {
  await browser?.close();
  await house?.stop();
  shop?.close();
});

test("a visitor is answered on the website that the channel lists", async () => {
  const website = `http://localhost:${shop.address().port}`;
  const leader = await visit(browser, house.address);
  const hands = new Hands(leader.page);
  await leader.page.goto("/console");
  await hands.fill({ "E-mail address": LEADER, Password: house.password(LEADER) });
  await hands.press("Sign in");
  await hands.press("Channels");
  await hands.fill({ Name: "Test shop", "Websites that may use it": website });
  await hands.press("Open a channel");
  pasted = await leader.page.locator("#snippet").textContent();
  await leader.close();

  const visitor = await visit(browser, website);
  await visitor.page.goto("/");
  for (const [question, reply] of [["where is my parcel?", /You can follow your order/], ["I want to return a jacket", /You can return unused items/]]) {
    await visitor.page.getByLabel("Ask us").fill(question);
    await visitor.page.getByRole("button", { name: "Send" }).click();
    await visitor.page.getByText(reply).waitFor();
  }
  assert.equal(await visitor.page.getByRole("listitem").count(), 4);
  await visitor.close();
});
