import type { Actor } from "../../lib/actor.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import type { ConsentPurpose } from "../consents/consent-schemas.ts";
import type { AnswerFields } from "./answer-store.ts";
import type { Bilingual } from "./domain/check-params.ts";
import type { Scope } from "./grounds.ts";
import type { AnswerView, BasisView, Grounds, ListQuery, NumberView } from "./verification-schemas.ts";

/* What answering needs, and what it gives. */

/** One line of the access log. */
export interface LoggedPart {
  readonly what: string;
  readonly records: number;
}

export interface Reader {
  id: string;
  name: string;
}

export interface Subject {
  readonly uscc: string;
  readonly holderId?: string | undefined;
  readonly name?: string | undefined;
}

export interface AnswerPorts {
  /** Who asks; the code of its department where it is one. */
  asker(participantId: string): Promise<{ name: string; departmentCode?: string | undefined }>;
  subject(uscc: string): Promise<Subject>;
  usccOf(participantId: string): Promise<string>;
  catalogs: readonly { readonly id: string; readonly sensitivity: string }[];
  /** `read` gathers what the consent lets see; then the read is counted and logged. Throws consent.required. */
  underConsent<T>(
    reader: Reader,
    wanted: { holderId: string; what: string; purpose: ConsentPurpose; catalogIds?: readonly string[] },
    read: (
      scope: Scope,
      consentId: string,
    ) => Promise<{ value: T; records: number; copyId: string; parts?: readonly LoggedPart[] }>,
  ): Promise<T>;
  /** Written before the authority sees anything. */
  logLawful(
    reader: Reader,
    read: { holderId: string; parts: readonly LoggedPart[]; copyId: string; legalBasis: string; withheldUntil?: Date },
  ): Promise<void>;
  /** Logged. Throws consent.required for an institution that may not any more. */
  mayOpenCopy(actor: Actor, copy: { id: string; consentId: string; takenAt: Date }): Promise<boolean>;
  anchorsOf(leafIds: readonly string[]): Promise<Map<string, AnchorState>>;
  questionOf(kind: string): Bilingual | undefined;
}

/** An answer to be given: what it is about, what it reads, and how it is found. */
export interface Ask<Content> {
  readonly kind: string;
  readonly uscc: string;
  readonly grounds: Grounds;
  /** All of which the reader must be allowed to see; undefined for whatever it may see. */
  readonly catalogIds?: readonly string[];
  readonly idempotencyKey?: string | undefined;
  /** What is asked, without what mustn't be kept. */
  readonly asked: unknown;
  find(scope: Scope, head: AnswerHead): Promise<{ content: Content; records: number; parts: readonly LoggedPart[] }>;
}

export interface AnswerHead {
  readonly number: string;
  readonly at: string;
  readonly subject: Subject;
  readonly asker: AnswerFields["asker"];
  readonly basis: BasisView;
}

export type Given<Content> = AnswerView & { content?: Content };

export interface AnswerService {
  /** Finds, logs, keeps and anchors one answer. Throws consent.required, consent.tooOften, legalBasis.*, idempotency.reused. */
  give<Content>(actor: Actor, ask: Ask<Content>): Promise<Given<Content>>;
  /** An answer with its content, where the actor may still see that: logged. */
  open<Content>(actor: Actor, id: string, what: "check" | "query"): Promise<Given<Content>>;
  list(actor: Actor, query: ListQuery): Promise<{ items: AnswerView[]; total: number }>;
  /** For the proof pack: with the document where the actor may still see it. */
  opening(actor: Actor, id: string): Promise<{ document?: unknown; salt: string; commitment: string }>;
  review(actor: Actor, id: string, review: { verdict: "inOrder" | "objected"; note: string }): Promise<AnswerView>;
  byNumber(text: string): Promise<NumberView>;
  /** Worker step. */
  deleteDue(): Promise<boolean>;
}
