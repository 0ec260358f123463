import type { z } from "zod";
import type { BidView } from "../../backend/features/bids/bid-schemas.ts";
import type { RequestView, requestInput } from "../../backend/features/requests/request-schemas.ts";
import { type BidTerms, signAward, signBid, signConsent, signGrant, signRequest } from "../../scripts/client/acts.ts";
import { type Keyring, keyringOf, newKeyIndex, newPhrase, newSalt } from "../../scripts/client/keys.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { DAY, secondsFromNow } from "../../scripts/client/times.ts";
import { ApiProblem } from "../../scripts/client/transport.ts";
import { waitFor } from "../../scripts/client/waiting.ts";

/* Acts of one's own choice, beside those of the path. */

export type Bank = "firstBank" | "secondBank";
type RequestBody = z.input<typeof requestInput>;
/** Keys that belong to nobody here. */
export const stranger = keyringOf(newPhrase());

export interface OpenRequest {
  readonly request: RequestView;
  readonly body: RequestBody;
  readonly keyIndex: number;
}

/** A signed request of the path's enterprise, not sent yet. */
export async function requestBody(
  path: Path,
  changes: { terms?: Partial<RequestBody["terms"]>; closesAt?: string; expiresAt?: string; keys?: Keyring } = {},
): Promise<RequestBody> {
  const { keys } = await path.party("enterprise");
  const { name, uscc } = await path.bodyOf("enterprise");
  return signRequest(path.meta, changes.keys ?? keys, {
    terms: {
      enterprise: { name, uscc },
      amountFen: "50000000",
      termMonths: 12,
      purpose: "workingCapital",
      repaymentMethod: "equalInstalment",
      description: "",
      ...changes.terms,
    },
    salt: newSalt(),
    keyIndex: newKeyIndex(),
    closesAt: changes.closesAt ?? secondsFromNow(DAY),
    expiresAt: changes.expiresAt ?? secondsFromNow(30 * DAY),
  });
}

export async function openNewRequest(
  path: Path,
  changes: Parameters<typeof requestBody>[1] = {},
): Promise<OpenRequest> {
  const { api } = await path.party("enterprise");
  const body = await requestBody(path, changes);
  return { request: await api.openRequest(body), body, keyIndex: body.keyIndex };
}

/** A signed bid of one of the path's banks, not sent yet. */
export async function bidBody(
  path: Path,
  bank: Bank,
  request: RequestView,
  changes: { terms?: Partial<BidTerms>; validUntil?: string; requestKey?: string; signer?: Keyring } = {},
) {
  const { me, keys } = await path.party(bank);
  return signBid(path.meta, (changes.signer ?? keys).main, changes.requestKey ?? request.requestKey, {
    terms: {
      requestId: request.id,
      institution: { id: me.participant.id, name: me.participant.name },
      amountFen: request.amountFen,
      termMonths: request.termMonths,
      annualRateBps: 400,
      repaymentMethod: request.repaymentMethod,
      fees: [],
      conditions: "",
      ...changes.terms,
    },
    termsSalt: newSalt(),
    salt: newSalt(),
    validUntil: changes.validUntil ?? secondsFromNow(10 * DAY),
  });
}

/** A signed consent for one of the path's banks, not sent yet. */
export async function consentBody(
  path: Path,
  bank: Bank,
  request: RequestView,
  changes: { mode?: "once" | "periodic"; expiresAt?: string; signer?: Keyring; startsAt?: string } = {},
) {
  const { me, keys, api } = await path.party("enterprise");
  const recipient = (await path.party(bank)).me.participant;
  return signConsent(path.meta, (changes.signer ?? keys).main, {
    terms: {
      holder: { id: me.participant.id, uscc: me.participant.uscc! },
      recipient: { id: recipient.id, name: recipient.name },
      requestId: request.id,
      purpose: "creditReview",
      catalogs: (await api.catalogs()).items.map(({ id }) => id),
      mode: changes.mode ?? "periodic",
    },
    salt: newSalt(),
    startsAt: changes.startsAt ?? secondsFromNow(0),
    expiresAt: changes.expiresAt ?? secondsFromNow(DAY),
  });
}

/** Opened, with consents to both banks and a bid of each: the first asks 5 %, the second 4 %. */
export async function requestWithBids(path: Path): Promise<{ request: RequestView; keyIndex: number }> {
  const { request, keyIndex } = await openNewRequest(path);
  for (const [bank, annualRateBps] of [
    ["firstBank", 500],
    ["secondBank", 400],
  ] as const) {
    await consentTo(path, bank, request);
    await bidNow(path, bank, request, { terms: { annualRateBps } });
  }
  return { request, keyIndex };
}

export const consentTo = async (path: Path, bank: Bank, request: RequestView) =>
  (await path.party("enterprise")).api.consent(await consentBody(path, bank, request));

export const bidNow = async (
  path: Path,
  bank: Bank,
  request: RequestView,
  changes: Parameters<typeof bidBody>[3] = {},
) => (await path.party(bank)).api.bid(request.id, await bidBody(path, bank, request, changes));

/** A bank's bid, as the enterprise sees it. */
export async function bidOf(path: Path, bank: Bank, request: RequestView): Promise<BidView> {
  const { me } = await path.party(bank);
  const { items } = await (await path.party("enterprise")).api.bids(request.id);
  return items.find(({ institution }) => institution.id === me.participant.id)!;
}

/** Awards a bank's bid as soon as it is on the chain. */
export async function awardTo(path: Path, bank: Bank, request: RequestView, keyIndex: number): Promise<BidView> {
  const { api, keys } = await path.party("enterprise");
  const bid = await bidOf(path, bank, request);
  const body = await signAward(path.meta, keys.requestKey(keyIndex), bid);
  await waitFor("the bid to be anchored", () =>
    api.award(request.id, body).catch((error: unknown) => {
      if (error instanceof ApiProblem && error.code === "bid.notAnchored") return undefined;
      throw error;
    }),
  );
  return bid;
}

/** A bank's signed grant on its bid, not sent yet. */
export async function grantBody(
  path: Path,
  bank: Bank,
  request: RequestView,
  bid: BidView,
  changes: { amountFen?: string; signer?: Keyring } = {},
) {
  const { keys } = await path.party(bank);
  const terms = { ...bid.terms, bidId: bid.id, contractNumber: `C-${request.id}` };
  return signGrant(path.meta, (changes.signer ?? keys).main, request.requestKey, bid.bidHash, {
    terms: changes.amountFen ? { ...terms, amountFen: changes.amountFen } : terms,
    termsSalt: newSalt(),
    salt: newSalt(),
    expiresAt: secondsFromNow(365 * DAY),
  });
}
