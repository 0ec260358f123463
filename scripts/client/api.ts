import { z } from "zod";
import { grantCheck, platformStatus, reconciliation, totals } from "../../backend/features/audit/audit-schemas.ts";
import { bid, bidList } from "../../backend/features/bids/bid-schemas.ts";
import {
  accessLog,
  type ConsentPurpose,
  consent,
  consentList,
  consentRequest,
  type consentRequestInput,
  consentRequestList,
  copyContent,
  copyList,
  noticeList,
  unreadCount,
} from "../../backend/features/consents/consent-schemas.ts";
import {
  batchList,
  batchView,
  catalogList,
  quarantineList,
  recordView,
} from "../../backend/features/data-exchange/data-exchange-schemas.ts";
import { grant, grantList } from "../../backend/features/grants/grant-schemas.ts";
import {
  account,
  enrolmentResult,
  invitation,
  keystore,
  meta,
  session,
} from "../../backend/features/identity/identity-schemas.ts";
import { matchList } from "../../backend/features/matching/matching-schemas.ts";
import {
  participant,
  participantList,
  registeredEnterpriseList,
} from "../../backend/features/participants/participant-schemas.ts";
import { product, type productInput, productList } from "../../backend/features/products/product-schemas.ts";
import { profile } from "../../backend/features/profiles/profile-schemas.ts";
import { request, requestList } from "../../backend/features/requests/request-schemas.ts";
import { grantPack, leafPack } from "../../backend/lib/proof/pack.ts";
import { receipt } from "../../backend/lib/schemas.ts";
import type {
  AdmissionBody,
  AwardBody,
  BidBody,
  ConsentBody,
  ConsentChangeBody,
  EnrolmentBody,
  GrantBody,
  RequestBody,
  WithdrawalBody,
} from "./acts.ts";
import { Transport, type TransportOptions } from "./transport.ts";

export type ProductBody = z.input<typeof productInput>;
export type ConsentRequestBody = z.input<typeof consentRequestInput>;

const rpcAnswer = z.object({
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});

type Query = Readonly<Record<string, string | number | undefined>>;

function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}`;
}

const id = encodeURIComponent;

/** The whole HTTP API, one method per route, as one session sees it. */
export class Api {
  readonly transport: Transport;

  constructor(url: string, options: TransportOptions = {}) {
    this.transport = new Transport(url, options);
  }

  /** The same server with another session. */
  as(token: string): Api {
    return new Api(this.transport.url, { ...this.transport.options, token });
  }

  meta = () => this.transport.get("/meta", meta);
  totals = () => this.transport.get("/totals", totals);

  login = (username: string, password: string) => this.transport.post("/sessions", { username, password }, session);
  logout = () => this.transport.send("DELETE", "/sessions/current", z.unknown());
  me = () => this.transport.get("/me", account);
  keystore = async () => (await this.transport.get("/me/keystore", keystore)).keystore;
  invitation = (address: string) => this.transport.get(`/invitations/${id(address)}`, invitation);
  enrol = (body: EnrolmentBody) => this.transport.post("/enrolments", body, enrolmentResult);

  registeredEnterprises = (query: string) =>
    this.transport.get(withQuery("/registered-enterprises", { query }), registeredEnterpriseList);
  admit = (body: AdmissionBody) => this.transport.post("/participants", body, participant);
  participants = (query: { kind?: string; query?: string; page?: number } = {}) =>
    this.transport.get(withQuery("/participants", query), participantList);
  institutions = () => this.transport.get("/institutions", participantList);

  catalogs = () => this.transport.get("/catalogs", catalogList);
  upload = (catalogId: string, fileName: string, bytes: Uint8Array) =>
    this.transport.send("POST", withQuery(`/catalogs/${id(catalogId)}/batches`, { fileName }), batchView, { bytes });
  batches = (query: { catalogId?: string; page?: number } = {}) =>
    this.transport.get(withQuery("/batches", query), batchList);
  batch = (batchId: string) => this.transport.get(`/batches/${id(batchId)}`, batchView);
  quarantine = (batchId: string, page?: number) =>
    this.transport.get(withQuery(`/batches/${id(batchId)}/quarantine`, { page }), quarantineList);
  record = (recordId: string, purpose?: ConsentPurpose) =>
    this.transport.get(withQuery(`/records/${id(recordId)}`, { purpose }), recordView);
  recordProof = (recordId: string, purpose?: ConsentPurpose) =>
    this.transport.get(withQuery(`/records/${id(recordId)}/proof`, { purpose }), leafPack);

  profile = () => this.transport.get("/profile", profile);
  profileFor = (requestId: string, purpose?: ConsentPurpose) =>
    this.transport.get(withQuery(`/requests/${id(requestId)}/profile`, { purpose }), profile);
  products = () => this.transport.get("/products", productList);
  publish = (body: ProductBody) => this.transport.post("/products", body, product);
  matches = (query: { amountFen?: string; termMonths?: number } = {}) =>
    this.transport.get(withQuery("/matches", query), matchList);
  matchesOf = (requestId: string) => this.transport.get(`/requests/${id(requestId)}/matches`, matchList);

  openRequest = (body: RequestBody) => this.transport.post("/requests", body, request);
  requests = (query: { state?: string; page?: number } = {}) =>
    this.transport.get(withQuery("/requests", query), requestList);
  request = (requestId: string) => this.transport.get(`/requests/${id(requestId)}`, request);
  withdraw = (requestId: string, body: WithdrawalBody) =>
    this.transport.post(`/requests/${id(requestId)}/withdrawal`, body, request);
  bid = (requestId: string, body: BidBody) => this.transport.post(`/requests/${id(requestId)}/bids`, body, bid);
  bids = (requestId: string) => this.transport.get(`/requests/${id(requestId)}/bids`, bidList);
  award = (requestId: string, body: AwardBody) =>
    this.transport.post(`/requests/${id(requestId)}/award`, body, request);
  grant = (requestId: string, body: GrantBody) => this.transport.post(`/requests/${id(requestId)}/grants`, body, grant);
  grants = (page?: number) => this.transport.get(withQuery("/grants", { page }), grantList);
  grantById = (grantId: string) => this.transport.get(`/grants/${id(grantId)}`, grant);
  grantProof = (grantId: string) => this.transport.get(`/grants/${id(grantId)}/proof`, grantPack);

  consent = (body: ConsentBody) => this.transport.post("/consents", body, consent);
  consents = () => this.transport.get("/consents", consentList);
  changeConsent = (consentId: string, body: ConsentChangeBody) =>
    this.transport.post(`/consents/${id(consentId)}/changes`, body, consent);
  accessLog = (page?: number) => this.transport.get(withQuery("/access-log", { page }), accessLog);
  askConsent = (body: ConsentRequestBody) => this.transport.post("/consent-requests", body, consentRequest);
  consentRequests = (page?: number) => this.transport.get(withQuery("/consent-requests", { page }), consentRequestList);
  rejectConsent = (consentRequestId: string, reason: string) =>
    this.transport.post(`/consent-requests/${id(consentRequestId)}/rejection`, { reason }, consentRequest);
  copies = (page?: number) => this.transport.get(withQuery("/copies", { page }), copyList);
  copy = (copyId: string) => this.transport.get(`/copies/${id(copyId)}`, copyContent);
  deletionProof = (copyId: string) => this.transport.get(`/copies/${id(copyId)}/deletion/proof`, leafPack);
  snapshotProof = (copyId: string) => this.transport.get(`/snapshots/${id(copyId)}/proof`, leafPack);
  notices = (page?: number) => this.transport.get(withQuery("/notices", { page }), noticeList);
  noticesSeen = (ids?: string[]) => this.transport.post("/notices/seen", ids ? { ids } : {}, unreadCount);

  checkGrant = (grantId: string) => this.transport.get(`/audit/grants/${id(grantId)}`, grantCheck);
  reconciliation = () => this.transport.get("/audit/reconciliation", reconciliation);
  receipt = (receiptId: string) => this.transport.get(`/receipts/${id(receiptId)}`, receipt);
  status = () => this.transport.get("/status", platformStatus);

  /** A read-only call of the chain's node. Throws with the node's message. */
  chain = async (method: string, params: readonly unknown[] = []): Promise<unknown> => {
    const answer = await this.transport.post("/chain", { jsonrpc: "2.0", id: 1, method, params }, rpcAnswer);
    if (answer.error) throw new Error(`${method}: ${answer.error.message} (${answer.error.code})`);
    return answer.result;
  };
}
