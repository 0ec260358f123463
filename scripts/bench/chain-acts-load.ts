import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { receipt } from "../../backend/lib/schemas.ts";
import { quantile } from "./bench.ts";
import { createChainFollower } from "./chain-acts-chain.ts";
import { Connection } from "./chain-acts-http.ts";
import type { SignedPair } from "./chain-acts-parties.ts";

/* The load generator, a process of its own: sends what was signed before, and compares the chain with what the API took. */

/** A withdrawal that its party has delivered to the chain by itself already: there it must fail. */
export interface DoomedAct {
  readonly enterprise: number;
  readonly requestId: string;
  readonly actId: string;
  readonly body: string;
}

export interface LoadOrder {
  readonly url: string;
  readonly rpcUrl: string;
  readonly contracts: { financing: string; relay: string };
  readonly file: string;
  readonly pairs: number;
  readonly tokens: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Acts a second, at most. */
  readonly rate: number;
  /** Acts taken by the API and not yet on the chain, at most. */
  readonly maxBehind: number;
  readonly doomed: readonly DoomedAct[];
  readonly operatorToken: string;
}

export interface LoadResult {
  readonly acts: number;
  readonly seconds: number;
  readonly sendingSeconds: number;
  readonly answerP50: number;
  readonly answerP99: number;
  readonly answerMost: number;
  readonly receiptP50: number;
  readonly receiptP99: number;
  readonly failedActs: number;
  readonly transactions: number;
  readonly transactionsWithFailure: number;
  readonly refusedForNow: number;
  readonly trouble: readonly string[];
}

const EVERY_FOR_RECEIPT = 401;
const SETTLE_SECONDS = 180;
const now = (): number => performance.now();

async function run(order: LoadOrder): Promise<LoadResult> {
  const { url, tokens, rate, maxBehind } = order;
  const follower = createChainFollower(order.rpcUrl, order.contracts);
  await follower.start();
  const indexOf = new Map<string, number>();
  const acknowledged = { opened: new Uint8Array(order.pairs), withdrawn: new Uint8Array(order.pairs) };
  const seen = { opened: new Uint8Array(order.pairs), withdrawn: new Uint8Array(order.pairs) };
  const hashes = new Map<string, string>();
  const failed = new Set<string>();
  const transactions = new Set<string>();
  const withFailure = new Set<string>();
  const answerMs: number[] = [];
  const receiptMs: number[] = [];
  const watched: Promise<void>[] = [];
  const trouble: string[] = [];
  const say = (text: string): void => void (trouble.length < 20 && trouble.push(text));
  let [sent, taken, onChain, refused] = [0, 0, 0, 0];
  let sending = true;

  const lines = createInterface({ input: createReadStream(order.file, { highWaterMark: 1 << 20 }) })[
    Symbol.asyncIterator
  ]();
  let serial = 0;
  const started = now();
  const until = started + order.seconds * 1000;

  async function follow(): Promise<number> {
    const events = await follower.poll();
    for (const { kind, subject, transactionHash } of events) {
      transactions.add(transactionHash);
      if (kind === "failed") {
        failed.add(subject);
        withFailure.add(transactionHash);
        continue;
      }
      const index = indexOf.get(subject);
      if (index === undefined) continue;
      seen[kind][index]! += 1;
      onChain += 1;
      if (index % EVERY_FOR_RECEIPT === 0) hashes.set(`${kind}|${index}`, transactionHash);
    }
    return events.length;
  }

  /** Asks for the receipt as its party would, until it is confirmed. */
  async function watch(token: string, id: string, at: number, key: string): Promise<void> {
    const connection = await Connection.open(url);
    try {
      for (;;) {
        const answer = await connection.send("GET", `/api/v1/receipts/${id}`, token);
        const found = receipt.parse(JSON.parse(answer.body));
        if (found.state === "confirmed") {
          receiptMs.push(now() - at);
          while (!hashes.has(key)) await sleep(200);
          if (hashes.get(key) !== found.transactionHash) say(`receipt ${id} names another transaction than the chain`);
          return;
        }
        if (found.state === "failed") return say(`receipt ${id} failed: ${found.reason}`);
        await sleep(100);
      }
    } catch (error) {
      say(`receipt ${id}: ${(error as Error).message}`);
    } finally {
      connection.close();
    }
  }

  async function act(connection: Connection, path: string, token: string, body: string): Promise<string> {
    for (;;) {
      const at = now();
      const answer = await connection.send("POST", path, token, body);
      if (answer.status < 300) {
        answerMs.push(now() - at);
        return answer.body;
      }
      if (answer.status !== 503) throw new Error(`${path} answered ${answer.status} ${answer.body.slice(0, 300)}`);
      refused += 1;
      await sleep(answer.retryAfterSeconds * 1000);
    }
  }

  const mayGoOn = async (): Promise<boolean> => {
    while (now() < until) {
      if (sent < ((now() - started) / 1000) * rate && taken - onChain < maxBehind) return true;
      await sleep(5);
    }
    return false;
  };

  async function client(): Promise<void> {
    const connection = await Connection.open(url);
    try {
      while (await mayGoOn()) {
        const line = await lines.next();
        if (line.done) return say("the signed acts ran out before the time");
        const index = serial++;
        const pair = JSON.parse(line.value) as SignedPair;
        const token = tokens[pair.enterprise]!;
        indexOf.set(pair.requestKey, index);
        sent += 2;
        let at = now();
        const opened = await act(connection, "/api/v1/requests", token, pair.requestBody);
        acknowledged.opened[index] = 1;
        taken += 1;
        const requestId = /"id":"([^"]+)"/.exec(opened)![1]!;
        const watch1 = index % EVERY_FOR_RECEIPT === 0;
        if (watch1) watched.push(watch(token, pair.requestAct, at, `opened|${index}`));
        at = now();
        await act(connection, `/api/v1/requests/${requestId}/withdrawal`, token, pair.withdrawalBody);
        acknowledged.withdrawn[index] = 1;
        taken += 1;
        if (watch1) watched.push(watch(token, pair.withdrawalAct, at, `withdrawn|${index}`));
      }
    } catch (error) {
      say((error as Error).message);
    } finally {
      connection.close();
    }
  }

  async function sendDoomed(): Promise<number> {
    const connection = await Connection.open(url);
    const everyMs = (order.seconds * 1000) / Math.max(1, order.doomed.length);
    let count = 0;
    for (const { enterprise, requestId, body } of order.doomed) {
      if (!sending) break;
      await act(connection, `/api/v1/requests/${requestId}/withdrawal`, tokens[enterprise]!, body).catch(
        (error: Error) => say(error.message),
      );
      count += 1;
      await sleep(Math.max(0, started + count * everyMs - now()));
    }
    connection.close();
    return count;
  }

  let following = true;
  const followed = (async () => {
    while (following) {
      await follow();
      process.send?.({ progress: { taken, onChain } });
      await sleep(250);
    }
  })();
  const doomedSent = sendDoomed();
  await Promise.all(Array.from({ length: order.connections }, client));
  sending = false;
  const sendingSeconds = (now() - started) / 1000;
  const doomedCount = await doomedSent;

  const operator = await Connection.open(url);
  const limit = now() + SETTLE_SECONDS * 1000;
  for (;;) {
    const { body } = await operator.send("GET", "/api/v1/status", order.operatorToken);
    const status = JSON.parse(body) as { queuedActs: number; openTransactions: number; outboxWaiting: number };
    if (status.queuedActs + status.openTransactions + status.outboxWaiting === 0) break;
    if (now() > limit) {
      say(`not settled after ${SETTLE_SECONDS} s: ${body.slice(0, 200)}`);
      break;
    }
    await sleep(100);
  }
  const seconds = (now() - started) / 1000;
  operator.close();
  following = false;
  await followed;
  await follow();
  await Promise.race([Promise.all(watched), sleep(20_000)]);

  let acts = 0;
  for (const kind of ["opened", "withdrawn"] as const) {
    for (let index = 0; index < order.pairs; index++) {
      const [asked, done] = [acknowledged[kind][index]!, seen[kind][index]!];
      if (asked === 1 && done === 1) acts += 1;
      else if (asked === 1 || done > 0) say(`${kind} ${index}: taken ${asked} times, on the chain ${done} times`);
    }
  }
  const doomed = new Set(order.doomed.slice(0, doomedCount).map(({ actId }) => actId));
  for (const id of failed) if (!doomed.has(id)) say(`act ${id} failed on the chain`);
  for (const id of doomed) if (!failed.has(id)) say(`act ${id} was to fail on the chain and did not`);
  return {
    ...{ acts, seconds, sendingSeconds, failedActs: doomed.size },
    ...{ answerP50: quantile(answerMs, 0.5), answerP99: quantile(answerMs, 0.99) },
    answerMost: quantile(answerMs, 1),
    ...{ receiptP50: quantile(receiptMs, 0.5), receiptP99: quantile(receiptMs, 0.99) },
    ...{ transactions: transactions.size, transactionsWithFailure: withFailure.size, refusedForNow: refused, trouble },
  };
}

process.on("disconnect", () => process.exit(1));
process.once("message", (order: LoadOrder) => {
  run(order).then(
    (result) => process.send?.({ result }, () => process.exit(0)),
    (error: Error) => process.send?.({ error: error.stack ?? error.message }, () => process.exit(1)),
  );
});
