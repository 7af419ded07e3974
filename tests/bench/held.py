#!/usr/bin/env python3
"""Hold releases that say in one department's draft what another has live, and no others.

  GUILDHALL_RATE_LIMITS=off guildhall serve &
  tests/bench/held.py --data FOLDER [--base http://127.0.0.1:8080] [--phrases 20] [--trials 20] [--seed 1]

FOLDER holds clinc150.jsonl ({"text", "intent", "split"} a line) and clinc150_domains.json (intents by domain). Four
departments share the domains, each intent with so many phrases of the training split. In each trial 50 phrases of the
validation split, equal to none that is live, come into the draft of `marketing`, and it publishes:

- `own`: phrases of its own domains, each in its intent. None should be held.
- `theirs`: phrases of intents of `sales`, spread over the intents of marketing. All should be held, naming sales, the
  intents and the phrases.

After each the draft is what it was, and so is the live bot. Prints one JSON line a trial and one at the end: how many were
held of each kind, the share of brought phrases that a held release names, and the seconds from publishing to the verdict.
Standard library only.
"""
import argparse, collections, json, pathlib, random, secrets, statistics, sys, time, urllib.error, urllib.request, uuid

GROUPS = {
    "sales": ["banking", "credit_cards"],
    "marketing": ["kitchen_and_dining", "home", "auto_and_commute"],
    "customer-service": ["travel", "work", "utility"],
    "it": ["small_talk", "meta"],
}
BROUGHT = 50
PASSWORD = secrets.token_urlsafe(24)


class Leader:
    """A leader who owns every department, signed in again when the token runs out."""

    def __init__(self, base):
        self.base, self.email = base, f"held-{uuid.uuid4().hex[:10]}@example.com"
        new = self.send("POST", "/v1/tenants", {"company": "Held", "leader": {"name": "Lead Er", "email": self.email, "password": PASSWORD}})
        self.token, self.since, me = new["access_token"], time.time(), new["member"]["id"]
        for key in GROUPS:
            self.call("POST", "/v1/departments", {"key": key, "name": key})
            self.call("PUT", f"/v1/departments/{key}/members/{me}", {"role": "owner"})

    def send(self, method, path, body=None, token=None):
        head = {"Content-Type": "application/json"}
        if token:
            head["Authorization"] = "Bearer " + token
        data = json.dumps(body).encode() if body is not None else None
        for _ in range(60):
            try:
                with urllib.request.urlopen(urllib.request.Request(self.base + path, data, head, method=method), timeout=120) as answer:
                    raw = answer.read()
                    return json.loads(raw) if raw else None
            except urllib.error.HTTPError as error:
                text = error.read().decode()
                if error.code != 503:
                    sys.exit(f"{method} {path}: {error.code} {text}")
                time.sleep(1)
        sys.exit(f"{method} {path}: unavailable for a minute")

    def call(self, method, path, body=None):
        if time.time() - self.since > 480:
            self.token = self.send("POST", "/v1/sessions", {"email": self.email, "password": PASSWORD})["access_token"]
            self.since = time.time()
        return self.send(method, path, body, self.token)

    def publish(self, key):
        """The release when it is built or held, and how long that took."""
        begun = time.perf_counter()
        release = self.call("POST", f"/v1/departments/{key}/releases", {})
        while release["state"] == "building":
            time.sleep(0.05)
            release = self.call("GET", f"/v1/departments/{key}/releases/{release['number']}")
        return release, time.perf_counter() - begun


def plain(text):
    return "".join(c for c in text.lower() if c.isalnum())


def read(folder, phrases, seed):
    """The live phrases of each intent, and the unseen ones, by department."""
    domains = json.loads((folder / "clinc150_domains.json").read_text())
    owner = {intent: key for key, of in GROUPS.items() for domain in of for intent in domains[domain]}
    rows = [json.loads(line) for line in (folder / "clinc150.jsonl").read_text().splitlines()]
    live, unseen, known = collections.defaultdict(list), collections.defaultdict(list), set()
    random.Random(seed).shuffle(rows)
    for row in rows:
        if row["intent"] in owner and row["split"] == "train" and len(live[row["intent"]]) < phrases and plain(row["text"]) not in known:
            live[row["intent"]].append(row["text"])
            known.add(plain(row["text"]))
    for row in rows:
        if row["intent"] in owner and row["split"] in ("valid", "validation") and plain(row["text"]) not in known:
            unseen[owner[row["intent"]]].append((row["intent"], row["text"]))
            known.add(plain(row["text"]))
    return owner, live, unseen


def trial(leader, ids, brought, kind, number):
    """Brings phrases, publishes, and puts everything back."""
    added = []
    for intent in sorted({intent for intent, _ in brought}):
        path = f"/v1/departments/marketing/intents/{ids[intent]}/phrases"
        texts = [text for of, text in brought if of == intent]
        leader.call("POST", path, {"phrases": [{"text": text} for text in texts]})
        added.append((path, {plain(text) for text in texts}))
    release, took = leader.publish("marketing")
    named = {text for harm in release["harms"] for claim in harm["claims"] for text in claim["equal"] + claim["unseen"]}
    found = {
        "trial": number, "kind": kind, "state": release["state"], "seconds": round(took, 2),
        "harms": [{"department": harm["department"], "recall": [harm["recall_before"], harm["recall_after"]], "lost": len(harm["lost"]),
                   "intents": [claim["name"] for claim in harm["claims"]]} for harm in release["harms"]],
        "named": len(named & {text for _, text in brought}) / len(brought),
    }
    print(json.dumps(found), flush=True)
    for path, texts in added:
        page = leader.call("GET", path + "?limit=200")
        for phrase in page["items"]:
            if plain(phrase["text"]) in texts:
                leader.call("DELETE", f"{path}/{phrase['id']}")
    if release["state"] == "held":
        leader.call("POST", f"/v1/departments/marketing/releases/{release['number']}/withdraw")
    else:
        back, _ = leader.publish("marketing")
        if back["state"] != "live":
            sys.exit(f"going back is {back['state']}: {json.dumps(back['harms'])[:500]}")
    return found


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--base", default="http://127.0.0.1:8080")
    ap.add_argument("--data", required=True, type=pathlib.Path)
    ap.add_argument("--phrases", type=int, default=20)
    ap.add_argument("--trials", type=int, default=20)
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    owner, live, unseen = read(a.data, a.phrases, a.seed)
    leader, ids = Leader(a.base), {}
    for name, texts in sorted(live.items()):
        made = leader.call("POST", f"/v1/departments/{owner[name]}/intents",
                           {"name": name, "phrases": [{"text": text} for text in texts], "answers": [{"language": "en", "text": "about " + name}]})
        ids[name] = made["id"]
    for key in GROUPS:
        release, took = leader.publish(key)
        print(json.dumps({"first": key, "state": release["state"], "seconds": round(took, 2),
                          "harms": [harm["department"] for harm in release["harms"]]}), flush=True)
    choose, own = random.Random(a.seed), [name for name in live if owner[name] == "marketing"]
    found = []
    for number in range(a.trials):
        found.append(trial(leader, ids, choose.sample(unseen["marketing"], BROUGHT), "own", number))
        theirs = [(choose.choice(own), text) for _, text in choose.sample(unseen["sales"], BROUGHT)]
        found.append(trial(leader, ids, theirs, "theirs", number))
    of = lambda kind: [one for one in found if one["kind"] == kind]
    names = [one for one in of("theirs") if any(harm["department"] == "sales" for harm in one["harms"])]
    print(json.dumps({
        "own_held": sum(one["state"] == "held" for one in of("own")), "own": len(of("own")),
        "theirs_held": sum(one["state"] == "held" for one in of("theirs")), "theirs": len(of("theirs")), "naming_sales": len(names),
        "named_share": round(statistics.mean(one["named"] for one in of("theirs")), 3),
        "median_seconds": round(statistics.median(one["seconds"] for one in found), 2), "most_seconds": max(one["seconds"] for one in found),
    }))


if __name__ == "__main__":
    main()
