import { keccak256, toUtf8Bytes } from "ethers";
import { canonicalJson } from "../../../lib/canonical-json.ts";
import { DomainError } from "../../../lib/errors.ts";
import type { Hex32 } from "../../../lib/hex.ts";
import { type Characteristic, type Scorecard, scorecard } from "../scorecard-schemas.ts";

export type { Characteristic, GradeName, NumberCharacteristic, Scorecard } from "../scorecard-schemas.ts";

/** keccak256 of the RFC 8785 JSON of a value: the same for the same content, whatever the order of its fields. */
export const digestOf = (value: unknown): Hex32 => keccak256(toUtf8Bytes(canonicalJson(value)));

/** Digests of scorecards that can no longer change. */
const digests = new WeakMap<Scorecard, Hex32>();

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

/**
 * Checks a scorecard that came from outside: bounds without gap or overlap, trends kept, no personal attribute. The
 * answer is frozen, so that its digest is worked out once and not with every score.
 */
export function parseScorecard(value: unknown): Scorecard {
  const parsed = scorecard.safeParse(value);
  if (parsed.success) {
    digests.set(freeze(parsed.data), digestOf(parsed.data));
    return parsed.data;
  }
  const errors = parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), reason: message }));
  throw new DomainError("scorecard.invalid", "This is not a valid scorecard", { errors });
}

/** What is anchored of a scorecard, and named by every score it gives. */
export const scorecardDigest = (card: Scorecard): Hex32 => digests.get(card) ?? digestOf(card);

/** A profile's value of an indicator: fen as decimal text, null when unknown. */
export type IndicatorInput = string | number | boolean | null;
export interface ScoredIndicator {
  readonly id: string;
  readonly value: IndicatorInput;
}

export const UNKNOWN_BIN = "unknown";
/** Why the unknown bin was taken: there is no value, or it is a code that training never saw. */
export type BinState = "known" | "unknown" | "unseen";

export interface BinFound {
  readonly binId: string;
  readonly points: number;
  readonly state: BinState;
}

const WHOLE = /^(0|-?[1-9]\d{0,29})$/;

/** A value as a number that compares exactly with bigints. Throws when it is none: that is a mistake, not unknown. */
export function amountOf(indicatorId: string, value: Exclude<IndicatorInput, null>): number | bigint {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "string" && WHOLE.test(value)) return BigInt(value);
  throw new DomainError("scorecard.notANumber", `The indicator ${indicatorId} is not a number`, { indicatorId, value });
}

/** The bin that a value falls into. Unknown has a bin of its own: it is never zero. */
export function binOf(characteristic: Characteristic, value: IndicatorInput): BinFound {
  const unknown = (state: BinState): BinFound => ({
    binId: UNKNOWN_BIN,
    points: characteristic.unknown.points,
    state,
  });
  if (value === null) return unknown("unknown");
  if (characteristic.kind === "category") {
    const text = String(value);
    const bin = characteristic.bins.find(({ values }) => values.includes(text));
    return bin ? { binId: bin.id, points: bin.points, state: "known" } : unknown("unseen");
  }
  const amount = amountOf(characteristic.indicatorId, value);
  // Bins cover every number, so that the first one that ends above the value holds it.
  const bin = characteristic.bins.find(({ below }) => below === null || amount < BigInt(below))!;
  return { binId: bin.id, points: bin.points, state: "known" };
}

/** Lowest and highest score that the scorecard can give. */
export function scoreRange(card: Scorecard): { lowest: number; highest: number } {
  let lowest = card.basePoints;
  let highest = card.basePoints;
  for (const { bins, unknown } of card.characteristics) {
    const all = [...bins, unknown].map(({ points }) => points);
    lowest += Math.min(...all);
    highest += Math.max(...all);
  }
  return { lowest, highest };
}
