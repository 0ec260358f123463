import type { Actor } from "../../lib/actor.ts";
import { canonicalJson } from "../../lib/canonical-json.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { leafEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { randomSalt } from "../../lib/hash.ts";
import type { Hex32 } from "../../lib/hex.ts";
import { newId } from "../../lib/ids.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import { digestOf, parseScorecard, type Scorecard } from "./domain/scorecard.ts";
import { afterScorecard } from "./domain/scorecard-states.ts";
import type { NamedIndicator } from "./domain/wording.ts";
import type { ScorecardDetail, ScorecardSummary } from "./score-schemas.ts";
import type { ScorecardDocument, ScorecardFields, ScorecardStore } from "./scorecard-store.ts";
import type { ScorecardPackage, TrainingReport } from "./training-schemas.ts";

/** Owner of the scorecards that everybody is scored by. */
export const PLATFORM = "platform";
export const scorecardLeafId = (id: string): string => `scorecard:${id}`;

/** Units of values that are codes; the others are numbers. */
const CODES: ReadonlySet<string> = new Set(["code", "text", "flag", "date"]);
const MOST_PARSED = 200;

interface Ports {
  indicators: ReadonlyMap<string, NamedIndicator>;
  platformName: string;
  nameOf(participantId: string): Promise<string>;
  anchorsOf(leafIds: readonly string[]): Promise<Map<string, AnchorState>>;
}

export interface ScorecardService {
  /** Keeps a draft; a draft of the same version is replaced, a published version never. */
  upload(actor: Actor, input: ScorecardPackage): Promise<ScorecardDetail>;
  publish(actor: Actor, id: string): Promise<ScorecardDetail>;
  retire(actor: Actor, id: string): Promise<ScorecardDetail>;
  list(actor: Actor): Promise<ScorecardSummary[]>;
  detail(actor: Actor, id: string): Promise<ScorecardDetail>;
  /** What a published version's commitment hides. */
  opening(actor: Actor, id: string): Promise<{ document: object; salt: string; commitment: string }>;
  /** The scorecard that ships with the product: published when it isn't there yet. */
  ensurePlatform(input: ScorecardPackage): Promise<void>;
  /** Throws notFound. */
  require(id: string): Promise<ScorecardDocument>;
  visible(actor: Actor, id: string): Promise<ScorecardDocument>;
  cardOf(document: ScorecardDocument): Scorecard;
  reportOf(document: ScorecardDocument): TrainingReport;
  /** The version that scores now: of the published ones the one published last. */
  current(ownerId: string): Promise<ScorecardDocument | null>;
  published(): Promise<ScorecardDocument[]>;
  ownerView(ownerId: string, name: string): ScorecardSummary["owner"];
  indicatorOf(id: string): NamedIndicator;
}

const ownerOf = (actor: Actor): string => (actor.role === "operator" ? PLATFORM : actor.participantId);
const packageOf = ({ content }: ScorecardFields): ScorecardPackage => JSON.parse(content) as ScorecardPackage;

/** What is anchored of a version: everything that tells how it came about, and the hash of what it does. */
function publication(card: ScorecardDocument): object {
  const { scorecard, about } = packageOf(card);
  const { id, version, target, trainedAt, grades } = scorecard;
  return {
    scorecard: { id, version, digest: card.digest },
    owner: { id: card.ownerId, name: card.ownerName },
    ...about,
    target,
    trainedAt,
    grades,
    reportDigest: card.reportDigest,
    publishedAt: card.publishedAt!.toISOString(),
  };
}

export function createScorecardService(
  store: ScorecardStore,
  ports: Ports,
  clock: Clock,
  onWork: () => void,
): ScorecardService {
  /** Parsed scorecards by digest: a digest never stands for another one. */
  const parsed = new Map<string, Scorecard>();
  function cardOf(document: ScorecardDocument): Scorecard {
    const known = parsed.get(document.digest);
    if (known) return known;
    const card = parseScorecard(packageOf(document).scorecard);
    if (parsed.size >= MOST_PARSED) parsed.delete(parsed.keys().next().value!);
    parsed.set(document.digest, card);
    return card;
  }

  const indicatorOf = (id: string): NamedIndicator =>
    ports.indicators.get(id) ?? { name: { zh: id, en: id }, unit: "text" };
  const ownerView = (id: string, name: string): ScorecardSummary["owner"] => ({
    id,
    name,
    kind: id === PLATFORM ? "platform" : "institution",
  });

  async function summariesOf(cards: readonly ScorecardDocument[]): Promise<ScorecardSummary[]> {
    const anchors = await ports.anchorsOf(
      cards.filter(({ publishedAt }) => publishedAt).map(({ _id }) => scorecardLeafId(_id)),
    );
    return cards.map((card) => {
      const { scorecard, about } = packageOf(card);
      return {
        id: card._id,
        cardId: card.cardId,
        version: card.cardVersion,
        state: card.state,
        digest: card.digest,
        reportDigest: card.reportDigest,
        owner: ownerView(card.ownerId, card.ownerName),
        ...about,
        target: scorecard.target,
        trainedAt: scorecard.trainedAt,
        grades: scorecard.grades,
        indicators: scorecard.characteristics.map(({ indicatorId: id }) => ({ id, ...indicatorOf(id) })),
        createdAt: card.createdAt.toISOString(),
        ...(card.publishedAt
          ? {
              publishedAt: card.publishedAt.toISOString(),
              anchor: anchors.get(scorecardLeafId(card._id)) ?? { state: "waiting" as const },
            }
          : {}),
        ...(card.retiredAt ? { retiredAt: card.retiredAt.toISOString() } : {}),
      };
    });
  }
  async function detailOf(card: ScorecardDocument): Promise<ScorecardDetail> {
    const { scorecard, report } = packageOf(card);
    const summary = (await summariesOf([card]))[0]!;
    // Those that are only compared have names too.
    const compared = report.impact.map(({ indicatorId: id }) => ({ id, ...indicatorOf(id) }));
    return { ...summary, indicators: [...summary.indicators, ...compared], scorecard, report };
  }

  /** An indicator that no profile has would be unknown for ever; one of another kind could not be read. */
  function requireKnown({ characteristics }: Scorecard): void {
    for (const [index, { indicatorId, kind }] of characteristics.entries()) {
      const field = `scorecard.characteristics.${index}`;
      const known = ports.indicators.get(indicatorId);
      if (!known)
        throw new DomainError("scorecard.unknownIndicator", `no credit profile has an indicator ${indicatorId}`, {
          field: `${field}.indicatorId`,
          fix: "train it on the ids shown in a credit profile",
        });
      const wanted = CODES.has(known.unit) ? "category" : "number";
      if (kind !== wanted)
        throw new DomainError("scorecard.otherKind", `the indicator ${indicatorId} is a ${wanted}, not a ${kind}`, {
          field: `${field}.kind`,
          fix:
            wanted === "category"
              ? `train it with --category ${indicatorId}`
              : "leave it out of --category in training",
        });
    }
  }

  function draftOf(ownerId: string, ownerName: string, input: ScorecardPackage): ScorecardFields {
    const { id, version } = input.scorecard;
    return {
      ownerId,
      ownerName,
      cardId: id,
      cardVersion: version,
      digest: digestOf(input.scorecard),
      reportDigest: digestOf(input.report),
      content: canonicalJson(input),
      state: "draft",
      createdAt: clock.now(),
    };
  }

  async function own(actor: Actor, id: string): Promise<ScorecardDocument> {
    const card = await store.find(id);
    if (card?.ownerId !== ownerOf(actor)) throw new DomainError("notFound", "you have no such scorecard");
    return card;
  }
  const changedMeanwhile = () => new DomainError("conflict", "the scorecard was changed meanwhile");
  const wrongState = (state: string, fix: string) =>
    new DomainError("scorecard.final", `this version is ${state}: it can't be changed any more`, { status: 409, fix });

  const service: ScorecardService = {
    async upload(actor, input) {
      const ownerId = ownerOf(actor);
      const { id: cardId, version } = input.scorecard;
      requireKnown(parseScorecard(input.scorecard));
      const ownerName = ownerId === PLATFORM ? ports.platformName : await ports.nameOf(ownerId);
      const fields = draftOf(ownerId, ownerName, input);
      const id = newId();
      if (!(await store.insert(id, fields))) {
        const before = await store.byVersion(ownerId, cardId, version);
        if (!before) throw changedMeanwhile();
        if (!afterScorecard(before.state, "replace"))
          throw new DomainError("scorecard.final", `version ${version} of ${cardId} is ${before.state}`, {
            status: 409,
            field: "scorecard.version",
            fix: `give it the next version: train with --version ${version + 1}`,
          });
        const replaced = await store.change(before, fields);
        if (!replaced) throw changedMeanwhile();
        return detailOf(replaced);
      }
      return detailOf((await store.find(id))!);
    },

    async publish(actor, id) {
      const card = await own(actor, id);
      if (!afterScorecard(card.state, "publish")) throw wrongState(card.state, "upload the next version");
      requireKnown(cardOf(card));
      const others = await store.list({ ownerIds: [card.ownerId], states: ["published", "retired"] });
      const newest = Math.max(
        0,
        ...others.filter(({ cardId }) => cardId === card.cardId).map(({ cardVersion }) => cardVersion),
      );
      if (card.cardVersion <= newest)
        throw new DomainError("scorecard.olderVersion", `version ${newest} of ${card.cardId} is published already`, {
          status: 409,
          field: "version",
          fix: `train with --version ${newest + 1}`,
        });
      const set = { state: "published" as const, publishedAt: clock.now(), salt: randomSalt() };
      const digest = commitment(set.salt, publication({ ...card, ...set }));
      const leaf = leafEffect({ id: scorecardLeafId(id), kind: "decisions", commitment: digest });
      const published = await store.change(card, set, [leaf]);
      if (!published) throw changedMeanwhile();
      onWork();
      return detailOf(published);
    },

    async retire(actor, id) {
      const card = await own(actor, id);
      if (!afterScorecard(card.state, "retire"))
        throw wrongState(
          card.state,
          card.state === "draft" ? "a draft counts for nothing: leave it or replace it" : "",
        );
      const retired = await store.change(card, { state: "retired", retiredAt: clock.now() });
      if (!retired) throw changedMeanwhile();
      return detailOf(retired);
    },

    async list(actor) {
      if (actor.role === "regulator") return summariesOf(await store.list({ states: ["published", "retired"] }));
      if (actor.role === "operator") return summariesOf(await store.list({ ownerIds: [PLATFORM] }));
      const shown = await store.list({ ownerIds: [PLATFORM], states: ["published", "retired"] });
      const own = actor.role === "institution" ? await store.list({ ownerIds: [actor.participantId] }) : [];
      return summariesOf([...own, ...shown]);
    },
    detail: async (actor, id) => detailOf(await service.visible(actor, id)),

    async visible(actor, id) {
      const card = await store.find(id);
      const may =
        card &&
        (card.ownerId === ownerOf(actor) ||
          (card.state !== "draft" && (card.ownerId === PLATFORM || actor.role === "regulator")));
      if (!may) throw new DomainError("notFound", "there is no such scorecard");
      return card;
    },
    async opening(actor, id) {
      const card = await service.visible(actor, id);
      if (!card.salt) throw new DomainError("proof.notConfirmed", "a draft isn't anchored", { fix: "publish it" });
      const document = publication(card);
      return { document, salt: card.salt, commitment: commitment(card.salt as Hex32, document) };
    },

    async ensurePlatform(input) {
      const { id: cardId, version } = input.scorecard;
      if (await store.byVersion(PLATFORM, cardId, version)) return;
      requireKnown(parseScorecard(input.scorecard));
      const id = newId();
      const salt = randomSalt();
      const fields = draftOf(PLATFORM, ports.platformName, input);
      const published = { ...fields, state: "published" as const, publishedAt: clock.now(), salt };
      const digest = commitment(salt, publication({ ...published, _id: id, version: 0, outbox: [] }));
      // Where two processes start at once, one of them is too late: that is as good.
      await store.insert(id, published, [
        leafEffect({ id: scorecardLeafId(id), kind: "decisions", commitment: digest }),
      ]);
      onWork();
    },

    async require(id) {
      const card = await store.find(id);
      if (!card) throw new DomainError("notFound", "there is no such scorecard");
      return card;
    },
    cardOf,
    reportOf: (document) => packageOf(document).report,
    current: store.current,
    published: () => store.list({ states: ["published"] }),
    ownerView,
    indicatorOf,
  };
  return service;
}
