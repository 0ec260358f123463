import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { type DriftFigure, type DriftReport, monitor, psiByChance } from "./domain/monitor.ts";
import { FEWEST_OUTCOMES, outcomeFigures } from "./domain/performance.ts";
import {
  addScores,
  addToGroups,
  GROUPINGS,
  type Groups,
  impactOf,
  isFavourable,
  noProgress,
  type Progress,
  tallyOf,
} from "./domain/population.ts";
import { type ScoreResult, score } from "./domain/score.ts";
import { type Scorecard, type ScoredIndicator, UNKNOWN_BIN } from "./domain/scorecard.ts";
import { binText } from "./domain/wording.ts";
import type { alertList, MonitoringList, MonitoringReport, surveyStarted } from "./score-schemas.ts";
import type { ScoreStore } from "./score-store.ts";
import { PLATFORM, type ScorecardService } from "./scorecard-service.ts";
import type { ScorecardDocument } from "./scorecard-store.ts";
import type { ReportDocument, SurveyDocument, SurveyStore } from "./survey-store.ts";

const REPORTS = 24;
const ALERTS = 50;

/** One enterprise of the city, as far as a survey needs it. */
export interface Surveyed {
  readonly uscc: string;
  readonly indicators: readonly ScoredIndicator[];
  readonly groups: Groups;
}
/** A request for financing that was decided. */
export interface DecidedCase {
  readonly uscc: string;
  readonly decidedAt: Date;
  readonly approved: boolean;
  /** What became of the credit; null while nobody can know. */
  readonly bad: boolean | null;
}

interface Ports {
  /** Of the next enterprises in the order of their codes those in business, and the last code looked at. */
  slice(after: string): Promise<{ items: readonly Surveyed[]; last: string | undefined }>;
  casesOf(usccs: readonly string[]): Promise<readonly DecidedCase[]>;
  /** False while the city is being loaded: half a city is another population. */
  ready(): Promise<boolean>;
}

export interface MonitoringService {
  reports(actor: Actor, scorecardId: string): Promise<MonitoringList>;
  /** Begins a survey of this scorecard now. */
  start(actor: Actor, scorecardId: string): Promise<z.infer<typeof surveyStarted>>;
  alerts(actor: Actor): Promise<z.infer<typeof alertList>>;
  markSeen(actor: Actor): Promise<void>;
  /** Worker step: a slice of the survey that goes on, or this month's begun. True when there is more to do. */
  step(): Promise<boolean>;
}

type Content = Omit<MonitoringReport, "seen">;

const NOBODY = { scores: 0, score: { psi: "", drift: "action" }, characteristics: [], drift: "action" } as const;

const ppm = (part: number, all: number): number => (all === 0 ? 0 : Math.round((part * 1_000_000) / all));
const ownerOf = (actor: Actor): string => (actor.role === "operator" ? PLATFORM : actor.participantId);

export function createMonitoringService(
  store: SurveyStore,
  scores: Pick<ScoreStore, "before">,
  scorecards: ScorecardService,
  ports: Ports,
  clock: Clock,
  onWork: () => void,
): MonitoringService {
  const monthOf = (): string => clock.now().toISOString().slice(0, 7);

  async function begin(cards: readonly ScorecardDocument[]): Promise<boolean> {
    const progress = Object.fromEntries(cards.map((card) => [card._id, noProgress(scorecards.cardOf(card))]));
    return store.start({
      _id: newId(),
      month: monthOf(),
      scorecardIds: cards.map(({ _id }) => _id),
      after: "",
      scored: 0,
      progress: JSON.stringify(progress),
      startedAt: clock.now(),
    });
  }

  async function countSlice(
    { _id }: ScorecardDocument,
    card: Scorecard,
    progress: Progress,
    slice: readonly Surveyed[],
    cases: readonly DecidedCase[],
  ): Promise<void> {
    const results: ScoreResult[] = [];
    for (const { indicators, groups } of slice) {
      try {
        const result = score(card, indicators);
        results.push(result);
        addToGroups(progress.fairness, groups, isFavourable(result.grade));
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        progress.refused++;
      }
    }
    addScores(card, progress, results);
    const groupsOf = new Map(slice.map(({ uscc, groups }) => [uscc, groups]));
    for (const { uscc, decidedAt, approved, bad } of cases) {
      addToGroups(progress.decisions, groupsOf.get(uscc)!, approved);
      if (bad === null) continue;
      // What was said before the decision, not what would be said with what is known today.
      const given = await scores.before(_id, uscc, decidedAt);
      if (!given?.result) {
        progress.unscored++;
        continue;
      }
      const { total, grade } = JSON.parse(given.result) as ScoreResult;
      progress.outcomes.push({ total, grade, bad });
    }
  }

  function contentOf(document: ScorecardDocument, survey: SurveyDocument, progress: Progress, at: Date): Content {
    const card = scorecards.cardOf(document);
    // Nobody could be scored: there are no shares to compare, and that is worth an alert.
    const report: DriftReport =
      progress.scores === 0 ? { ...NOBODY, grades: progress.grades } : monitor(card, tallyOf(card, progress));
    const trained = scorecards.reportOf(document).train.rows;
    const judged = ({ psi, drift }: DriftFigure, bins: number) => ({
      psi,
      drift,
      byChance: psiByChance(bins, trained, progress.scores).toFixed(4),
    });
    const byScore = judged(report.score, card.scoreBands.length);
    const characteristics = report.characteristics.map(({ indicatorId, pointsShift, ...figure }) => {
      const index = card.characteristics.findIndex((each) => each.indicatorId === indicatorId);
      const characteristic = card.characteristics[index]!;
      const { name, unit } = scorecards.indicatorOf(indicatorId);
      const bins = [...characteristic.bins, { ...characteristic.unknown, id: UNKNOWN_BIN }];
      return {
        indicatorId,
        name,
        ...judged(figure, bins.length),
        pointsShift,
        bins: bins.map(({ id, sharePpm }, place) => ({
          text: binText(characteristic, id, unit),
          expectedPpm: sharePpm,
          actualPpm: ppm(progress.bins[index]![place]!, progress.scores),
        })),
      };
    });
    const bads = progress.outcomes.filter(({ bad }) => bad).length;
    const figures = outcomeFigures(card, progress.outcomes);
    const impacts = (counts: Progress["fairness"]) =>
      GROUPINGS.map((by) => ({ by, ...impactOf(counts[by]) })).filter(({ groups }) => groups.length > 0);
    return {
      id: `${document._id}:${survey._id}`,
      scorecardId: document._id,
      cardId: document.cardId,
      version: document.cardVersion,
      owner: scorecards.ownerView(document.ownerId, document.ownerName),
      month: survey.month,
      startedAt: survey.startedAt.toISOString(),
      finishedAt: at.toISOString(),
      scores: progress.scores,
      refused: progress.refused,
      drift: report.drift,
      score: byScore,
      bands: card.scoreBands.map(({ from, below, sharePpm }, index) => ({
        from,
        below,
        expectedPpm: sharePpm,
        actualPpm: ppm(progress.bands[index]!, progress.scores),
      })),
      grades: card.grades.map(({ grade }) => ({ grade, count: progress.grades[grade] })),
      characteristics,
      fairness: impacts(progress.fairness),
      decisions: impacts(progress.decisions),
      outcomes: {
        goods: progress.outcomes.length - bads,
        bads,
        unscored: progress.unscored,
        fewest: FEWEST_OUTCOMES,
        ...(figures ? { figures: { ...figures, grades: [...figures.grades] } } : {}),
      },
      // Among few enterprises chance alone spreads the shares: that is no alert.
      alert: [byScore, ...characteristics].some(
        ({ psi, drift, byChance }) => drift !== "stable" && (psi === "" || Number(psi) > Number(byChance)),
      ),
    };
  }

  async function finish(survey: SurveyDocument, progress: Record<string, Progress>): Promise<void> {
    const at = clock.now();
    for (const scorecardId of survey.scorecardIds) {
      const document = await scorecards.require(scorecardId);
      const content = contentOf(document, survey, progress[scorecardId]!, at);
      await store.addReport({
        _id: content.id,
        scorecardId,
        ownerId: document.ownerId,
        month: survey.month,
        finishedAt: at,
        alert: content.alert,
        seenBy: [],
        content: JSON.stringify(content),
      });
    }
    await store.finish(survey._id, at);
  }

  async function goOn(survey: SurveyDocument): Promise<void> {
    const progress = JSON.parse(survey.progress) as Record<string, Progress>;
    const { items: slice, last } = await ports.slice(survey.after);
    if (last === undefined) return finish(survey, progress);
    const cases = await ports.casesOf(slice.map(({ uscc }) => uscc));
    for (const id of survey.scorecardIds) {
      const document = await scorecards.require(id);
      await countSlice(document, scorecards.cardOf(document), progress[id]!, slice, cases);
    }
    const to = { after: last, scored: survey.scored + slice.length, progress: JSON.stringify(progress) };
    await store.advance(survey._id, survey.after, to);
  }

  const viewOf = (actor: Actor, { content, seenBy }: ReportDocument): MonitoringReport => ({
    ...(JSON.parse(content) as Content),
    seen: seenBy.includes(actor.participantId),
  });
  const alertsOf = async (actor: Actor): Promise<MonitoringReport[]> => {
    const owners = actor.role === "institution" ? [actor.participantId, PLATFORM] : [PLATFORM];
    return (await store.alerts(owners, ALERTS)).map((report) => viewOf(actor, report));
  };

  return {
    async reports(actor, scorecardId) {
      await scorecards.visible(actor, scorecardId);
      const running = await store.running();
      return {
        items: (await store.reports([scorecardId], REPORTS)).map((report) => viewOf(actor, report)),
        ...(running?.scorecardIds.includes(scorecardId)
          ? { running: { month: running.month, scored: running.scored, startedAt: running.startedAt.toISOString() } }
          : {}),
      };
    },

    async start(actor, scorecardId) {
      const card = await scorecards.visible(actor, scorecardId);
      if (card.ownerId !== ownerOf(actor)) throw new DomainError("notFound", "you have no such scorecard");
      if (card.state !== "published")
        throw new DomainError("scorecard.notPublished", "only a published version is monitored", {
          status: 409,
          fix: "publish it first",
        });
      const running = await store.running();
      if (!running?.scorecardIds.includes(scorecardId) && (running || !(await begin([card]))))
        throw new DomainError("scorecard.surveyRunning", "another survey is going on", {
          status: 409,
          fix: "start this one when it has ended",
        });
      onWork();
      const { month, startedAt } = (await store.running()) ?? { month: monthOf(), startedAt: clock.now() };
      return { month, startedAt: startedAt.toISOString() };
    },

    async alerts(actor) {
      const items = await alertsOf(actor);
      return { items, unseen: items.filter(({ seen }) => !seen).length };
    },
    async markSeen(actor) {
      const ids = (await alertsOf(actor)).filter(({ seen }) => !seen).map(({ id }) => id);
      if (ids.length > 0) await store.markSeen(ids, actor.participantId);
    },

    async step() {
      const running = await store.running();
      if (running) {
        await goOn(running);
        return true;
      }
      if (!(await ports.ready())) return false;
      const published = await scorecards.published();
      const surveyed = await store.surveyed(monthOf());
      const due = published.filter(({ _id }) => !surveyed.has(_id));
      if (due.length === 0 || (await ports.slice("")).last === undefined) return false;
      return begin(due);
    },
  };
}
