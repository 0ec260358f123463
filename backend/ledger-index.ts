import type { JsonRpcProvider } from "ethers";
import { indexedContracts, topicsOf } from "./features/ledger-index/domain/ledger-events.ts";
import { createLedgerIndex, type LedgerIndex } from "./features/ledger-index/index-service.ts";
import type { LedgerStore } from "./features/ledger-index/projection-store.ts";
import type { ChainContext } from "./lib/chain-context.ts";
import { createLogReader, type LogSource } from "./platform/chain/log-reader.ts";

type Chain = Parameters<typeof indexedContracts>[0] & Pick<ChainContext, "chainId">;

/** The index of the ledger over a store and a node: for the server, and for scripts that build it anew. */
export function ledgerIndexOf(
  store: LedgerStore,
  chain: Chain,
  provider: LogSource | JsonRpcProvider,
  startBlock: number,
): LedgerIndex {
  const source = provider as LogSource;
  const contracts = indexedContracts(chain);
  const addresses = contracts.map(({ address }) => address);
  const topics = topicsOf(contracts);
  const origin = { chainId: chain.chainId, startBlock, contracts: { ...chain.contracts } };
  return createLedgerIndex(store, contracts, origin, {
    createReader({ handle, upTo, ...parts }) {
      const getBlockNumber = async (): Promise<number> => {
        const head = await source.getBlockNumber();
        return upTo ? Math.min(head, (await upTo()) + parts.confirmations - 1) : head;
      };
      const getBlock: LogSource["getBlock"] = (which) => source.getBlock(which);
      const getLogs: LogSource["getLogs"] = (filter) => source.getLogs(filter);
      const bounded = { getBlockNumber, getBlock, getLogs };
      return createLogReader({ ...parts, provider: bounded, addresses, topics, startBlock }, handle);
    },
    blockNumber: () => source.getBlockNumber(),
    countLogs: async (fromBlock, toBlock) =>
      (await source.getLogs({ address: addresses, topics: [topics], fromBlock, toBlock })).length,
  });
}
