import { Interface } from "ethers";
import { anchorKinds } from "../../../contracts/codes.ts";
import { merkleLeaf, verifyMerkleProof } from "../merkle.ts";
import { eventsOf, ruleOf } from "./acts.ts";
import { documentOutcome, type ShownDocument } from "./document.ts";
import { equal, line, type Outcome, type ProofLine, same } from "./lines.ts";
import { blockHashAt, type ChainReader, type RpcReceipt, receiptOf, view } from "./node.ts";
import type { FileDigest, PackAnchor, PackTransaction, SignedAct } from "./pack.ts";
import { actForm, actHash, actSignatures, actSigners, type Surroundings, takenIn } from "./signed-act.ts";

export interface Context extends Surroundings {
  readonly chain?: ChainReader | undefined;
  readonly document?: ShownDocument | undefined;
}

/** A comparison that needs the chain. */
export const reading =
  ({ chain }: Context, compare: (chain: ChainReader) => Promise<Outcome>) =>
  async (): Promise<Outcome> =>
    chain ? compare(chain) : { skipped: "no node was asked" };

const ANCHORED = new Interface(eventsOf("anchors").map((event) => `event ${event}`));

const logsOf = (receipt: RpcReceipt, address: string | undefined) =>
  receipt.logs.filter((log) => address && same(log.address, address));

/** The lines of one part of a pack; `name` goes before their ids. */
export class Part {
  readonly #prefix: string;
  readonly #context: Context;

  constructor(name: string, context: Context) {
    this.#prefix = name ? `${name}.` : "";
    this.#context = context;
  }

  line(id: string, compare: () => Promise<Outcome> | Outcome): Promise<ProofLine> {
    return line(`${this.#prefix}${id}`, compare);
  }

  document(
    opening: { document?: unknown; file?: FileDigest | undefined; salt?: string | undefined },
    expected: string,
    shown: ShownDocument | undefined,
    optional?: true,
  ): Promise<ProofLine> {
    return this.line("document", () => documentOutcome(opening, expected, shown, optional));
  }

  form = (act: SignedAct, wanted?: string): Promise<ProofLine> =>
    this.line("form", () => actForm(act, wanted, this.#context));

  signatures = (act: SignedAct): Promise<ProofLine> =>
    this.line("signature", () => actSignatures(act, this.#context.chain));

  path = ({ leaf, path, root }: PackAnchor, commitment: string): Promise<ProofLine> =>
    this.line("path", () => {
      const own = merkleLeaf(commitment);
      if (!same(own, leaf)) return `leaf: ${leaf} ≠ ${own}`;
      return verifyMerkleProof(root, commitment, path) || "the path leads to another root";
    });

  actPath = (anchor: PackAnchor, act: SignedAct): Promise<ProofLine> =>
    line(`${this.#prefix}path`, async () => {
      const { state, detail } = await this.path(anchor, actHash(act));
      return state === "pass" || (detail ?? "");
    });

  /** The root is in the registry, as of this kind; `by`: not after that time, in unix seconds. */
  anchored = ({ root, kind }: PackAnchor, by?: number): Promise<ProofLine> =>
    this.line(
      "anchored",
      reading(this.#context, async (chain) => {
        const [at, found] = await view(chain, this.#context.contracts.anchors ?? "", "anchorOf", [root]);
        if (at === 0n) return "the registry doesn't know this root";
        if (by !== undefined && at > BigInt(by)) return `anchored at ${at}, after ${by}`;
        return equal(["kind", found, anchorKinds[kind]]);
      }),
    );

  /** The transaction, by what `found` makes of its receipt, and its block. */
  async #transaction(
    { hash, blockNumber, blockHash }: PackTransaction,
    found: (receipt: RpcReceipt) => true | string,
  ): Promise<{ lines: ProofLine[]; receipt: RpcReceipt | undefined }> {
    let receipt: RpcReceipt | null = null;
    const transaction = await this.line(
      "transaction",
      reading(this.#context, async (chain) => {
        receipt = await receiptOf(chain, hash);
        if (!receipt) return "the chain has no such transaction";
        return Number(receipt.status) === 1 ? found(receipt) : "the transaction failed";
      }),
    );
    const block = await this.line(
      "block",
      reading(this.#context, async (chain) => {
        const now = await blockHashAt(chain, blockNumber);
        if (!same(now, blockHash)) return `block ${blockNumber} is ${now ?? "not there"}, not ${blockHash}`;
        if (!receipt) return "the transaction is in no block";
        return equal(
          ["blockNumber", Number(receipt.blockNumber), blockNumber],
          ["blockHash", receipt.blockHash, blockHash],
        );
      }),
    );
    return { lines: [transaction, block], receipt: receipt ?? undefined };
  }

  async inAnchorTransaction({ root, kind }: PackAnchor, transaction: PackTransaction): Promise<ProofLine[]> {
    const { lines } = await this.#transaction(transaction, (receipt) => {
      const events = logsOf(receipt, this.#context.contracts.anchors).map((log) => ANCHORED.parseLog(log));
      const own = events.some(
        (event) => same(event?.args.root, root) && Number(event?.args.kind) === anchorKinds[kind],
      );
      return own || "another transaction: this root isn't in it";
    });
    return lines;
  }

  /** The contract took this very act in this transaction, and the signatures are those of the parties it concerns. */
  async inActTransaction(act: SignedAct, transaction: PackTransaction): Promise<ProofLine[]> {
    let event: Record<string, string> | undefined;
    const { lines } = await this.#transaction(transaction, (receipt) => {
      event = takenIn(act, receipt);
      return event !== undefined || "another transaction: this act isn't in it";
    });
    return [...lines, await this.signers(act, event)];
  }

  signers = (act: SignedAct, event: Record<string, string> | undefined): Promise<ProofLine> =>
    this.line("signer", () => {
      const rule = ruleOf(act.primaryType);
      if (!rule) return `primaryType: ${act.primaryType}`;
      const { chain, contracts } = this.#context;
      return actSigners(act, rule, { event, registry: contracts.participants, chain });
    });
}
