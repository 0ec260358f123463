import { participantKinds } from "../../../contracts/codes.ts";
import { type Context, Part, reading } from "./check-part.ts";
import { opens } from "./document.ts";
import { equal, line, type Outcome, type ProofLine } from "./lines.ts";
import { type ChainReader, view } from "./node.ts";
import type { GrantPack, SignedAct } from "./pack.ts";
import { actHash } from "./signed-act.ts";

/* The whole way of a credit grant: what was asked for, offered, chosen and granted, and that each leads to the next. */

/** Every part speaks of the one request, and names the part before it by its hash. */
const checkLinks = ({ request, bid, award, grant }: GrantPack): Promise<ProofLine> =>
  line("links", () => {
    const { requestKey, termsCommitment } = request.act.message;
    const bidHash = actHash(bid.act);
    return equal(
      ["endorsement.requestKey", request.endorsement.message.requestKey, requestKey],
      ["endorsement.termsCommitment", request.endorsement.message.termsCommitment, termsCommitment],
      ["bid.requestKey", bid.act.message.requestKey, requestKey],
      ["award.requestKey", award.act.message.requestKey, requestKey],
      ["award.bidHash", award.act.message.bidHash, bidHash],
      ["grant.requestKey", grant.act.message.requestKey, requestKey],
      ["grant.bidHash", grant.act.message.bidHash, bidHash],
    );
  });

/** Granted ≤ offered ≤ requested, and each document says what its act says. */
const checkAmounts = ({ request, bid, grant }: GrantPack): Promise<ProofLine> =>
  line("amounts", () => {
    const parts = { request, bid, grant };
    for (const [name, { act, document }] of Object.entries(parts)) {
      const written = (document as { amountFen?: unknown } | undefined)?.amountFen;
      if (document !== undefined && written !== act.message.amountFen)
        return `${name}: ${written} ≠ ${act.message.amountFen}`;
    }
    const [requested, offered, granted] = [request, bid, grant].map(({ act }) => BigInt(act.message.amountFen ?? ""));
    return (granted! <= offered! && offered! <= requested!) || `${granted} ≤ ${offered} ≤ ${requested}?`;
  });

async function isOf(chain: ChainReader, registry: string, account: string, kind: number): Promise<true | string> {
  const found = await view(chain, registry, "participantOf", [account]);
  return Number(found[0]) === kind && found[1] > 0n ? true : `${account}: kind ${found[0]}, status ${found[1]}`;
}

/** Who stands behind it is enrolled: an enterprise behind the one-time key, an institution behind the bid. */
const checkParties = ({ request, bid, contracts }: GrantPack, context: Context): Promise<ProofLine> =>
  line(
    "parties",
    reading(context, async (chain): Promise<Outcome> => {
      const of = (account: string, kind: number) => isOf(chain, contracts.participants, account, kind);
      const enterprise = await of(request.endorsement.signatures[0]!.signer, participantKinds.enterprise);
      if (enterprise !== true) return enterprise;
      return of(bid.act.message.institution ?? "", participantKinds.institution);
    }),
  );

async function checkBid(pack: GrantPack, context: Context): Promise<ProofLine[]> {
  const { bid, request, contracts } = pack;
  const part = new Part("bid", context);
  const closesAt = Number(request.act.message.closesAt);
  if (bid.anchor) {
    return [
      await part.actPath(bid.anchor, bid.act),
      await part.anchored(bid.anchor, closesAt),
      ...(bid.transaction
        ? await part.inAnchorTransaction(bid.anchor, bid.transaction)
        : [await part.line("transaction", () => "missing")]),
      await part.signers(bid.act, undefined),
    ];
  }
  return [
    await part.line(
      "anchored",
      reading(context, async (chain) => {
        const { requestKey, institution } = bid.act.message;
        const [at] = await view(chain, contracts.financing, "bidPlacedAt", [requestKey, actHash(bid.act), institution]);
        if (at === 0n) return "the ledger doesn't know this bid";
        return at <= BigInt(closesAt) || `placed at ${at}, after ${closesAt}`;
      }),
    ),
    await part.signers(bid.act, undefined),
  ];
}

export async function checkGrant(pack: GrantPack, context: Context): Promise<ProofLine[]> {
  const { request, bid, award, grant } = pack;
  const { document: shown } = context;
  const acts: [string, SignedAct, string, { document?: unknown; salt?: string }?][] = [
    ["request", request.act, "FinancingRequest", request],
    ["endorsement", request.endorsement, "RequestEndorsement"],
    ["bid", bid.act, "Bid", bid],
    ["award", award.act, "Award"],
    ["grant", grant.act, "Grant", grant],
  ];
  const lines: ProofLine[] = [];
  // A shown document may be any one of the three.
  let belongs = !shown;
  for (const [name, act, primaryType, opening] of acts) {
    const part = new Part(name, context);
    lines.push(await part.form(act, primaryType), await part.signatures(act));
    if (!opening) continue;
    const expected = act.message.termsCommitment ?? "";
    const own = shown && opening.salt && opens(shown, opening.salt, expected) ? shown : undefined;
    belongs ||= own !== undefined;
    lines.push(await part.document(opening, expected, own, true));
  }
  if (!belongs) lines.push(await line("document", () => "the document shown is none of the three"));
  return [
    ...lines,
    await checkLinks(pack),
    await checkAmounts(pack),
    await checkParties(pack, context),
    ...(await new Part("request", context).inActTransaction(request.act, request.transaction)),
    ...(await checkBid(pack, context)),
    ...(await new Part("award", context).inActTransaction(award.act, award.transaction)),
    ...(await new Part("grant", context).inActTransaction(grant.act, grant.transaction)),
  ];
}
