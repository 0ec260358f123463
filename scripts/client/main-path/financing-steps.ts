import type { BidView } from "../../../backend/features/bids/bid-schemas.ts";
import type { RequestView } from "../../../backend/features/requests/request-schemas.ts";
import {
  type BidTerms,
  type ConsentBody,
  consentIdOf,
  signAward,
  signBid,
  signConsent,
  signGrant,
  signRequest,
} from "../acts.ts";
import type { ProductBody } from "../api.ts";
import { newKeyIndex, newSalt } from "../keys.ts";
import { DAY, secondsFromNow } from "../times.ts";
import { ApiProblem } from "../transport.ts";
import { waitFor } from "../waiting.ts";
import {
  anchorSource,
  BANKS,
  type Path,
  receiptSource,
  type Step,
  type StepResult,
  type TransactionSource,
} from "./path.ts";

/* From the banks' products to a credit grant. */

const AMOUNT_FEN = "50000000";
const TERM_MONTHS = 12;
const REPAYMENT = "equalInstalment";

/** The first bank's rate looks lower; its fee makes it the dearer one. */
const OFFERS = {
  firstBank: { annualRateBps: 385, fees: [{ name: "服务费", amountFen: "500000" }] },
  secondBank: { annualRateBps: 435, fees: [] },
} as const;

const productCode = async (path: Path, bank: (typeof BANKS)[number]) => `${bank.toUpperCase()}-${await path.runId()}`;

async function publishProducts(path: Path): Promise<StepResult> {
  const lines: string[] = [];
  for (const bank of BANKS) {
    const { api, me } = await path.party(bank);
    const code = await productCode(path, bank);
    const body: ProductBody = {
      code,
      name: { zh: `示范流动资金贷 ${code}`, en: `Demonstration working capital loan ${code}` },
      amountMinFen: "10000000",
      amountMaxFen: "500000000",
      termMonthsMin: 3,
      termMonthsMax: 36,
      annualRateBps: OFFERS[bank].annualRateBps,
      repaymentMethods: [REPAYMENT, "interestFirst"],
      purposes: ["workingCapital"],
      eligibility: { all: [{ indicator: "identity.status", op: "eq", value: "active" }] },
    };
    const { items } = await api.products();
    const mine = items.find((product) => product.code === code && product.institution.id === me.participant.id);
    const product = mine ?? (await api.publish(body));
    lines.push(`${product.institution.name}: ${product.name.en}, ${product.annualRateBps} bps`);
  }
  return { lines, transactions: [] };
}

async function requestBody(path: Path) {
  const { keys } = await path.party("enterprise");
  const { uscc, name } = await path.bodyOf("enterprise");
  return signRequest(path.meta, keys, {
    terms: {
      enterprise: { uscc, name },
      amountFen: AMOUNT_FEN,
      termMonths: TERM_MONTHS,
      purpose: "workingCapital",
      repaymentMethod: REPAYMENT,
      description: "购买原材料的流动资金",
    },
    salt: await path.memory.once("request.salt", newSalt),
    keyIndex: await path.memory.once("request.keyIndex", newKeyIndex),
    closesAt: await path.memory.once("request.closesAt", () => secondsFromNow(DAY)),
    expiresAt: await path.memory.once("request.expiresAt", () => secondsFromNow(30 * DAY)),
  });
}

async function ownRequest(path: Path): Promise<RequestView | undefined> {
  const { api, keys } = await path.party("enterprise");
  const { address } = keys.requestKey(await path.memory.once("request.keyIndex", newKeyIndex));
  const { items } = await api.requests();
  return items.find(({ requestKey }) => requestKey.toLowerCase() === address.toLowerCase());
}

/** The request of this run. Throws before it was posted. */
export async function openedRequest(path: Path): Promise<RequestView> {
  const request = await ownRequest(path);
  if (!request) throw new Error("the financing request of this run is not there any more");
  return request;
}

async function openRequest(path: Path): Promise<StepResult> {
  const { api } = await path.party("enterprise");
  const request = (await ownRequest(path)) ?? (await api.openRequest(await requestBody(path)));
  return {
    lines: [
      `${yuan(request.amountFen)} for ${request.termMonths} months, signed by the one-time key ${request.requestKey}`,
    ],
    transactions: [receiptSource("request", api, request.receipt)],
  };
}

async function readMatches(path: Path): Promise<StepResult> {
  const { api } = await path.party("enterprise");
  const request = await openedRequest(path);
  const { items } = await api.matchesOf(request.id);
  const lines = [`${items.length} products compared`];
  for (const bank of BANKS) {
    const code = await productCode(path, bank);
    const found = items.find(({ product }) => product.code === code);
    if (found?.verdict !== "eligible" || found.reasons.length === 0) {
      throw new Error(`the product ${code} was due as eligible with reasons; there is ${JSON.stringify(found)}`);
    }
    const reasons = found.reasons.map(({ name, value }) => `${name.en} ${String(value)}`);
    lines.push(`${found.product.name.en} fits: ${reasons.join(", ")}`);
  }
  return { lines, transactions: [] };
}

async function giveConsents(path: Path): Promise<StepResult> {
  const { api, me, keys } = await path.party("enterprise");
  const request = await openedRequest(path);
  const catalogs = (await api.catalogs()).items.map(({ id }) => id);
  const transactions: TransactionSource[] = [];
  const lines: string[] = [];
  for (const bank of BANKS) {
    const recipient = (await path.party(bank)).me.participant;
    const what: Omit<ConsentBody, "signature"> = {
      terms: {
        holder: { id: me.participant.id, uscc: me.participant.uscc! },
        recipient: { id: recipient.id, name: recipient.name },
        requestId: request.id,
        purpose: "creditReview",
        catalogs,
        mode: "periodic",
      },
      salt: await path.memory.once(`${bank}.consentSalt`, newSalt),
      startsAt: await path.memory.once(`${bank}.consentFrom`, () => secondsFromNow(0)),
      expiresAt: await path.memory.once(`${bank}.consentUntil`, () => secondsFromNow(30 * DAY)),
    };
    const id = await consentIdOf(keys.main, what);
    const given =
      (await api.consents()).items.find((consent) => consent.id === id) ??
      (await api.consent(await signConsent(path.meta, keys.main, what)));
    lines.push(`${recipient.name} may read ${catalogs.length} catalogs for 30 days`);
    transactions.push(receiptSource(`consent for ${bank}`, api, given.receipt));
  }
  return { lines, transactions };
}

async function bid(path: Path): Promise<StepResult> {
  const requestId = (await openedRequest(path)).id;
  const transactions: TransactionSource[] = [];
  const lines: string[] = [];
  for (const bank of BANKS) {
    const { api, me, keys } = await path.party(bank);
    const profile = await api.profileFor(requestId);
    lines.push(
      `${me.participant.name} read the profile of ${profile.enterprise.name} (snapshot ${profile.snapshot?.digest})`,
    );
    const { requestKey } = await api.request(requestId);
    const terms: BidTerms = {
      requestId,
      institution: { id: me.participant.id, name: me.participant.name },
      amountFen: AMOUNT_FEN,
      termMonths: TERM_MONTHS,
      annualRateBps: OFFERS[bank].annualRateBps,
      repaymentMethod: REPAYMENT,
      fees: OFFERS[bank].fees.map((fee) => ({ ...fee, payee: me.participant.name, timing: "upfront" as const })),
      conditions: "",
    };
    const mine = (await api.bids(requestId)).items.find(({ institution }) => institution.id === me.participant.id);
    if (!mine) {
      const body = await signBid(path.meta, keys.main, requestKey, {
        terms,
        termsSalt: await path.memory.once(`${bank}.bidTermsSalt`, newSalt),
        salt: await path.memory.once(`${bank}.bidSalt`, newSalt),
        validUntil: await path.memory.once(`${bank}.bidUntil`, () => secondsFromNow(10 * DAY)),
      });
      await api.bid(requestId, body);
    }
    lines.push(`${me.participant.name} bid ${terms.annualRateBps} bps, sealed`);
    transactions.push(anchorSource(`bid of ${bank}`, async () => (await api.bids(requestId)).items[0]!.anchor));
  }
  return { lines, transactions };
}

/** Cheapest first, by what the money really costs; ties on the id. */
export const byAllInRate = (a: BidView, b: BidView): number => a.allInRateE6 - b.allInRateE6 || (a.id < b.id ? -1 : 1);

async function award(path: Path): Promise<StepResult> {
  const { api, keys } = await path.party("enterprise");
  const request = await openedRequest(path);
  const bids = (await api.bids(request.id)).items.toSorted(byAllInRate);
  const best = bids[0];
  if (!best || bids.length !== BANKS.length) throw new Error(`${BANKS.length} bids were due, there are ${bids.length}`);
  const signer = keys.requestKey(await path.memory.once("request.keyIndex", newKeyIndex));
  const body = await signAward(path.meta, signer, best);
  const awarded = request.awardedBidId
    ? request
    : await waitFor(
        "the bids' batch to be on chain",
        () =>
          api.award(request.id, body).catch((error: unknown) => {
            if (error instanceof ApiProblem && error.code === "bid.notAnchored") return undefined;
            throw error;
          }),
        { everyMs: 300 },
      );
  if (awarded.awardedBidId !== best.id) throw new Error("another bid than the cheapest one was awarded");
  return {
    lines: bids
      .map(({ institution, terms, allInRateE6 }) => {
        return `${institution.name}: ${terms.annualRateBps} bps nominal, ${(allInRateE6 / 10_000).toFixed(3)} % all in`;
      })
      .concat(`awarded: ${best.institution.name}`),
    transactions: awarded.awardReceipt ? [receiptSource("award", api, awarded.awardReceipt)] : [],
  };
}

async function grant(path: Path): Promise<StepResult> {
  const request = await openedRequest(path);
  const { api: enterprise } = await path.party("enterprise");
  const best = (await enterprise.bids(request.id)).items.find(({ id }) => id === request.awardedBidId)!;
  const banks = await Promise.all(BANKS.map((bank) => path.party(bank)));
  const { api, keys } = banks.find(({ me }) => me.participant.id === best.institution.id)!;
  const stored = async () => (await api.grants()).items.find(({ requestId }) => requestId === request.id);
  const body = await signGrant(path.meta, keys.main, request.requestKey, best.bidHash, {
    terms: { ...best.terms, bidId: best.id, contractNumber: `DEMO-${await path.runId()}` },
    termsSalt: await path.memory.once("grant.termsSalt", newSalt),
    salt: await path.memory.once("grant.salt", newSalt),
    expiresAt: await path.memory.once("grant.expiresAt", () => secondsFromNow(365 * DAY)),
  });
  const made =
    (await stored()) ??
    (await api.grant(request.id, body).catch((error: unknown) => {
      // Counted before the server was cut off: it stores the grant itself within moments of its start.
      if (error instanceof ApiProblem && request.state === "granted")
        return waitFor("the grant", stored, { timeoutMs: 10_000 });
      throw error;
    }));
  await path.memory.once("grant.id", () => made.id);
  return {
    lines: [`${made.institution.name} grants ${yuan(made.amountFen)} to ${made.enterprise.name}: ${made.grantId}`],
    transactions: [receiptSource("grant", api, made.receipt)],
  };
}

/** Fen to yuan with thousands' commas, in whole numbers. */
function yuan(fen: string): string {
  const [whole, rest] = [BigInt(fen) / 100n, BigInt(fen) % 100n];
  return `CNY ${whole.toLocaleString("en-US")}.${String(rest).padStart(2, "0")}`;
}

export const FINANCING_STEPS: readonly Step[] = [
  { id: "products", title: "The banks publish their products", run: publishProducts },
  { id: "request", title: "The enterprise posts a signed financing request", run: openRequest },
  { id: "matches", title: "The enterprise sees which products fit, and why", run: readMatches },
  { id: "consents", title: "The enterprise lets both banks read its profile", run: giveConsents },
  { id: "bids", title: "Each bank reads the profile and bids sealed", run: bid },
  { id: "award", title: "The enterprise compares by all-in rate and awards the cheapest", run: award },
  { id: "grant", title: "The awarded bank grants the credit", run: grant },
];
