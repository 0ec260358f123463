import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { leafEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import type { Hex32 } from "../../lib/hex.ts";
import { newId } from "../../lib/ids.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import { replay, type ScoreResult, score, scoreText } from "./domain/score.ts";
import { digestOf } from "./domain/scorecard.ts";
import {
  contentOf,
  type Facts,
  factsOf,
  type Inputs,
  inputsOf,
  type ScoredProfile,
  scoredOf,
} from "./score-content.ts";
import { anchoredOf, scoreFieldsOf } from "./score-making.ts";
import { createRefresh } from "./score-refresh.ts";
import type { ReplayView, ScoreSummary, ScoreView } from "./score-schemas.ts";
import type { ScoreDocument, ScoreFields, ScoreStore } from "./score-store.ts";
import { PLATFORM, type ScorecardService } from "./scorecard-service.ts";
import type { ScorecardDocument } from "./scorecard-store.ts";

const PAGE_SIZE = 20;

export const scoreLeafId = (id: string): string => `score:${id}`;

interface Snapshot {
  id: string;
  uscc: string;
  institutionId: string;
  consentId: string;
  takenAt: Date;
}

interface Ports {
  /** The enterprise's own profile as it stands. */
  ownProfile(participantId: string): Promise<ScoredProfile>;
  profileOf(uscc: string): Promise<ScoredProfile>;
  usccOf(participantId: string): Promise<string | undefined>;
  nameOf(participantId: string): Promise<string>;
  findSnapshot(id: string): Promise<Snapshot | null>;
  /** The profile as it was frozen; undefined once it is deleted. */
  snapshotProfile(id: string): Promise<ScoredProfile | undefined>;
  /** Throws consent.required for an institution that may not; false where the time of the copy is over. Logged. */
  mayOpenCopy(actor: Actor, copy: { id: string; consentId: string; takenAt: Date }): Promise<boolean>;
  /** An authority's look at an enterprise's own score, into the access log. */
  logLawful(actor: Actor, uscc: string): Promise<void>;
  anchorsOf(leafIds: readonly string[]): Promise<Map<string, AnchorState>>;
  /** Changes when records anywhere have changed. */
  dataMark(): Promise<string>;
}

export interface ScoreService {
  /** The enterprise's score of now by the platform's scorecard; a new one is kept only where something changed. */
  own(participantId: string): Promise<ScoreView>;
  /** By the platform's and the reader's own scorecard, of the snapshot and of no other moment. */
  ofSnapshot(actor: Actor, snapshotId: string): Promise<ScoreView[]>;
  list(actor: Actor, uscc: string | undefined, page: number): Promise<{ items: ScoreSummary[]; total: number }>;
  view(actor: Actor, id: string): Promise<ScoreView>;
  replay(actor: Actor, id: string, inputs?: Inputs): Promise<ReplayView>;
  opening(actor: Actor, id: string): Promise<{ document: object; salt: string; commitment: string }>;
  /** Score and grade of a profile by the platform's scorecard, for who computes with them; null without a scorecard. */
  figures(profile: ScoredProfile): Promise<{ total: number; grade: string; asOf: string } | null>;
  /** Worker step: scores again whom new, corrected or erased records may have changed. */
  refresh(): Promise<boolean>;
}

export function createScoreService(
  store: ScoreStore,
  scorecards: ScorecardService,
  ports: Ports,
  clock: Clock,
  onWork: () => void,
): ScoreService {
  const { indicatorOf, ownerView } = scorecards;

  const fieldsOf = (
    id: string,
    document: ScorecardDocument,
    profile: ScoredProfile,
    more: Parameters<typeof scoreFieldsOf>[3],
  ): ScoreFields => scoreFieldsOf(id, { document, card: scorecards.cardOf(document) }, profile, more, clock.now());
  const insert = (id: string, fields: ScoreFields): Promise<boolean> =>
    store.insert(id, fields, [leafEffect({ id: scoreLeafId(id), kind: "decisions", commitment: fields.commitment })]);

  async function ownScore(uscc: string, profile: ScoredProfile, document: ScorecardDocument): Promise<ScoreDocument> {
    const card = scorecards.cardOf(document);
    const inputDigest = digestOf(inputsOf(card, profile));
    for (;;) {
      const latest = await store.latestOwn(uscc, document._id);
      if (latest?.inputDigest === inputDigest) return latest;
      const id = newId();
      const once = `own|${uscc}|${document._id}|${latest?._id ?? ""}`;
      const fields = fieldsOf(id, document, profile, { kind: "own", uscc, once, previousId: latest?._id });
      // Somebody else may have scored the same change in the meantime.
      if (await insert(id, fields)) {
        onWork();
        return (await store.find(id))!;
      }
    }
  }

  async function summariesOf(scores: readonly ScoreDocument[], withFigures: boolean): Promise<ScoreSummary[]> {
    const anchors = await ports.anchorsOf(scores.map(({ _id }) => scoreLeafId(_id)));
    return scores.map((each): ScoreSummary => {
      const result = each.result === undefined ? undefined : (JSON.parse(each.result) as ScoreResult);
      return {
        id: each._id,
        kind: each.kind,
        uscc: each.uscc,
        scorecard: {
          id: each.scorecardId,
          cardId: each.cardId,
          version: each.cardVersion,
          digest: each.digest,
          owner: ownerView(each.owner.id, each.owner.name),
        },
        ...(each.reader ? { reader: each.reader } : {}),
        ...(each.snapshot ? { snapshotId: each.snapshot.id, consentId: each.snapshot.consentId } : {}),
        asOf: each.asOf.toISOString(),
        scoredAt: each.scoredAt.toISOString(),
        inputDigest: each.inputDigest,
        resultDigest: each.resultDigest,
        ...(each.previousId ? { previousId: each.previousId } : {}),
        anchor: anchors.get(scoreLeafId(each._id)) ?? { state: "waiting" },
        ...(withFigures && result ? { total: result.total, grade: result.grade } : {}),
        deleted: result === undefined,
      };
    });
  }
  /** `facts` of now stand in for those of then where the score is that of now. */
  async function viewOf(each: ScoreDocument, facts?: Facts): Promise<ScoreView> {
    const summary = (await summariesOf([each], true))[0]!;
    if (each.result === undefined || each.inputs === undefined) return summary;
    const card = scorecards.cardOf(await scorecards.require(each.scorecardId));
    const content = contentOf(
      card,
      JSON.parse(each.result) as ScoreResult,
      JSON.parse(each.inputs) as Inputs,
      facts ?? (JSON.parse(each.facts ?? "{}") as Facts),
      indicatorOf,
    );
    return { ...summary, content };
  }

  async function visible(actor: Actor, id: string): Promise<ScoreDocument> {
    const found = await store.find(id);
    const may =
      found &&
      (actor.role === "regulator" ||
        (actor.role === "institution" && found.reader?.id === actor.participantId) ||
        (actor.role === "enterprise" && (await ports.usccOf(actor.participantId)) === found.uscc));
    if (!may) throw new DomainError("notFound", "there is no such score");
    return found;
  }
  /** The score with what it says, where the actor may see that now. */
  async function open(actor: Actor, id: string): Promise<ScoreDocument> {
    const found = await visible(actor, id);
    const { snapshot, inputs: _, result: __, facts: ___, ...closed } = found;
    if (snapshot) return (await ports.mayOpenCopy(actor, snapshot)) ? found : { ...closed, snapshot };
    if (actor.role === "regulator") await ports.logLawful(actor, found.uscc);
    return found;
  }

  const service: ScoreService = {
    async own(participantId) {
      const profile = await ports.ownProfile(participantId);
      const document = await scorecards.current(PLATFORM);
      if (!document)
        throw new DomainError("scorecard.none", "the platform has no published scorecard", {
          status: 409,
          fix: "come back when the operator has published one",
        });
      const found = await ownScore(profile.enterprise.uscc, profile, document);
      return viewOf(found, factsOf(scorecards.cardOf(document), profile));
    },

    async ofSnapshot(actor, snapshotId) {
      const snapshot = await ports.findSnapshot(snapshotId);
      if (snapshot?.institutionId !== actor.participantId)
        throw new DomainError("notFound", "there is no such snapshot");
      const profile = (await ports.mayOpenCopy(actor, snapshot)) ? await ports.snapshotProfile(snapshotId) : undefined;
      if (!profile) throw new DomainError("consent.required", "this copy's time is over: its content is deleted");
      const current = await Promise.all([PLATFORM, actor.participantId].map(scorecards.current));
      const reader = { id: actor.participantId, name: await ports.nameOf(actor.participantId) };
      const { id: _, uscc, consentId, takenAt } = snapshot;
      const views: ScoreView[] = [];
      for (const document of current) {
        if (!document) continue;
        const once = `read|${snapshotId}|${document._id}`;
        if (!(await store.byOnce(once))) {
          const id = newId();
          const copy = { id: snapshotId, consentId, takenAt };
          await insert(id, fieldsOf(id, document, profile, { kind: "read", uscc, once, reader, snapshot: copy }));
          // A deletion that came before the score was written down didn't find it.
          if (!(await ports.snapshotProfile(snapshotId))) await store.deleteContentOf(snapshotId);
          onWork();
        }
        views.push(await viewOf((await store.byOnce(once))!));
      }
      return views;
    },

    async list(actor, uscc, page) {
      const filter =
        actor.role === "enterprise"
          ? { uscc: (await ports.usccOf(actor.participantId)) ?? "none" }
          : { uscc, ...(actor.role === "institution" ? { readerId: actor.participantId } : {}) };
      const { items, total } = await store.list(filter, page, PAGE_SIZE);
      // To others a score is told one at a time, and each time is written down.
      return { items: await summariesOf(items, actor.role === "enterprise"), total };
    },
    view: async (actor, id) => viewOf(await open(actor, id)),

    async replay(actor, id, given) {
      const found = await open(actor, id);
      const card = scorecards.cardOf(await scorecards.require(found.scorecardId));
      const inputs = given ?? (found.inputs === undefined ? undefined : (JSON.parse(found.inputs) as Inputs));
      if (!inputs)
        throw new DomainError(
          "scorecard.inputsDeleted",
          "the copy that was scored is deleted, and with it the inputs",
          {
            status: 409,
            field: "inputs",
            fix: "send the inputs that you keep: their digest tells whether they are those",
          },
        );
      const result = score(card, scoredOf(inputs));
      if (result.inputDigest !== found.inputDigest)
        throw new DomainError("scorecard.otherInputs", "the score was given for other inputs", {
          field: "inputs",
          fix: `send those whose digest is ${found.inputDigest}`,
        });
      const { text, same } = found.result
        ? replay(card, scoredOf(inputs), found.result)
        : { text: scoreText(result), same: digestOf(result) === found.resultDigest };
      return {
        same,
        text,
        storedDigest: found.resultDigest,
        digest: digestOf(JSON.parse(text) as unknown),
        scorecardDigest: result.scorecard.digest,
        inputDigest: result.inputDigest,
        inputs,
      };
    },

    async opening(actor, id) {
      const found = await visible(actor, id);
      const document = anchoredOf(id, found);
      return { document, salt: found.salt, commitment: commitment(found.salt as Hex32, document) };
    },

    async figures(profile) {
      const document = await scorecards.current(PLATFORM);
      if (!document) return null;
      const card = scorecards.cardOf(document);
      const { total, grade } = score(card, scoredOf(inputsOf(card, profile)));
      return { total, grade, asOf: profile.computedAt.slice(0, 10) };
    },

    refresh: createRefresh({
      async markOf() {
        const document = await scorecards.current(PLATFORM);
        if (!document) return undefined;
        return `${document._id}|${clock.now().toISOString().slice(0, 10)}|${await ports.dataMark()}`;
      },
      subjectsAfter: store.subjectsAfter,
      async score(uscc) {
        const document = await scorecards.current(PLATFORM);
        if (document) await ownScore(uscc, await ports.profileOf(uscc), document);
      },
    }),
  };
  return service;
}
