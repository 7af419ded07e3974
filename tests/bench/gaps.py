#!/usr/bin/env python3
"""Gaps of a running server, measured: clinc150 in departments by domain, some intents withheld, their messages sent among
messages that are out of scope. How many of the withheld intents are found as gaps, and is the likely department right?

    gaps.py DATA [--server http://127.0.0.1:8080] [--draws 3] [--shots 100] [--departments 10] [--json]

DATA is the folder with clinc150.jsonl and clinc150_domains.json. Run the server with GUILDHALL_RATE_LIMITS=off, and with
GUILDHALL_ENCODER=off for the static tier alone. Standard library only. A visitor who gets a wrong answer rates it 1, as
people would; while gaps are gathered another one asks what the bot knows, and is timed.
"""
import argparse, json, pathlib, random, statistics, threading, time, urllib.error, urllib.request
from concurrent.futures import ThreadPoolExecutor

WITHHELD, EACH, SCOPELESS, ORIGIN = 15, 40, "__oos__", "https://shop.example"


class Client:
    def __init__(self, server, token=None):
        self.server, self.token = server, token

    def ask(self, method, path, body=None, **headers):
        data = None if body is None else json.dumps(body).encode()
        headers = {key.replace("_", "-"): value for key, value in headers.items()}
        if data is not None:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.server + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}") from None
        return json.loads(text) if text else None

    def as_(self, token):
        return Client(self.server, token)


def found_company(server, draw):
    mail = f"leader-{time.time_ns()}@guildhall.test"
    leader = {"name": "Leader", "email": mail, "password": "a long walk before breakfast"}
    made = Client(server).ask("POST", "/v1/tenants", {"company": f"Draw {draw}", "leader": leader})
    return Client(server, made["access_token"]), made["member"]["id"]


def open_departments(leader, member, departments, phrases):
    """Each department with its live intents; gives the owner's key of a department for each intent."""
    for key, intents in departments.items():
        leader.ask("POST", "/v1/departments", {"key": key, "name": key.replace("-", " ")})
        leader.ask("PUT", f"/v1/departments/{key}/members/{member}", {"role": "owner"})
        content = {"format": "guildhall", "version": 1, "intents": [
            {"name": name, "phrases": [{"text": text} for text in phrases[name]],
             "answers": [{"language": "en", "text": f"About {name}."}]} for name in intents if name in phrases]}
        leader.ask("POST", f"/v1/departments/{key}/imports?format=guildhall", content)
    for key in departments:
        leader.ask("POST", f"/v1/departments/{key}/releases", {})
    wait(lambda: len(leader.ask("GET", "/v1/bot")["releases"]) == len(departments), 600, "the bot")


def wait(so, seconds, what):
    end = time.monotonic() + seconds
    while not so():
        if time.monotonic() > end:
            raise SystemExit(f"{what}: not so after {seconds} s")
        time.sleep(0.25)


def send(channel, text, rate):
    """A visitor of its own; gives the kind of the reply and how long it took."""
    opened = channel.ask("POST", "/v1/chat/conversations", {"language": "en"}, Origin=ORIGIN)
    visitor, path = channel.as_(opened["visitor_token"]), f"/v1/chat/conversations/{opened['conversation']['id']}"
    begun = time.monotonic()
    said = visitor.ask("POST", f"{path}/messages", {"text": text})
    took, reply = time.monotonic() - begun, said["reply"]
    if rate and reply["kind"] == "answer":
        visitor.ask("POST", f"{path}/rating", {"score": 1, "message": reply["message"]["id"]})
    elif rate and reply["kind"] == "disambiguation":
        visitor.ask("POST", f"{path}/messages", {"text": "none of these"})
    return said["message"]["id"], reply["kind"], took


def listed(leader):
    items, cursor = [], ""
    while True:
        page = leader.ask("GET", f"/v1/gaps?limit=200{cursor}")
        items += page["items"]
        if not page["next_cursor"]:
            return items
        cursor = f"&cursor={page['next_cursor']}"


def draw_once(options, rows, domains, seed):
    rng = random.Random(seed)
    held = set(rng.sample(sorted({row["intent"] for row in rows} - {SCOPELESS}), WITHHELD))
    phrases, fresh = {}, {}
    for row in rows:
        if row["split"] == "train":
            phrases.setdefault(row["intent"], []).append(row["text"])
        elif row["split"] in ("valid", "test"):
            fresh.setdefault(row["intent"], []).append((row["text"], row["split"]))
    live = {name: texts[: options.shots] for name, texts in phrases.items() if name not in held and name != SCOPELESS}
    names = sorted(domains)
    groups = {f"dep-{at}": [] for at in range(options.departments)}
    owner = {}
    for at, domain in enumerate(names):
        key = f"dep-{at * options.departments // len(names)}"
        groups[key] += domains[domain]
        owner.update(dict.fromkeys(domains[domain], key))
    leader, member = found_company(options.server, seed)
    open_departments(leader, member, groups, live)
    channel = leader.ask("POST", "/v1/channels", {"kind": "web", "name": "Shop", "allowed_origins": [ORIGIN]})
    channel = Client(options.server, channel["key"])
    messages = [(text, intent) for intent in held for text, _ in rng.sample(fresh[intent], EACH)]
    messages += [(text, SCOPELESS) for text, split in fresh[SCOPELESS] if split == "test"][:1000]
    rng.shuffle(messages)

    asked, stop = [], threading.Event()

    def ask_on():
        known = [texts[0] for texts in live.values()]
        while not stop.is_set():
            asked.append(send(channel, rng.choice(known), False)[2])
            time.sleep(0.05)

    beside = threading.Thread(target=ask_on)
    beside.start()
    begun = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(lambda message: send(channel, message[0], True), messages))
    spent_sending = time.monotonic() - begun
    intent_of = {message[0]: said[1] for message, said in zip(sent, messages)}
    # All is gathered when nothing changes any more.
    known, since = None, time.monotonic()
    while time.monotonic() - since < 6:
        now = sum(gap["count"] for gap in listed(leader))
        if now != known:
            known, since = now, time.monotonic()
        time.sleep(0.5)
    spent = since - begun
    stop.set()
    beside.join()

    recovered, right, groups_found = {}, 0, listed(leader)
    for gap in groups_found:
        if gap["count"] < EACH / 2 * 0.8:
            continue
        whole = leader.ask("GET", f"/v1/gaps/{gap['id']}")
        inside = [intent_of.get(example["message"], "?") for example in whole["examples"]]
        best = max(set(inside), key=inside.count)
        # A gap keeps fifty examples; where it has more messages they speak for all.
        hits = inside.count(best) * gap["count"] / len(inside)
        if best not in (SCOPELESS, "?") and inside.count(best) / len(inside) >= 0.8 and hits >= EACH / 2:
            likely = gap["likely"][0]["department"] if gap["likely"] else None
            recovered[best] = likely == owner[best]
    right = sum(recovered.values())
    kinds = [kind for _, kind, _ in sent]
    return {
        "seed": seed, "recovered": len(recovered), "department_right": right, "gaps": len(groups_found), "gathered": known,
        "fallbacks": kinds.count("fallback"), "answers_rated_1": kinds.count("answer"), "questions": kinds.count("disambiguation"),
        "sent_in_s": round(spent_sending, 1), "all_in_s": round(spent, 1), "chat_p50_ms": round(1000 * statistics.median(asked), 1),
        "chat_p99_ms": round(1000 * sorted(asked)[int(0.99 * (len(asked) - 1))], 1), "missed": sorted(held - set(recovered)),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--server", default="http://127.0.0.1:8080")
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shots", type=int, default=100)
    parser.add_argument("--departments", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = [json.loads(line) for line in (options.data / "clinc150.jsonl").read_text().splitlines()]
    domains = json.loads((options.data / "clinc150_domains.json").read_text())
    results = []
    for seed in range(options.seed, options.seed + options.draws):
        results.append(draw_once(options, rows, domains, seed))
        print(json.dumps(results[-1]), flush=True)
    mean = statistics.mean(result["recovered"] for result in results)
    right = sum(result["department_right"] for result in results) / max(1, sum(result["recovered"] for result in results))
    print(json.dumps({"recovered_on_average": round(mean, 2), "likely_department_right": round(right, 3)}))


if __name__ == "__main__":
    main()
