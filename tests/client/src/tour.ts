// The README's tour, taken with a client that is generated from the OpenAPI document: what compiles here is what the
// document promises, and what runs here is what the server keeps.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import createClient from "openapi-fetch";

import type { components, paths } from "./generated/guildhall.js";

type Release = components["schemas"]["Release"];

const baseUrl = process.env["SERVER_URL"] ?? "http://127.0.0.1:8080";
const ORIGIN = "http://localhost:3000";

const guildhall = (token?: string) =>
  createClient<paths>({ baseUrl, headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } });

/** What an operation answered, or a failure that says which one refused and why. */
function done<T>(step: string, answer: { data?: T; error?: unknown; response: Response }): T {
  const { data, error, response } = answer;
  if (data === undefined) {
    throw new Error(`${step}: ${response.status} ${JSON.stringify(error)}`);
  }
  assert.match(response.headers.get("Request-Id") ?? "", /^req_/, `${step} names its request`);
  console.log(`  ${response.status} ${step}`);
  return data;
}

/** Whom the tour can't be taken without: a leader who owns a department. */
async function comeIn() {
  const signedUp = done(
    "sign up",
    await guildhall().POST("/v1/tenants", {
      body: {
        company: "Fell Bikes",
        leader: { name: "Ada Fell", email: `ada-${randomUUID()}@fell.example`, password: "three hills and a lake" },
      },
    }),
  );
  const leader = guildhall(signedUp.access_token);
  const me = done("who am I", await leader.GET("/v1/me"));
  assert.equal(me.tenant.company, "Fell Bikes");
  assert.ok(me.roles.some(({ role, department }) => role === "leader" && (department ?? null) === null));

  done("found a department", await leader.POST("/v1/departments", { body: { key: "workshop", name: "Workshop" } }));
  const owner = done(
    "own it",
    await leader.PUT("/v1/departments/{department}/members/{member}", {
      params: { path: { department: "workshop", member: me.member.id } },
      body: { role: "owner" },
    }),
  );
  assert.equal(owner.role, "owner");
  return leader;
}

type Guildhall = ReturnType<typeof guildhall>;

/** Writes two intents and publishes them. */
async function publish(staff: Guildhall): Promise<void> {
  const path = { department: "workshop" };
  const intents = [
    {
      name: "book_service",
      phrases: [{ text: "I want to book a service" }, { text: "can you fix my brakes" }, { text: "my bike needs a repair" }],
      answers: [{ language: "en", text: "Bring it in any weekday before noon." }],
    },
    {
      name: "opening_hours",
      phrases: [{ text: "when are you open" }, { text: "what are your opening hours" }, { text: "are you open on Sunday" }],
      answers: [{ language: "en", text: "Ten to six, Monday to Saturday." }],
    },
  ];
  for (const body of intents) {
    const once = { "Idempotency-Key": randomUUID() };
    const send = () => staff.POST("/v1/departments/{department}/intents", { params: { path, header: once }, body });
    const first = done(`write ${body.name}`, await send());
    const again = done(`write ${body.name} again`, await send());
    assert.equal(again.id, first.id, "the same key makes one intent");
    assert.equal(first.phrases.length, body.phrases.length);
  }
  const published = done(
    "publish",
    await staff.POST("/v1/departments/{department}/releases", { params: { path }, body: { note: "First words" } }),
  );
  const live = await settled(staff, published);
  assert.equal(live.state, "live");

  const { results } = done("parse", await staff.POST("/v1/bot/parse", { body: { texts: ["do you open on Saturdays?"] } }));
  assert.equal(results[0]?.ranking[0]?.intent.name, "opening_hours");
}

/** A release once it is no longer being built. */
async function settled(staff: Guildhall, release: Release): Promise<Release> {
  const path = { department: release.department, number: release.number };
  for (let tries = 0; release.state === "building" && tries < 60; tries += 1) {
    await pause(500);
    release = done(
      "look again",
      await staff.GET("/v1/departments/{department}/releases/{number}", { params: { path } }),
    );
  }
  return release;
}

/** Asks as a visitor of a shop's page; tells which conversation it was. */
async function ask(staff: Guildhall): Promise<string> {
  const channel = done(
    "make a channel",
    await staff.POST("/v1/channels", { body: { kind: "web", name: "Shop", allowed_origins: [ORIGIN] } }),
  );
  const opened = done(
    "open a conversation",
    await guildhall(channel.key).POST("/v1/chat/conversations", {
      params: { header: { Origin: ORIGIN } },
      body: { language: "en", context: { page: "/service" } },
    }),
  );
  const path = { conversation: opened.conversation.id };
  const visitor = guildhall(opened.visitor_token);
  const { message, reply } = done(
    "send a message",
    await visitor.POST("/v1/chat/conversations/{conversation}/messages", {
      params: { path },
      body: { text: "could you repair my brakes?", client_message_id: randomUUID() },
    }),
  );
  assert.deepEqual(
    [reply.kind, reply.department, reply.intent?.name, reply.text],
    ["answer", "workshop", "book_service", "Bring it in any weekday before noon."],
  );
  const { items } = done(
    "list the messages",
    await visitor.GET("/v1/chat/conversations/{conversation}/messages", { params: { path, query: { limit: 50 } } }),
  );
  assert.deepEqual(items.map(({ id, from }) => [id, from]), [
    [message.id, "visitor"],
    [reply.message.id, "bot"],
  ]);
  const rating = done(
    "rate the reply",
    await visitor.POST("/v1/chat/conversations/{conversation}/rating", {
      params: { path },
      body: { score: 5, comment: "Quick!", message: reply.message.id },
    }),
  );
  assert.equal(rating.score, 5);
  return opened.conversation.id;
}

/** Reads, as staff, what the visitor asked; and is told no in a way that programs can read. */
async function readBack(staff: Guildhall, conversation: string): Promise<void> {
  const page = done("read conversations", await staff.GET("/v1/conversations", { params: { query: { limit: 10 } } }));
  const found = page.items.find(({ id }) => id === conversation);
  assert.deepEqual(found?.departments, ["workshop"]);

  const stranger = await guildhall().GET("/v1/conversations", {});
  assert.equal(stranger.response.status, 401);
  assert.match(stranger.response.headers.get("Content-Type") ?? "", /^application\/problem\+json/);
  assert.match(stranger.error?.type ?? "", /\/unauthenticated$/);
}

console.log(`The tour of ${baseUrl}`);
const leader = await comeIn();
await publish(leader);
await readBack(leader, await ask(leader));
console.log("The tour is done.");
