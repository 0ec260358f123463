import { getAddress, Interface, id, type Log, toBeHex } from "ethers";
import type { LogSource } from "../../backend/platform/chain/log-reader.ts";
import { artifactsFrom, type ContractName } from "../../contracts/artifacts.ts";

/*
 * A chain without a node, whose blocks can be exchanged: events of the real contracts' ABIs, drawn at random, and what
 * they add up to, worked out on the way without any code of the index.
 */

const NAMES = {
  participants: "ParticipantRegistry",
  consents: "ConsentRegistry",
  financing: "FinancingLedger",
  pledges: "PledgeRegistry",
  seals: "SealRegistry",
  anchors: "AnchorRegistry",
  relay: "Relay",
} as const satisfies Record<string, ContractName>;
type Name = keyof typeof NAMES;

const artifacts = artifactsFrom("artifacts");
const abis = Object.fromEntries(
  Object.entries(NAMES).map(([name, contract]) => [name, new Interface(artifacts(contract).abi)]),
) as Record<Name, Interface>;
const addressOf = (text: string): string => getAddress(`0x${id(text).slice(-40)}`);

/** As ledgerIndexOf wants it. */
export const ledgerChain = {
  chainId: 77,
  contracts: Object.fromEntries(Object.keys(NAMES).map((name) => [name, addressOf(name)])) as Record<Name, string>,
  ...abis,
};

interface Request {
  state: string;
  amount: bigint;
  granted: bigint;
  drawn: bigint;
  repaid: bigint;
  bid: string | null;
}
interface Grant {
  requestKey: string;
  amount: bigint;
  drawn: bigint;
  repaid: bigint;
}
/** What the events so far add up to. */
export interface LedgerModel {
  participants: Record<string, string>;
  requests: Record<string, Request>;
  grants: Record<string, Grant>;
  anchors: Record<string, number>;
  consents: Record<string, number>;
  pledges: Record<string, string>;
  seals: Record<string, { status: number; documents: number }>;
}

interface Block {
  hash: string;
  timestamp: number;
  logs: Log[];
  /** As it stands after the block. */
  model: LedgerModel;
}

export function ledgerChainSimulator(seed: number) {
  let state = seed >>> 0 || 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const pick = <T>(items: readonly T[]): T | undefined => items[random(items.length)];
  let serial = 0;
  const fresh = (what: string): string => id(`${seed} ${what} ${++serial}`);
  const freshAddress = (what: string): string => addressOf(`${seed} ${what} ${++serial}`);
  let branch = 0;
  let blocks: Block[] = [];
  const empty = (): LedgerModel => ({
    ...{ participants: {}, requests: {}, grants: {}, anchors: {}, consents: {}, pledges: {}, seals: {} },
  });

  /** One event that the contracts could emit now, told to `emit`, and what it does to the model. */
  function act(model: LedgerModel, emit: (name: Name, event: string, args: unknown[]) => void): void {
    const where = <T>(all: Record<string, T>, test: (value: T) => boolean) =>
      pick(Object.keys(all).filter((key) => test(all[key] as T)));
    const zero = id("zero");
    const acts: (() => void)[] = [
      () => {
        const account = freshAddress("account");
        model.participants[account] = "active";
        emit("participants", "ParticipantEnrolled", [account, 1 + random(5), fresh("identity")]);
      },
      () => {
        const account = where(model.participants, (status) => status !== "rotated");
        if (!account) return;
        const suspended = random(2) === 0;
        model.participants[account] = suspended ? "suspended" : "active";
        emit("participants", "ParticipantStatusChanged", [account, suspended ? 2 : 1, addressOf("operator")]);
      },
      () => {
        const account = where(model.participants, (status) => status === "active");
        if (!account) return;
        const next = freshAddress("account");
        model.participants[account] = "rotated";
        model.participants[next] = "active";
        emit("participants", "ParticipantKeyRotated", [account, next]);
      },
      () => {
        const key = freshAddress("request");
        const amount = BigInt(1_000 + random(1_000_000));
        model.requests[key] = { state: "open", amount, granted: 0n, drawn: 0n, repaid: 0n, bid: null };
        emit("financing", "RequestOpened", [key, fresh("terms"), amount, 2_000_000_000, 2_100_000_000]);
      },
      () => {
        const key = where(model.requests, ({ state }) => state === "open");
        if (!key) return;
        const kind = random(6);
        const bid = fresh("bid");
        if (kind === 0) {
          model.requests[key]!.state = "withdrawn";
          emit("financing", "RequestWithdrawn", [key]);
        } else if (kind === 1) emit("financing", "BidPlaced", [key, bid, addressOf("bank")]);
        else {
          Object.assign(model.requests[key]!, { state: "awarded", bid });
          emit("financing", "Awarded", [key, bid, addressOf("bank"), model.requests[key]!.amount, 2_050_000_000]);
        }
      },
      () => {
        const key = where(model.requests, ({ state }) => state === "awarded");
        if (!key || random(4) > 0) return;
        emit("financing", "RequestReopened", [key, model.requests[key]!.bid]);
        Object.assign(model.requests[key]!, { state: "open", bid: null });
      },
      () => {
        const key = where(
          model.requests,
          ({ state, granted, amount }) => ["awarded", "granted", "active"].includes(state) && granted < amount,
        );
        if (!key) return;
        const request = model.requests[key]!;
        const amount = random(2) === 0 ? request.amount - request.granted : 1n;
        const grantId = fresh("grant");
        model.grants[grantId] = { requestKey: key, amount, drawn: 0n, repaid: 0n };
        request.granted += amount;
        if (request.state === "awarded") request.state = "granted";
        emit("financing", "Granted", [
          ...[key, grantId, addressOf("bank"), request.bid, fresh("grant terms"), amount, 2_100_000_000],
        ]);
      },
      () => {
        const grantId = where(model.grants, ({ drawn, amount }) => drawn < amount);
        if (!grantId) return;
        const grant = model.grants[grantId]!;
        const request = model.requests[grant.requestKey]!;
        const amount = random(2) === 0 ? grant.amount - grant.drawn : 1n;
        grant.drawn += amount;
        request.drawn += amount;
        if (request.state === "granted") request.state = "active";
        emit("financing", "DrawnDown", [grant.requestKey, grantId, fresh("drawdown"), amount, grant.drawn]);
      },
      () => {
        const grantId = where(model.grants, ({ drawn, repaid }) => repaid < drawn);
        if (!grantId) return;
        const grant = model.grants[grantId]!;
        const request = model.requests[grant.requestKey]!;
        const amount = random(2) === 0 ? grant.drawn - grant.repaid : 1n;
        grant.repaid += amount;
        request.repaid += amount;
        emit("financing", "Repaid", [grant.requestKey, grantId, fresh("repayment"), amount, grant.repaid]);
        if (request.repaid === request.amount) {
          request.state = "settled";
          emit("financing", "RequestSettled", [grant.requestKey]);
        }
      },
      () => {
        const root = fresh("root");
        model.anchors[root] = 1 + random(1_000);
        emit("anchors", "BatchAnchored", [root, 1 + random(7), model.anchors[root]]);
      },
      () => {
        const consent = where(model.consents, (now) => now !== 3);
        if (consent && random(2) === 0) {
          model.consents[consent] = 1 + random(3);
          emit("consents", "ConsentChanged", [consent, model.consents[consent], ++serial]);
        } else {
          const given = fresh("consent");
          model.consents[given] = 1;
          emit("consents", "ConsentGiven", [given, freshAddress("holder"), fresh("commitment"), 1, 2_000_000_000]);
        }
      },
      () => {
        const pledge = where(model.pledges, (now) => now !== "released");
        if (!pledge || random(2) === 0) {
          const reserved = fresh("pledge");
          model.pledges[reserved] = "reserved";
          emit("pledges", "PledgeReserved", [
            ...[reserved, fresh("asset"), addressOf("bank"), freshAddress("pledgor"), zero, 2_000_000_000],
          ]);
        } else if (model.pledges[pledge] === "reserved") {
          model.pledges[pledge] = "pledged";
          emit("pledges", "PledgeConfirmed", [pledge]);
        } else {
          model.pledges[pledge] = "released";
          emit("pledges", "PledgeReleased", [pledge]);
        }
      },
      () => {
        const seal = where(model.seals, ({ status }) => status !== 3);
        const kind = random(3);
        if (!seal || kind === 0) {
          const issued = fresh("seal");
          model.seals[issued] = { status: 1, documents: 0 };
          emit("seals", "SealIssued", [
            ...[issued, freshAddress("holder"), freshAddress("key"), zero, 1, 2_000_000_000],
          ]);
        } else if (kind === 1 && model.seals[seal]!.status === 1) {
          model.seals[seal]!.documents += 1;
          emit("seals", "DocumentSealed", [seal, fresh("document")]);
        } else {
          model.seals[seal]!.status = 1 + random(3);
          emit("seals", "SealStatusChanged", [seal, model.seals[seal]!.status, addressOf("operator")]);
        }
      },
      () => emit("relay", "ActFailed", [fresh("act"), toBeHex(random(1_000_000), 32)]),
    ];
    pick(acts)!();
  }

  const at = (number: number) => {
    const block = blocks[number];
    return block ? { number, hash: block.hash, timestamp: block.timestamp } : null;
  };
  const source: LogSource = {
    getBlockNumber: async () => blocks.length - 1,
    getBlock: async (which) => at(typeof which === "number" ? which : blocks.findIndex(({ hash }) => hash === which)),
    getLogs: async ({ fromBlock, toBlock }) => blocks.slice(fromBlock, toBlock + 1).flatMap(({ logs }) => logs),
  };

  return {
    source,
    head: () => blocks.length - 1,
    model: (): LedgerModel => blocks.at(-1)?.model ?? empty(),
    logs: (): number => blocks.reduce((sum, { logs }) => sum + logs.length, 0),
    /** Adds blocks of up to `acts` events each. */
    mine(count: number, acts = 5): void {
      for (let i = 0; i < count; i++) {
        const number = blocks.length;
        const hash = id(`${seed} ${branch} ${number}`);
        const model = structuredClone(blocks.at(-1)?.model ?? empty());
        const logs: Log[] = [];
        const emit = (name: Name, event: string, args: unknown[]): void => {
          const { data, topics } = abis[name].encodeEventLog(event, args);
          const index = logs.length;
          const transactionHash = id(`${hash} ${index >> 1}`);
          logs.push({
            ...{ address: ledgerChain.contracts[name], data, topics, index },
            ...{ blockNumber: number, blockHash: hash, transactionHash },
          } as unknown as Log);
        };
        for (let left = random(acts + 1); left > 0; left--) act(model, emit);
        blocks.push({ hash, timestamp: 1_700_000_000 + number, logs, model });
      }
    },
    /** Forgets all blocks from this one on; what is mined next has other hashes. */
    cut(from: number): void {
      blocks = blocks.slice(0, Math.max(0, from));
      branch += 1;
    },
  };
}
