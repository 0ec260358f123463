import type { Actor } from "../../lib/actor.ts";
import { canonicalJson } from "../../lib/canonical-json.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { type Effect, leafEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { randomSalt, sha256Hex } from "../../lib/hash.ts";
import { newId } from "../../lib/ids.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import type { AnswerDocument, AnswerFields, AnswerFilter, AnswerStore, StoredBasis } from "./answer-store.ts";
import type { AnswerHead, AnswerPorts, AnswerService, Ask, Given } from "./answer-types.ts";
import { answerNumber, readAnswerNumber } from "./domain/answer-number.ts";
import { legalBasisText } from "./domain/legal-bases.ts";
import { basisView, lawOf, wrongGrounds } from "./grounds.ts";
import type { AnswerView } from "./verification-schemas.ts";

const PAGE_SIZE = 50;
const DAY_MS = 86_400_000;
/** So long an authority can come back to what it was answered. */
const LAW_CONTENT_DAYS = 30;
const QUERY = "query";

interface Keyed {
  readonly key: string;
  readonly digest: string;
}

export const answerLeafId = (id: string): string => `answer:${id}`;

const notFound = () => new DomainError("notFound", "there is no such answer");

export function createAnswerService(
  store: AnswerStore,
  ports: AnswerPorts,
  clock: Clock,
  onWork: () => void,
): AnswerService {
  /** Answers that are being found, by key: the same request twice at once is found once. */
  const underWay = new Map<string, Promise<unknown>>();

  const viewOf = (answer: AnswerDocument, anchor: AnchorState | undefined): AnswerView => ({
    id: answer._id,
    number: answer.number,
    kind: answer.kind,
    at: answer.at.toISOString(),
    subject: { uscc: answer.subject.uscc, ...(answer.subject.name ? { name: answer.subject.name } : {}) },
    asker: { id: answer.asker.id, name: answer.asker.name, role: answer.asker.role },
    basis: basisView(answer.basis),
    records: answer.records,
    digest: answer.digest,
    anchor: anchor ?? { state: "waiting" },
    ...(answer.contentUntil ? { contentUntil: answer.contentUntil.toISOString() } : {}),
    ...(answer.review
      ? { review: { verdict: answer.review.verdict, note: answer.review.note, at: answer.review.at.toISOString() } }
      : {}),
  });
  async function viewsOf(answers: readonly AnswerDocument[]): Promise<AnswerView[]> {
    const anchors = await ports.anchorsOf(answers.map(({ _id }) => answerLeafId(_id)));
    return answers.map((answer) => viewOf(answer, anchors.get(answerLeafId(answer._id))));
  }

  async function find<Content>(actor: Actor, ask: Ask<Content>, key: Keyed | undefined): Promise<Given<Content>> {
    const [{ name, departmentCode }, subject] = await Promise.all([
      ports.asker(actor.participantId),
      ports.subject(ask.uscc),
    ]);
    const asker = { id: actor.participantId, name, role: actor.role as AnswerFields["asker"]["role"] };
    const id = newId();
    const at = clock.now();
    const number = answerNumber(at, crypto.getRandomValues(new Uint8Array(64)));
    const holderId = subject.holderId ?? subject.uscc;
    const what = ask.kind === QUERY ? QUERY : `verification:${ask.kind}`;
    const headOf = (basis: StoredBasis): AnswerHead => ({
      number,
      at: at.toISOString(),
      subject,
      asker,
      basis: basisView(basis),
    });

    async function underConsent() {
      if (ask.grounds.legalBasis) throw wrongGrounds("legalBasis", "institutions act under a consent", "leave it out");
      const purpose = ask.grounds.purpose ?? "creditReview";
      const wanted = { holderId, what, purpose, ...(ask.catalogIds ? { catalogIds: ask.catalogIds } : {}) };
      return ports.underConsent({ id: asker.id, name }, wanted, async (scope, consentId) => {
        const basis: StoredBasis = { kind: "consent", consentId, purpose };
        const { content, records, parts } = await ask.find(scope, headOf(basis));
        return { value: { basis, content, records }, records, copyId: id, parts };
      });
    }
    async function underLaw() {
      if (ask.grounds.purpose)
        throw wrongGrounds("purpose", "purposes are of consents; an authority states its legal basis", "leave it out");
      const { basis, scope } = lawOf(departmentCode, ask.grounds, ask.catalogIds, ports.catalogs, clock.now());
      const { content, records, parts } = await ask.find(scope, headOf(basis));
      await ports.logLawful(
        { id: asker.id, name },
        {
          holderId,
          parts,
          copyId: id,
          legalBasis: legalBasisText(basis),
          ...(basis.withheldUntil ? { withheldUntil: basis.withheldUntil } : {}),
        },
      );
      return { basis, content, records };
    }

    const { basis, content, records } = actor.role === "institution" ? await underConsent() : await underLaw();
    const salt = randomSalt();
    const digest = commitment(salt, content);
    const fields: AnswerFields = {
      number,
      kind: ask.kind,
      asker,
      subject,
      basis,
      records,
      at,
      content: canonicalJson(content),
      salt,
      digest,
      ...(basis.kind === "law" ? { contentUntil: new Date(at.getTime() + LAW_CONTENT_DAYS * DAY_MS) } : {}),
      ...(key ? { askedKey: key.key, askedDigest: key.digest } : {}),
    };
    const copyTaken: Effect[] =
      basis.kind === "consent"
        ? [
            {
              type: "copy.taken",
              payload: {
                id,
                kind: ask.kind === QUERY ? "query" : "check",
                consentId: basis.consentId,
                digest,
                records,
                takenAt: at.toISOString(),
              },
            },
          ]
        : [];
    const kept = await store.insert(id, fields, [
      leafEffect({ id: answerLeafId(id), kind: "documents", commitment: digest }),
      ...copyTaken,
    ]);
    if (!kept && key) return again(actor, key);
    onWork();
    return { ...viewOf({ ...fields, _id: id, version: 0, outbox: [] }, undefined), content };
  }

  /** What was answered to the same key before. */
  async function again<Content>(actor: Actor, { key, digest }: Keyed): Promise<Given<Content>> {
    const before = await store.byKey(key);
    if (!before) throw new DomainError("conflict", "the answer could not be kept");
    if (before.askedDigest !== digest)
      throw new DomainError("idempotency.reused", "this Idempotency-Key was used for another question", {
        status: 422,
        field: "Idempotency-Key",
        fix: "take a new key for each question",
      });
    return service.open(actor, before._id, before.kind === QUERY ? "query" : "check");
  }

  async function visible(actor: Actor, id: string): Promise<AnswerDocument> {
    const answer = await store.find(id);
    if (!answer) throw notFound();
    if (actor.role === "institution" || actor.role === "department") {
      if (answer.asker.id !== actor.participantId) throw notFound();
    } else if (actor.role === "enterprise") {
      const withheld = answer.basis.kind === "law" && (answer.basis.withheldUntil ?? answer.at) > clock.now();
      const own = await ports.subject(answer.subject.uscc);
      if (own.holderId !== actor.participantId || withheld) throw notFound();
    } else if (answer.basis.kind !== "law") throw notFound();
    return answer;
  }

  /** The content, for who may still see it. The regulator checks on what ground it was asked, not what was answered. */
  async function contentFor(actor: Actor, answer: AnswerDocument): Promise<unknown> {
    const { basis, content, asker, subject } = answer;
    if (actor.role === "enterprise") return content === undefined ? undefined : JSON.parse(content);
    if (basis.kind === "consent") {
      const copy = { id: answer._id, consentId: basis.consentId, takenAt: answer.at };
      return (await ports.mayOpenCopy(actor, copy)) && content !== undefined ? JSON.parse(content) : undefined;
    }
    if (actor.role !== "department" || content === undefined || (answer.contentUntil ?? answer.at) <= clock.now())
      return undefined;
    await ports.logLawful(
      { id: asker.id, name: asker.name },
      {
        holderId: subject.holderId ?? subject.uscc,
        parts: [{ what: "copy", records: answer.records }],
        copyId: answer._id,
        legalBasis: legalBasisText(basis),
        ...(basis.withheldUntil ? { withheldUntil: basis.withheldUntil } : {}),
      },
    );
    return JSON.parse(content);
  }

  async function filterOf(actor: Actor): Promise<AnswerFilter> {
    if (actor.role === "regulator") return { basis: "law" };
    if (actor.role !== "enterprise") return { askerId: actor.participantId };
    return { about: { uscc: await ports.usccOf(actor.participantId), now: clock.now() } };
  }

  const service: AnswerService = {
    async give<Content>(actor: Actor, ask: Ask<Content>) {
      if (ask.idempotencyKey === undefined) return find(actor, ask, undefined);
      const key: Keyed = {
        key: `${actor.participantId}|${ask.idempotencyKey}`,
        digest: sha256Hex(canonicalJson({ kind: ask.kind, uscc: ask.uscc, grounds: ask.grounds, asked: ask.asked })),
      };
      const before = underWay.get(key.key);
      const work = (async () => {
        await before?.catch(() => undefined);
        return (await store.byKey(key.key)) ? again<Content>(actor, key) : find(actor, ask, key);
      })();
      underWay.set(key.key, work);
      return work.finally(() => {
        if (underWay.get(key.key) === work) underWay.delete(key.key);
      });
    },

    async open<Content>(actor: Actor, id: string, what: "check" | "query") {
      const answer = await visible(actor, id);
      if ((answer.kind === QUERY) !== (what === "query")) throw notFound();
      const content = (await contentFor(actor, answer)) as Content | undefined;
      return { ...(await viewsOf([answer]))[0]!, ...(content === undefined ? {} : { content }) };
    },

    async list(actor, { page, what, basis, review }) {
      const { items, total } = await store.list({ what, basis, review, ...(await filterOf(actor)) }, page, PAGE_SIZE);
      return { items: await viewsOf(items), total };
    },

    async opening(actor, id) {
      const answer = await visible(actor, id);
      const document = await contentFor(actor, answer);
      return { ...(document === undefined ? {} : { document }), salt: answer.salt, commitment: answer.digest };
    },

    async review(actor, id, { verdict, note }) {
      const reviewed = await store.review(id, { verdict, note, at: clock.now(), by: actor.participantId });
      if (!reviewed) throw notFound();
      return (await viewsOf([reviewed]))[0]!;
    },

    async byNumber(text) {
      const number = readAnswerNumber(text);
      const answer = number && (await store.byNumber(number));
      if (!answer)
        throw new DomainError("notFound", "no answer with this number was given", { fix: "check the number" });
      const view = (await viewsOf([answer]))[0]!;
      const question = ports.questionOf(answer.kind);
      return {
        number: answer.number,
        kind: answer.kind,
        ...(question ? { question } : {}),
        at: view.at,
        commitment: answer.digest,
        anchor: view.anchor,
      };
    },

    async deleteDue() {
      await store.deleteDue(clock.now());
      return false;
    },
  };
  return service;
}
