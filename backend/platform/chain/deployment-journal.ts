import { setTimeout as sleep } from "node:timers/promises";
import {
  getCreateAddress,
  type JsonRpcProvider,
  keccak256,
  Transaction,
  type TransactionReceipt,
  type Wallet,
} from "ethers";
import type { Addresses, DeploymentStep } from "../../../contracts/deploy.ts";
import { DomainError } from "../../lib/errors.ts";
import type { DeploymentFile, JournalStep, UnfinishedDeployment } from "./deployment-file.ts";
import { blockOf, bumpedFees, currentFees, type Fees, sendRaw } from "./relay-transaction.ts";

const GIVE_UP_AFTER_MS = 15 * 60_000;

export interface Journal {
  provider: JsonRpcProvider;
  wallet: Wallet;
  file: DeploymentFile;
  entry: UnfinishedDeployment;
  /**
   * A transaction that waits longer is sent again with higher fees; a used nonce whose receipt doesn't show for so
   * long was used by something else.
   */
  patienceMs: number;
}

const failed = (name: string, reason: string, data: Record<string, unknown> = {}): DomainError =>
  new DomainError("DEPLOYMENT_FAILED", `deploying ${name}: ${reason}`, { step: name, ...data });

async function sign(
  { provider, wallet, entry }: Journal,
  unsigned: { nonce: number; to: string | null; data: string; gasLimit: bigint },
  fees: Fees,
): Promise<string> {
  if ((await provider.getBalance(wallet.address)) < unsigned.gasLimit * fees.maxFee) {
    throw new DomainError(
      "DEPLOYER_UNFUNDED",
      `the account ${wallet.address} can't pay for the deployment; send it funds and start again, it goes on where it stopped`,
      { account: wallet.address },
    );
  }
  const { maxFee, tip } = fees;
  const price =
    tip === undefined ? { type: 0, gasPrice: maxFee } : { type: 2, maxFeePerGas: maxFee, maxPriorityFeePerGas: tip };
  return wallet.signTransaction({ ...unsigned, chainId: entry.chainId, ...price });
}

const feesNow = async (provider: JsonRpcProvider): Promise<Fees> =>
  currentFees(provider, (await blockOf(provider, "latest"))!);

async function prepare(journal: Journal, step: DeploymentStep, deployed: Addresses): Promise<JournalStep> {
  const { provider, wallet, entry } = journal;
  const { to, data } = step.transaction(deployed);
  let gas: bigint;
  try {
    gas = await provider.estimateGas({ from: wallet.address, to, data });
  } catch (error) {
    throw failed(step.name, `the chain would refuse it: ${(error as { shortMessage?: string }).shortMessage ?? error}`);
  }
  // Behind one address there may be several nodes, and one of them a little late.
  const afterLast = (entry.steps.at(-1)?.nonce ?? -1) + 1;
  const nonce = Math.max(afterLast, await provider.getTransactionCount(wallet.address, "latest"));
  const unsigned = { nonce, to, data, gasLimit: gas + gas / 4n };
  return {
    name: step.name,
    nonce,
    ...(step.creates ? { address: getCreateAddress({ from: wallet.address, nonce }) } : {}),
    versions: [await sign(journal, unsigned, await feesNow(provider))],
  };
}

async function withHigherFees(journal: Journal, kept: JournalStep): Promise<JournalStep> {
  const previous = Transaction.from(kept.versions.at(-1));
  const { nonce, to, data, gasLimit } = previous;
  const fees = bumpedFees(previous, await feesNow(journal.provider));
  return { ...kept, versions: [...kept.versions, await sign(journal, { nonce, to, data, gasLimit }, fees)] };
}

async function receiptOf(provider: JsonRpcProvider, { versions }: JournalStep): Promise<TransactionReceipt | null> {
  for (const raw of versions) {
    const receipt = await provider.getTransactionReceipt(keccak256(raw));
    if (receipt) return receipt;
  }
  return null;
}

/** Brings one step to its receipt: found, sent again, or prepared and sent. Nothing is sent before it is kept. */
async function settle(journal: Journal, index: number, step: DeploymentStep, deployed: Addresses): Promise<void> {
  const { provider, wallet, file, entry, patienceMs } = journal;
  const keep = (kept: JournalStep | undefined): void => {
    entry.steps = [...entry.steps.slice(0, index), ...(kept ? [kept] : [])];
    file.put(entry);
  };
  const startedAt = Date.now();
  let versionAt = startedAt;
  let usedAt: number | undefined;
  while (Date.now() - startedAt < GIVE_UP_AFTER_MS) {
    let kept = entry.steps[index];
    if (!kept) {
      kept = await prepare(journal, step, deployed);
      keep(kept);
    }
    const receipt = await receiptOf(provider, kept);
    if (receipt?.status === 1) return;
    if (receipt) {
      keep(undefined);
      throw failed(step.name, "the transaction was reverted", { transactionHash: receipt.hash });
    }
    if ((await provider.getTransactionCount(wallet.address, "latest")) > kept.nonce) {
      usedAt ??= Date.now();
      // The key sent something else under this number, so this step never will be mined: it gets another.
      if (Date.now() - usedAt > patienceMs) {
        keep(undefined);
        usedAt = undefined;
      }
    } else {
      if (Date.now() - versionAt > patienceMs) {
        kept = await withHigherFees(journal, kept);
        keep(kept);
        versionAt = Date.now();
      }
      const outcome = await sendRaw(provider, kept.versions.at(-1)!);
      if (outcome.kind === "refused") {
        keep(undefined);
        throw failed(step.name, outcome.reason);
      }
      if (outcome.kind === "taken" && (await receiptOf(provider, kept))) continue;
    }
    await sleep(provider.pollingInterval);
  }
  throw failed(step.name, "it was not mined in a quarter of an hour; start again to go on waiting");
}

/** Carries out what is left of the steps. However often it was broken off, each is done once. */
export async function carryOut(
  journal: Journal,
  steps: readonly DeploymentStep[],
  onStep: (step: string, address: string) => void,
): Promise<Addresses> {
  const deployed = {} as Addresses;
  for (const [index, step] of steps.entries()) {
    await settle(journal, index, step, deployed);
    const { address } = journal.entry.steps[index]!;
    if (step.creates) deployed[step.creates] = address!;
    onStep(step.name, address ?? deployed.accessManager);
  }
  return deployed;
}
