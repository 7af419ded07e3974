#!/usr/bin/env python3
"""Mixed load on a server whose nodes are replaced meanwhile: visitors who chat, an editor who writes, an owner who publishes.

    load.py BASE STAGE OVER

Every request is said again, under its own key, after a connection that ended or a 502, 503 or 504, as a good client does.
Any other failure ends with 1, and so does a message, an intent or a release that was acknowledged and is not there once.
STAGE is a file that names the stage, for the report; when a file OVER appears, the load ends and is checked.
"""

import http.client
import json
import os
import sys
import threading
import time
import urllib.parse
import uuid
from collections import Counter

BASE, STAGE, OVER = sys.argv[1:4]
HOST = urllib.parse.urlsplit(BASE).netloc
ORIGIN = "https://shop.example"
PASSWORD = "a long walk before breakfast"
PHRASES = {
    "return_item": ["I want to send this back", "how do I return an item", "return my order please", "where do I send a return"],
    "track_parcel": ["where is my parcel", "track my delivery", "has my package been shipped", "my delivery is late"],
}
failures, said_again, done = [], Counter(), Counter()


def stage():
    with open(STAGE, encoding="utf-8") as file:
        return file.read().strip()


class Client:
    """Somebody with a connection of their own."""

    def __init__(self, token=None):
        self.token = token
        self.connection = None

    def ask(self, method, path, body=None, expect=(200, 201), **headers):
        """Says a thing until it is answered; None when it was declined."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if method == "POST" and "Idempotency-Key" not in headers:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                self.connection = self.connection or http.client.HTTPConnection(HOST, timeout=20)
                self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
                answer = self.connection.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.connection = None
                said_again[(stage(), type(error).__name__)] += 1
                time.sleep(0.05)
                continue
            if answer.status in (502, 503, 504) or (answer.status == 409 and b"in-flight" in text):
                said_again[(stage(), answer.status)] += 1
                time.sleep(0.1)
                continue
            if answer.status in expect:
                done[stage()] += 1
                return json.loads(text) if text else None
            failures.append(f"{stage()}: {method} {path}: {answer.status} {text[:300]!r}")
            return None
        failures.append(f"{stage()}: {method} {path}: no answer in a minute")
        return None


def every(client, path):
    """Every item of a list."""
    items, cursor = [], ""
    while True:
        page = client.ask("GET", f"{path}?limit=200{cursor}") or {"items": [], "next_cursor": None}
        items += page["items"]
        if not page["next_cursor"]:
            return items
        cursor = f"&cursor={page['next_cursor']}"


class Staff(Client):
    """Somebody who signs in again when their token is ten minutes old, or was never there."""

    def __init__(self, email):
        super().__init__()
        self.email = email
        self.sign_in()

    def sign_in(self):
        self.token = None
        self.token = self.ask("POST", "/v1/sessions", {"email": self.email, "password": PASSWORD})["access_token"]


def main():
    email = f"leader-{uuid.uuid4().hex[:8]}@guildhall.test"
    founded = Client().ask("POST", "/v1/tenants", {"company": "Upgraded", "leader": {"name": "Ada", "email": email, "password": PASSWORD}})
    leader = Staff(email)
    leader.ask("POST", "/v1/departments", {"key": "desk", "name": "Desk"})
    leader.ask("PUT", f"/v1/departments/desk/members/{founded['member']['id']}", {"role": "owner"})
    for name, phrases in PHRASES.items():
        leader.ask("POST", "/v1/departments/desk/intents", intent(name, phrases))
    release = leader.ask("POST", "/v1/departments/desk/releases", {})
    while release["state"] == "building":
        time.sleep(0.1)
        release = leader.ask("GET", f"/v1/departments/desk/releases/{release['number']}")
    channel = leader.ask("POST", "/v1/channels", {"kind": "web", "name": "Shop", "allowed_origins": [ORIGIN]})

    talks, intents, releases = {}, {}, []

    def talk():
        opened = Client(channel["key"]).ask("POST", "/v1/chat/conversations", {"language": "en"}, Origin=ORIGIN)
        visitor, path = Client(opened["visitor_token"]), f"/v1/chat/conversations/{opened['conversation']['id']}/messages"
        talks[path] = (visitor, {})
        while not os.path.exists(OVER):
            mine = str(uuid.uuid4())
            answer = visitor.ask("POST", path, {"text": "where is my parcel", "client_message_id": mine})
            if answer:
                talks[path][1][mine] = answer["message"]["id"]
                if answer["reply"]["kind"] != "answer":
                    failures.append(f"{stage()}: {answer['reply']}")

    def write():
        editor = Staff(email)
        while not os.path.exists(OVER):
            name = f"n{len(intents)}"
            made = editor.ask("POST", "/v1/departments/desk/intents", intent(name, [f"something about number {len(intents)}"]))
            if made:
                intents[name] = made["id"]
            editor.ask("GET", "/v1/departments/desk/intents?limit=50")
            time.sleep(0.05)

    def publish():
        owner = Staff(email)
        while not os.path.exists(OVER):
            made = owner.ask("POST", "/v1/departments/desk/releases", {"note": "Once more"})
            if made:
                releases.append(made["number"])
            time.sleep(0.5)

    threads = [threading.Thread(target=work) for work in [talk] * 6 + [write, publish]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    leader.sign_in()
    for path, (visitor, acknowledged) in talks.items():
        stored = [item for item in every(visitor, path) if item["from"] == "visitor"]
        hold(path, acknowledged, [(item["client_message_id"], item["id"]) for item in stored])
    hold("intents", intents, [(item["name"], item["id"]) for item in every(leader, "/v1/departments/desk/intents")])
    stored = [item["number"] for item in every(leader, "/v1/departments/desk/releases")]
    if len(set(stored)) != len(stored) or not set(releases) <= set(stored):
        failures.append(f"releases {sorted(set(releases) - set(stored))} were acknowledged and are not there")

    messages = sum(len(acknowledged) for _, acknowledged in talks.values())
    print(f"acknowledged: {messages} messages, {len(intents)} intents, {len(releases)} releases")
    for name, count in done.items():
        again = {str(why): times for (at, why), times in said_again.items() if at == name}
        print(f"  {name}: {count} answered, said again {again or 'never'}")
    for failure in failures[:20]:
        print("FAILED", failure)
    print(f"{len(failures)} failures")
    sys.exit(1 if failures else 0)


def intent(name, phrases):
    return {
        "name": name,
        "phrases": [{"text": text, "language": "en"} for text in phrases],
        "answers": [{"language": "en", "text": f"About {name}."}],
    }


def hold(what, acknowledged, stored):
    """No two alike, and of what was acknowledged nothing is missing or another."""
    by_name = dict(stored)
    if len(by_name) != len(stored) or len(set(by_name.values())) != len(stored):
        failures.append(f"{what}: two are alike")
    for name, identifier in acknowledged.items():
        if by_name.get(name) != identifier:
            failures.append(f"{what}: {name} was acknowledged as {identifier} and is {by_name.get(name)}")


if __name__ == "__main__":
    main()
