import { openPullWorld } from "./pull-world.ts";

/** A process that fetches, so that a test can kill it. Its clock is ahead, so leases of those killed before have run out. */
const [uri, aheadMs] = [String(process.argv[2]), Number(process.argv[3])];
const { pulls } = await openPullWorld(uri, { now: () => new Date(Date.now() + aheadMs) });
process.send?.("ready");
for (;;) {
  if (!(await pulls.step())) await new Promise((resolve) => setTimeout(resolve, 20));
}
