import { Interface, type JsonRpcProvider } from "ethers";
import { roles } from "../contracts/deploy.ts";
import type { AnchoringService } from "./features/anchoring/anchoring-service.ts";
import { createAuditService } from "./features/audit/audit-service.ts";
import { createProofService } from "./features/audit/proof-service.ts";
import { createReconciliation } from "./features/audit/reconciliation-service.ts";
import type { GrantDocument } from "./features/grants/grant-store.ts";
import type { ledgerIndexOf } from "./ledger-index.ts";
import type { ChainContext } from "./lib/chain-context.ts";
import type { Clock } from "./lib/clock.ts";
import { trustInDeployments } from "./lib/proof/trust.ts";
import type { Stores } from "./stores.ts";

interface Parts {
  stores: Stores;
  chain: ChainContext;
  provider: JsonRpcProvider;
  anchoring: AnchoringService;
  ledger: ReturnType<typeof ledgerIndexOf>;
  clock: Clock;
}

/** Proof packs, the check of grants, and what the store and the chain don't agree on. */
export function auditOf({ stores, chain, provider, anchoring, ledger, clock }: Parts) {
  let genesisHash: string | undefined;
  const proofs = createProofService(chain, {
    genesisHash: async () => (genesisHash ??= (await provider.getBlock(0))!.hash!),
    act: stores.acts.find,
    isSmartAccount: async (address) => (await provider.getCode(address)) !== "0x",
    leafPath: anchoring.proofOfLeaf,
    findRequest: stores.requests.find,
    findBid: stores.bids.find,
  });

  const audit = createAuditService<GrantDocument>(
    {
      packOf: proofs.grant,
      chain: (method, params) => provider.send(method, params),
      trust: trustInDeployments({ chainId: chain.chainId, contracts: chain.contracts }, chain.chainId),
      grantByGrantId: stores.grants.byGrantId,
      blockNumber: () => provider.getBlockNumber(),
    },
    clock,
  );

  const hasRole = new Interface(["function hasRole(uint64 role, address account) view returns (bool, uint32)"]);
  const ledgerKinds = { participants: "participant", requests: "request", grants: "grant" } as const;
  const reconciling = createReconciliation(
    {
      stored: stores.storedFacts,
      chain: {
        page: (kind, after, size) => ledger.page(ledgerKinds[kind], after, size) as never,
        find: (kind, keys) => ledger.find(ledgerKinds[kind], keys) as never,
        indexedBlock: ledger.indexedBlock,
      },
      acts: stores.acts.findMany,
      async isOperator(address) {
        const data = hasRole.encodeFunctionData("hasRole", [roles.operator, address]);
        const answer = await provider.call({ to: chain.contracts.accessManager, data });
        return hasRole.decodeFunctionResult("hasRole", answer)[0] as boolean;
      },
      wrongLines: audit.wrongLines,
    },
    clock,
  );
  return { proofs, audit, reconciling };
}
