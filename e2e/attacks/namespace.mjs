// Puts the whole suite, browser and all, into a network namespace of its own, where every address is this machine and every name
// is asked of the canary: only there is a DNS query seen whatever resolver the browser brings, and a forgotten way out ends here.
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const INSIDE = "SANDPLOT_ATTACKS_NAMESPACE";

/** Whether this process is already in there. */
export const inside = process.env[INSIDE] === "1";

/**
 * Starts this program again in a namespace and ends with it. Returns only where the system grants none: as root it does, and for
 * others where user namespaces are allowed. Then names cannot be watched, and the report says so.
 */
export function enter() {
  if (inside) return;
  const resolv = join(mkdtempSync(join(tmpdir(), "sandplot-attacks-")), "resolv.conf");
  writeFileSync(resolv, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
  // All of IPv4 is local; the pair of virtual cards is there so that browsers do not think they are offline.
  const setUp = [
    "ip link set lo up",
    "(ip link add sp0 type veth peer name sp1 && ip addr add 203.0.113.5/24 dev sp0 && ip link set sp0 up && ip link set sp1 up && ip route add default via 203.0.113.1) 2>/dev/null || true",
    "ip route add local 0.0.0.0/0 dev lo",
    `mount --bind ${resolv} /etc/resolv.conf`,
  ].join(" && ");
  for (const flags of [
    ["-n", "-m"],
    ["-r", "-n", "-m"],
  ]) {
    const probe = spawnSync("unshare", [...flags, "sh", "-c", setUp], { stdio: "ignore" });
    if (probe.status !== 0) continue;
    const run = spawnSync(
      "unshare",
      [...flags, "sh", "-c", `${setUp} && exec "$@"`, "sh", process.execPath, ...process.argv.slice(1)],
      { stdio: "inherit", env: { ...process.env, [INSIDE]: "1" } },
    );
    process.exit(run.status ?? 1);
  }
}
