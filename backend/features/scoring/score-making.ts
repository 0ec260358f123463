import { commitment } from "../../lib/commitment.ts";
import { randomSalt } from "../../lib/hash.ts";
import { score, scoreText } from "./domain/score.ts";
import { digestOf, type Scorecard } from "./domain/scorecard.ts";
import { factsOf, inputsOf, type ScoredProfile, scoredOf, textOf } from "./score-content.ts";
import type { ScoreFields } from "./score-store.ts";
import type { ScorecardDocument } from "./scorecard-store.ts";

/** What is anchored of a score: no figure of the enterprise, but what binds all of them. */
export const anchoredOf = (id: string, score: Omit<ScoreFields, "commitment" | "salt">): object => ({
  score: id,
  uscc: score.uscc,
  scorecard: { id: score.cardId, version: score.cardVersion, digest: score.digest },
  inputDigest: score.inputDigest,
  resultDigest: score.resultDigest,
  asOf: score.asOf.toISOString(),
  scoredAt: score.scoredAt.toISOString(),
  ...(score.snapshot ? { snapshot: score.snapshot.id } : {}),
});

/** Scores a profile and makes of it what is stored: inputs, result and sources to the byte, and the commitment. */
export function scoreFieldsOf(
  id: string,
  { document, card }: { document: ScorecardDocument; card: Scorecard },
  profile: ScoredProfile,
  more: Pick<ScoreFields, "kind" | "uscc" | "once"> & Partial<ScoreFields>,
  scoredAt: Date,
): ScoreFields {
  const inputs = inputsOf(card, profile);
  const result = score(card, scoredOf(inputs));
  const fields = {
    ...more,
    scorecardId: document._id,
    cardId: document.cardId,
    cardVersion: document.cardVersion,
    digest: result.scorecard.digest,
    owner: { id: document.ownerId, name: document.ownerName },
    asOf: new Date(profile.computedAt),
    scoredAt,
    inputDigest: result.inputDigest,
    resultDigest: digestOf(result),
    inputs: textOf(inputs),
    result: scoreText(result),
    facts: textOf(factsOf(card, profile)),
  };
  const salt = randomSalt();
  return { ...fields, salt, commitment: commitment(salt, anchoredOf(id, fields)) };
}
