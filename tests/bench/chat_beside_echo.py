#!/usr/bin/env python3
"""Measure the chat of a running server beside a bare actix JSON echo, in turn, under the same wrk.

  GUILDHALL_RATE_LIMITS=off guildhall serve &            cargo run --release -p guildhall-api --example echo &
  tests/bench/chat_beside_echo.py [--base http://127.0.0.1:8080] [--echo http://127.0.0.1:8099] [--rounds 3]

Signs a company up with a small bot, opens conversations, and lets wrk (Debian's package) post from all connections: a
round of echo, a round of chat, and so on. Prints one JSON line: the medians of messages a second and of latencies, their
ratio, and what failed. Standard library only.
"""
import argparse, json, pathlib, re, secrets, statistics, subprocess, sys, tempfile, time, urllib.request, uuid

TOPICS = ["return a jacket", "track my parcel", "change delivery address", "student discount", "opening hours",
          "gift card balance", "reset my password", "update the app", "size of hiking boots", "cancel an order"]
FORMS = ["how do I {}", "I want to {}", "can you help me to {}", "{} please", "question about {}", "where can I {}"]
ORIGIN = "http://127.0.0.1"

LUA = """
local talks = {%s}
local texts = {%s}
local n, threads = 0, 0
function setup(thread) thread:set("tid", threads); threads = threads + 1 end
function init() math.randomseed(tid + 1) end
function request()
  n = n + 1
  local talk = talks[math.random(#talks)]
  local body = string.format('{"text":"%%s","client_message_id":"%%s-%%d-%%d"}', texts[math.random(#texts)], talk[3], tid, n)
  return wrk.format("POST", talk[1], {["Content-Type"]="application/json", ["Authorization"]="Bearer " .. talk[2]}, body)
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('WRK {"requests":%%d,"seconds":%%.3f,"errors":%%d,"p50_ms":%%.3f,"p99_ms":%%.3f}\\n', summary.requests,
    summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


def call(base, method, path, body=None, token=None):
    head = {"Content-Type": "application/json", "Origin": ORIGIN}
    if token:
        head["Authorization"] = "Bearer " + token
    request = urllib.request.Request(base + path, json.dumps(body).encode() if body is not None else None, head, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def sign_up(base):
    """A new company's token and its leader."""
    new = call(base, "POST", "/v1/tenants", {"company": "Bench", "leader": {
        "name": "Lead Er", "email": f"bench-{uuid.uuid4().hex[:10]}@example.com", "password": secrets.token_urlsafe(24)}})
    return new["access_token"], new["member"]["id"]


def company(base, token, departments):
    """Publishes the departments and opens a channel; gives what opens so many conversations: paths and visitors' tokens."""
    for key in departments:
        release = call(base, "POST", f"/v1/departments/{key}/releases", {}, token)
        while release["state"] == "building":
            time.sleep(0.1)
            release = call(base, "GET", f"/v1/departments/{key}/releases/{release['number']}", token=token)
    key = call(base, "POST", "/v1/channels", {"kind": "web", "name": "Bench", "allowed_origins": [ORIGIN]}, token)["key"]

    def open_talks(count):
        talks = [call(base, "POST", "/v1/chat/conversations", {"language": "en"}, key) for _ in range(count)]
        return [(f"/v1/chat/conversations/{t['conversation']['id']}/messages", t["visitor_token"]) for t in talks]
    return open_talks


def shop(base):
    """A company with a small bot of these topics."""
    token, me = sign_up(base)
    call(base, "POST", "/v1/departments", {"key": "sales", "name": "Sales"}, token)
    call(base, "PUT", f"/v1/departments/sales/members/{me}", {"role": "owner"}, token)
    for topic in TOPICS:
        call(base, "POST", "/v1/departments/sales/intents", {"name": topic, "phrases": [{"text": f.format(topic)} for f in FORMS],
             "answers": [{"language": "en", "text": "about " + topic}]}, token)
    return company(base, token, ["sales"])


def wrk(base, talks, a, run):
    lines = ",".join("{%s}" % ",".join(map(json.dumps, (path, token, f"{run}-{n}"))) for n, (path, token) in enumerate(talks))
    texts = ",".join(json.dumps(f.format(t)) for t in TOPICS for f in FORMS)
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder, "post.lua")
        script.write_text(LUA % (lines, texts))
        out = subprocess.run(["wrk", "-t2", f"-c{a.connections}", f"-d{a.seconds}s", "-s", str(script), base], capture_output=True, text=True)
    found = re.search(r"WRK (\{.*\})", out.stdout)
    if not found:
        sys.exit(out.stdout[-500:] + out.stderr[-500:])
    return json.loads(found.group(1))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--base", default="http://127.0.0.1:8080")
    ap.add_argument("--echo", default="http://127.0.0.1:8099")
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--seconds", type=int, default=5)
    ap.add_argument("--connections", type=int, default=32)
    a = ap.parse_args()
    talks = shop(a.base)(64)
    echo, chat = [], []
    for run in range(a.rounds):
        echo.append(wrk(a.echo, [("/echo", "none")], a, run))
        chat.append(wrk(a.base, talks, a, run))
    rate = lambda rows: statistics.median(r["requests"] / r["seconds"] for r in rows)
    middle = lambda rows, key: statistics.median(r[key] for r in rows)
    print(json.dumps({"chat_per_s": round(rate(chat)), "echo_per_s": round(rate(echo)), "ratio": round(rate(chat) / rate(echo), 4),
                      "chat_p50_ms": middle(chat, "p50_ms"), "echo_p50_ms": middle(echo, "p50_ms"), "chat_p99_ms": middle(chat, "p99_ms"),
                      "errors": sum(r["errors"] for r in chat + echo)}))
    return 1 if any(r["errors"] for r in chat + echo) else 0


if __name__ == "__main__":
    sys.exit(main())
