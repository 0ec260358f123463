import { setImmediate as breathe } from "node:timers/promises";
import { type AccessList, getBytes, keccak256, Transaction, toQuantity } from "ethers";
import { RpcError } from "./anvil-rpc.ts";
import type { BlockHistory, RpcLog, StoredBlock } from "./history.ts";

/** More logs than this are no answer to one question: the asker takes smaller ranges. */
const MAX_LOGS = 20_000;
const BLOOMS_AT_ONCE = 2_000;
const BLOCKS_BEFORE_A_BREATH = 20;

const wrong = (message: string): RpcError => new RpcError(-32602, message);

function hashParam(value: unknown): string {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]{64}$/.test(value)) throw wrong("a hash is 0x and 64 hex digits");
  return value;
}

function indexParam(value: unknown): number {
  const index = typeof value === "string" && /^0x[0-9a-fA-F]{1,8}$/.test(value) ? Number(value) : value;
  if (!Number.isSafeInteger(index) || (index as number) < 0) throw wrong("an index is a number as 0x and hex digits");
  return index as number;
}

/** What was sealed here is final: there is no other chain to give way to. */
function numberParam(value: unknown, head: number): number | "pending" {
  if (value === undefined || value === null || value === "latest" || value === "safe" || value === "finalized") {
    return head;
  }
  if (value === "pending") return value;
  if (value === "earliest") return 0;
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]{1,13}$/.test(value)) {
    throw wrong("a block is a number as 0x and hex digits, or a tag such as latest");
  }
  return Number(value);
}

/** A mined transaction as JSON-RPC shows it, from its signed bytes and its receipt. */
function transactionAt({ block, receipts, raws }: StoredBlock, position: number): object | null {
  const raw = raws[position];
  const receipt = receipts[position];
  if (raw === undefined || receipt === undefined) return null;
  const tx = Transaction.from(raw);
  const { signature } = tx;
  const quantity = (value: bigint | number | null) => (value === null ? null : toQuantity(value));
  const trimmed = (hex: string | undefined) => (hex === undefined ? null : toQuantity(hex));
  return {
    type: quantity(tx.type),
    ...(tx.chainId > 0n ? { chainId: quantity(tx.chainId) } : {}),
    nonce: quantity(tx.nonce),
    gas: quantity(tx.gasLimit),
    ...(tx.maxFeePerGas === null
      ? {}
      : { maxFeePerGas: quantity(tx.maxFeePerGas), maxPriorityFeePerGas: quantity(tx.maxPriorityFeePerGas) }),
    gasPrice: receipt.effectiveGasPrice,
    to: tx.to?.toLowerCase() ?? null,
    value: quantity(tx.value),
    ...(tx.accessList ? { accessList: accessListOf(tx.accessList) } : {}),
    ...(tx.authorizationList ? { authorizationList: authorizations(tx.authorizationList) } : {}),
    input: tx.data,
    r: trimmed(signature?.r),
    s: trimmed(signature?.s),
    ...(tx.type === 0 ? {} : { yParity: quantity(signature?.yParity ?? 0) }),
    v: quantity(tx.type === 0 ? (signature?.networkV ?? signature?.v ?? 0) : (signature?.yParity ?? 0)),
    hash: tx.hash,
    blockHash: block.hash,
    blockNumber: block.number,
    transactionIndex: toQuantity(position),
    from: receipt.from,
    blockTimestamp: block.timestamp,
  };
}

const accessListOf = (list: AccessList) =>
  list.map(({ address, storageKeys }) => ({ address: address.toLowerCase(), storageKeys }));

const authorizations = (list: NonNullable<Transaction["authorizationList"]>) =>
  list.map(({ chainId, address, nonce, signature }) => ({
    ...{ chainId: toQuantity(chainId), address: address.toLowerCase(), nonce: toQuantity(nonce) },
    ...{ r: toQuantity(signature.r), s: toQuantity(signature.s), yParity: toQuantity(signature.yParity) },
  }));

function shown(stored: StoredBlock | undefined, full: unknown): object | null {
  if (!stored) return null;
  if (full !== true) return stored.block;
  return { ...stored.block, transactions: stored.raws.map((_, position) => transactionAt(stored, position)) };
}

interface LogFilter {
  addresses: ReadonlySet<string> | undefined;
  /** By position; undefined takes any. */
  topics: (ReadonlySet<string> | undefined)[];
}

function filterParam(value: unknown): LogFilter & Record<"fromBlock" | "toBlock" | "blockHash", unknown> {
  const filter = value as Record<string, unknown> | undefined;
  if (typeof filter !== "object" || filter === null) throw wrong("eth_getLogs takes one filter object");
  const oneOf = (given: unknown, what: string, pattern: RegExp): ReadonlySet<string> | undefined => {
    if (given === undefined || given === null) return undefined;
    const list: unknown[] = Array.isArray(given) ? given : [given];
    for (const one of list) if (typeof one !== "string" || !pattern.test(one)) throw wrong(`${what} is wrong`);
    return list.length === 0 ? undefined : new Set((list as string[]).map((one) => one.toLowerCase()));
  };
  const topics = filter.topics ?? [];
  if (!Array.isArray(topics) || topics.length > 4) throw wrong("topics is a list of at most four");
  return {
    addresses: oneOf(filter.address, "address", /^0x[0-9a-fA-F]{40}$/),
    topics: topics.map((topic) => oneOf(topic, "a topic", /^0x[0-9a-fA-F]{64}$/)),
    fromBlock: filter.fromBlock,
    toBlock: filter.toBlock,
    blockHash: filter.blockHash,
  };
}

/** Three bits of 2,048, as the yellow paper has it; the filter's last byte holds the lowest. */
function bloomBits(item: string): [index: number, mask: number][] {
  const hash = getBytes(keccak256(item));
  return [0, 2, 4].map((at) => {
    const bit = ((hash[at]! << 8) | hash[at + 1]!) & 2_047;
    return [255 - (bit >> 3), 1 << (bit & 7)];
  });
}

/** False only when no log of the block can fit. */
function bloomTest({ addresses, topics }: LogFilter): (bloom: Uint8Array) => boolean {
  const wanted = [addresses, ...topics].filter((set) => set !== undefined).map((set) => [...set].map(bloomBits));
  return (bloom) => wanted.every((any) => any.some((bits) => bits.every(([at, mask]) => (bloom[at]! & mask) !== 0)));
}

const fits = (log: RpcLog, { addresses, topics }: LogFilter): boolean =>
  (addresses?.has(log.address.toLowerCase()) ?? true) &&
  topics.length <= log.topics.length &&
  topics.every((any, i) => any?.has(log.topics[i] as string) ?? true);

async function logs(history: BlockHistory, param: unknown): Promise<RpcLog[]> {
  const filter = filterParam(param);
  const found: RpcLog[] = [];
  const search = (stored: StoredBlock | undefined) => {
    for (const receipt of stored?.receipts ?? []) {
      for (const log of receipt.logs) if (fits(log, filter)) found.push(log);
    }
    if (found.length > MAX_LOGS) {
      throw new RpcError(-32005, `more than ${MAX_LOGS} logs fit; ask for a smaller range of blocks`);
    }
  };
  if (filter.blockHash !== undefined) {
    const stored = history.block(hashParam(filter.blockHash));
    if (!stored) throw new RpcError(-32000, "unknown block");
    search(stored);
    return found;
  }
  const last = (value: unknown): number => {
    const number = numberParam(value, history.head);
    return number === "pending" ? history.head : number;
  };
  const to = Math.min(last(filter.toBlock), history.head);
  const mayHold = bloomTest(filter);
  let read = 0;
  for (let from = last(filter.fromBlock); from <= to; ) {
    const blooms = history.blooms(from, to, BLOOMS_AT_ONCE);
    for (const { number, bloom } of blooms) {
      if (!mayHold(bloom)) continue;
      search(history.block(number));
      // Reading a long history must not hold up the making of blocks.
      if (++read % BLOCKS_BEFORE_A_BREATH === 0) await breathe();
    }
    from = (blooms.at(-1)?.number ?? to) + 1;
    await breathe();
  }
  return found;
}

/** The answer out of the history, or undefined when anvil has to say. */
export async function answerFromHistory(
  history: BlockHistory,
  method: string,
  params: readonly unknown[],
): Promise<{ result: unknown } | undefined> {
  const [first, second] = params;
  const byNumber = (answer: (stored: StoredBlock | undefined) => unknown) => {
    const number = numberParam(first, history.head);
    return number === "pending" ? undefined : { result: answer(history.block(number)) };
  };
  const byHash = (answer: (stored: StoredBlock | undefined) => unknown) => ({
    result: answer(history.block(hashParam(first))),
  });
  const count = (stored: StoredBlock | undefined) => (stored ? toQuantity(stored.raws.length) : null);
  const one = (stored: StoredBlock | undefined) => (stored ? transactionAt(stored, indexParam(second)) : null);
  switch (method) {
    case "eth_blockNumber":
      return { result: toQuantity(history.head) };
    case "eth_getBlockByNumber":
      return byNumber((stored) => shown(stored, second));
    case "eth_getBlockByHash":
      return byHash((stored) => shown(stored, second));
    case "eth_getBlockTransactionCountByNumber":
      return byNumber(count);
    case "eth_getBlockTransactionCountByHash":
      return byHash(count);
    case "eth_getTransactionByBlockNumberAndIndex":
      return byNumber(one);
    case "eth_getTransactionByBlockHashAndIndex":
      return byHash(one);
    case "eth_getBlockReceipts":
      return typeof first === "string" && first.length === 66
        ? byHash((stored) => stored?.receipts ?? null)
        : byNumber((stored) => stored?.receipts ?? null);
    case "eth_getTransactionReceipt": {
      const found = history.find(hashParam(first));
      return { result: found?.stored.receipts[found.position] ?? null };
    }
    case "eth_getTransactionByHash": {
      const found = history.find(hashParam(first));
      // Not mined: it may wait in anvil's pool.
      return found && { result: transactionAt(found.stored, found.position) };
    }
    case "eth_getRawTransactionByHash": {
      const found = history.find(hashParam(first));
      return found && { result: found.stored.raws[found.position] };
    }
    case "eth_getLogs":
      return { result: await logs(history, first) };
    default:
      return undefined;
  }
}
