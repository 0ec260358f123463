import { after, afterEach, before, beforeEach } from "mocha";
import type { ConsentView } from "../../backend/features/consents/consent-schemas.ts";
import type { RequestView } from "../../backend/features/requests/request-schemas.ts";
import { type ConsentTerms, signConsent, signConsentChange } from "../../scripts/client/acts.ts";
import type { Api } from "../../scripts/client/api.ts";
import { newSalt } from "../../scripts/client/keys.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { DAY, secondsFromNow } from "../../scripts/client/times.ts";
import { playUntil } from "./actors.ts";
import { openNewRequest } from "./financing.ts";
import { type LaterServer, startLater } from "./later.ts";
import { sharedServer } from "./server.ts";

export interface Wish {
  readonly terms?: Partial<ConsentTerms>;
  readonly days?: number;
  readonly api?: Api;
}

/** Gives the first bank a consent of one's own choice. */
export async function giveConsent(path: Path, { terms, days = 30, api: other }: Wish = {}): Promise<ConsentView> {
  const { me, keys, api } = await path.party("enterprise");
  const recipient = (await path.party("firstBank")).me.participant;
  const startsAt = secondsFromNow(0);
  const body = await signConsent(path.meta, keys.main, {
    terms: {
      holder: { id: me.participant.id, uscc: me.participant.uscc! },
      recipient: { id: recipient.id, name: recipient.name },
      purpose: "creditReview",
      catalogs: (await api.catalogs()).items.map(({ id }) => id),
      mode: "periodic",
      ...terms,
    },
    salt: newSalt(),
    startsAt,
    expiresAt: secondsFromNow(days * DAY, Date.parse(startsAt)),
  });
  return (other ?? api).consent(body);
}

export async function revokeConsent(path: Path, consent: ConsentView): Promise<ConsentView> {
  const { keys, api } = await path.party("enterprise");
  return api.changeConsent(consent.id, await signConsentChange(path.meta, keys.main, consent, "revoked"));
}

export interface ConsentWorld {
  path: Path;
  enterprise: Api;
  bank: Api;
  request: RequestView;
  later: LaterServer;
}

/**
 * For a describe block: an enterprise with a request and a bank, and a server whose clock can go ahead. No consent stands
 * when a test begins. Filled before the first test.
 */
export function consentWorld(): ConsentWorld {
  const world = {} as ConsentWorld;
  before(async () => {
    const path = await playUntil("enrol");
    const enterprise = (await path.party("enterprise")).api;
    const bank = (await path.party("firstBank")).api;
    const { request } = await openNewRequest(path);
    Object.assign(world, { path, enterprise, bank, request, later: await startLater(await sharedServer()) });
  });
  after(() => world.later?.stop());
  beforeEach(() => world.later.setDays(0));
  afterEach(async () => {
    for (const consent of (await world.enterprise.consents()).items)
      if (consent.state !== "revoked") await revokeConsent(world.path, consent);
  });
  return world;
}

/** What happened since a moment; not what a server with a clock that is ahead wrote down. */
export const since = (startedAt: number) => {
  const within = ({ at }: { at: string }): boolean => Date.parse(at) >= startedAt && Date.parse(at) <= Date.now();
  return within;
};
