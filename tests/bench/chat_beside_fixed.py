#!/usr/bin/env python3
"""Measure what understanding adds to a chat message: the same route asked in turn of two companies on one server, one with
a bot of a data set's phrases, one whose bot knows nothing and always gives its one fallback.

  GUILDHALL_RATE_LIMITS=off guildhall serve &
  tests/bench/chat_beside_fixed.py --data banking77.jsonl [--split-train train10] [--split-test test] [--messages 1000]

The data file has {"text", "intent", "split"} a line. One connection each, a message at a time, every text once. Prints one
JSON line: both medians and 99th percentiles in milliseconds, and the difference of the medians. Standard library only.
"""
import argparse, http.client, json, random, statistics, sys, time, urllib.parse

from chat_beside_echo import ORIGIN, call, company, sign_up


def bot(base, rows):
    """A company whose bot knows the rows, spread over four departments."""
    token, me = sign_up(base)
    intents = {}
    for row in rows:
        intents.setdefault(row["intent"], []).append({"text": row["text"]})
    keys = ["customer-service", "marketing", "sales", "it"]
    for key in keys:
        call(base, "POST", "/v1/departments", {"key": key, "name": key}, token)
        call(base, "PUT", f"/v1/departments/{key}/members/{me}", {"role": "owner"}, token)
    for n, (name, phrases) in enumerate(sorted(intents.items())):
        call(base, "POST", f"/v1/departments/{keys[n % 4]}/intents",
             {"name": name, "phrases": phrases, "answers": [{"language": "en", "text": "about " + name}]}, token)
    return company(base, token, keys)


def ask(connection, path, token, text):
    """The milliseconds that one message takes, and the reply's kind."""
    body = json.dumps({"text": text})
    head = {"Content-Type": "application/json", "Authorization": "Bearer " + token, "Origin": ORIGIN}
    start = time.perf_counter()
    connection.request("POST", path, body, head)
    answer = connection.getresponse()
    raw = answer.read()
    took = 1e3 * (time.perf_counter() - start)
    if answer.status != 201:
        sys.exit(f"{answer.status} {raw[:300].decode(errors='replace')}")
    return took, json.loads(raw)["reply"]["kind"]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--base", default="http://127.0.0.1:8080")
    ap.add_argument("--data", required=True)
    ap.add_argument("--split-train", default="train10")
    ap.add_argument("--split-test", default="test")
    ap.add_argument("--messages", type=int, default=1000)
    a = ap.parse_args()
    rows = [json.loads(line) for line in open(a.data, encoding="utf-8")]
    texts = [row["text"] for row in rows if row["split"] == a.split_test]
    random.Random(1).shuffle(texts)
    knows = bot(a.base, [row for row in rows if row["split"] == a.split_train])(1)
    nothing = company(a.base, sign_up(a.base)[0], [])(1)
    host = urllib.parse.urlsplit(a.base)
    lines = [http.client.HTTPConnection(host.hostname, host.port, timeout=60) for _ in range(2)]
    took, kinds = ([], []), ({}, {})
    for text in texts[:a.messages]:
        for n, talks in enumerate((knows, nothing)):
            ms, kind = ask(lines[n], *talks[0], text)
            took[n].append(ms)
            kinds[n][kind] = kinds[n].get(kind, 0) + 1
    p50 = [statistics.median(ms) for ms in took]
    p99 = [sorted(ms)[int(0.99 * len(ms))] for ms in took]
    print(json.dumps({"messages": len(took[0]), "bot_p50_ms": round(p50[0], 3), "fixed_p50_ms": round(p50[1], 3),
                      "p50_apart_ms": round(p50[0] - p50[1], 3), "bot_p99_ms": round(p99[0], 3), "fixed_p99_ms": round(p99[1], 3),
                      "bot_replies": kinds[0], "fixed_replies": kinds[1]}))


if __name__ == "__main__":
    main()
