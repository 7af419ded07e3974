// Holds what is built in to deny.toml (licences, banned crates and versions, sources) where cargo-deny is not at hand.
// It reads the form in which deny.toml is written here, not all of TOML.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const rules = readFileSync("deny.toml", "utf8");
const allowed = new Set([...rules.match(/^allow = \[([^\]]*)\]/m)[1].matchAll(/"([^"]+)"/g)].map((match) => match[1]));
const banned = [...rules.matchAll(/crate = "([^":]+)(?::<([\d.]+))?", reason = "([^"]+)"/g)].map(
  ([, name, floor, reason]) => ({ name, floor, reason }),
);
const registry = rules.match(/^allow-registry = \["([^"]+)"\]/m)[1];

const cargo = (line) => execFileSync("cargo", line.split(" "), { encoding: "utf8", maxBuffer: 1 << 28 });
/** What is really built, for any target; the metadata also list what no feature asks for. */
const built = new Set(cargo("tree --workspace --locked --target all --prefix none --format {p}").split("\n").map(named));
const packages = JSON.parse(cargo("metadata --format-version 1 --locked")).packages.filter(({ name, version }) =>
  built.has(`${name} v${version}`),
);

/** A package's name and version, without what stands behind them. */
function named(line) {
  return line.split(" ").slice(0, 2).join(" ");
}

/** Whether an SPDX expression can be satisfied with allowed licences. The old form «MIT/Apache-2.0» means OR. */
function satisfied(expression) {
  const words = expression.replaceAll("/", " OR ").match(/[()]|[^\s()]+/g) ?? [];
  const next = () => words.shift();
  function either() {
    let good = both();
    while (words[0] === "OR") {
      next();
      good = both() || good;
    }
    return good;
  }
  function both() {
    let good = one();
    while (words[0] === "AND") {
      next();
      good = one() && good;
    }
    return good;
  }
  function one() {
    let licence = next();
    if (licence === "(") {
      const good = either();
      next();
      return good;
    }
    if (words[0] === "WITH") {
      licence += ` ${next()} ${next()}`;
    }
    return allowed.has(licence);
  }
  return either();
}

/** Whether a version stands below another; what stands behind a hyphen does not count. */
function below(version, floor) {
  const [a, b] = [version, floor].map((text) => text.split(/[-+]/)[0].split(".").map(Number));
  const at = a.findIndex((part, place) => part !== b[place]);
  return at >= 0 && a[at] < b[at];
}

const flaws = [];
for (const { name, version, license, source } of packages) {
  if (source !== null && source !== `registry+${registry}`) {
    flaws.push(`${name} ${version} comes from ${source}`);
  }
  if (!satisfied(license ?? "none")) {
    flaws.push(`${name} ${version} is under ${license ?? "no licence that it names"}`);
  }
  for (const ban of banned.filter((ban) => ban.name === name && (!ban.floor || below(version, ban.floor)))) {
    flaws.push(`${name} ${version}: ${ban.reason}`);
  }
}
flaws.forEach((flaw) => console.error(flaw));
console.log(`${packages.length} packages, ${allowed.size} licences, ${banned.length} bans: ${flaws.length} flaws`);
process.exitCode = flaws.length > 0 ? 1 : 0;
