// The demo company under test, on a free port, with the passwords that it prints at its start.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../../../target", import.meta.url));
const binary = process.env.GUILDHALL ?? `${target}/debug/guildhall`;

/** Starts the demo: `{ address, password(email), stop() }`. */
export async function demo() {
  const env = { PATH: process.env.PATH, GUILDHALL_LISTEN: "127.0.0.1:0", GUILDHALL_RATE_LIMITS: "off", GUILDHALL_LOG: "warn" };
  const server = spawn(binary, ["demo"], { env, stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  const address = await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`the demo ended with ${code}:\n${printed}`)));
    server.stdout.on("data", (chunk) => {
      printed += chunk;
      const found = printed.match(/Open (http:\S+)\/console in a browser/);
      if (found && printed.includes("Look as the leader")) resolve(found[1]);
    });
  });
  return {
    address,
    password(email) {
      const line = printed.split("\n").find((text) => text.startsWith(email));
      return line.split(/\s+/)[1];
    },
    async stop() {
      server.removeAllListeners("exit");
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGTERM");
      await ended;
    },
  };
}
