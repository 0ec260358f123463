import { expect } from "chai";
import fc from "fast-check";
import type { Catalog, Field, FieldValue } from "../../backend/features/data-exchange/domain/catalog.ts";
import { mapRow } from "../../backend/features/data-exchange/domain/row-mapping.ts";
import { STANDARD_CATALOGS } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import {
  answerDueAt,
  daysLeft,
  nextReminderAt,
  REMINDERS,
  reachedReminder,
  reminderAt,
  shanghaiDate,
} from "../../backend/features/objections/domain/answer-clock.ts";
import { changedFields, correctedRow } from "../../backend/features/objections/domain/correction.ts";
import { isErasable, lastDayKeptNoMore } from "../../backend/features/objections/domain/erasure.ts";
import { markerOf } from "../../backend/features/objections/domain/marks.ts";
import {
  isOpenObjection,
  nextObjectionState,
  OBJECTION_ACTIONS,
  OBJECTION_STATES,
  type ObjectionAction,
  type ObjectionState,
} from "../../backend/features/objections/domain/objection-states.ts";
import { makeUscc } from "../../backend/lib/uscc.ts";

const actions = fc.array(fc.constantFrom<ObjectionAction>(...OBJECTION_ACTIONS), { maxLength: 20 });

/** The states that a series of actions leads through; refused actions change nothing. */
function walk(taken: readonly ObjectionAction[]): { states: ObjectionState[]; done: ObjectionAction[] } {
  const states: ObjectionState[] = ["raised"];
  const done: ObjectionAction[] = [];
  for (const action of taken) {
    const next = nextObjectionState(states.at(-1)!, action);
    if (!next) continue;
    states.push(next);
    done.push(action);
  }
  return { states, done };
}

describe("an objection's states", () => {
  it("never open again once closed, and a final state allows nothing", () => {
    fc.assert(
      fc.property(actions, (taken) => {
        const { states } = walk(taken);
        const closed = states.findIndex((state) => !isOpenObjection(state));
        if (closed >= 0) expect(states.slice(closed).some(isOpenObjection)).to.equal(false);
        for (const final of ["corrected", "stated", "withdrawn", "erased"] as const) {
          for (const action of OBJECTION_ACTIONS) expect(nextObjectionState(final, action)).to.equal(undefined);
        }
      }),
    );
  });

  it("ends corrected only by a correction that was stored, and states only after it was upheld, once", () => {
    fc.assert(
      fc.property(actions, (taken) => {
        const { states, done } = walk(taken);
        if (states.includes("corrected")) expect(done.slice(-2)).to.deep.equal(["correct", "store"]);
        if (states.includes("stated")) expect(done.slice(-2)).to.deep.equal(["uphold", "state"]);
        expect(states.filter((state) => state === "stated")).to.have.length.at.most(1);
      }),
    );
  });

  it("reach every state", () => {
    const reached = new Set(fc.sample(actions, { numRuns: 2_000, seed: 7 }).flatMap((taken) => walk(taken).states));
    expect(reached).to.have.all.keys(...OBJECTION_STATES);
  });
});

describe("the department's time to answer", () => {
  const times = fc.date({ min: new Date("2024-01-01"), max: new Date("2035-01-01"), noInvalidDate: true });

  it("ends with the twentieth day in Shanghai, whatever hour the objection was raised", () => {
    expect(answerDueAt(new Date("2026-03-05T08:00:00Z")).toISOString()).to.equal("2026-03-25T15:59:59.999Z");
    // 16:00 UTC is midnight in Shanghai: the next day has begun.
    expect(answerDueAt(new Date("2026-03-05T15:59:59.999Z")).toISOString()).to.equal("2026-03-25T15:59:59.999Z");
    expect(answerDueAt(new Date("2026-03-05T16:00:00Z")).toISOString()).to.equal("2026-03-26T15:59:59.999Z");
    fc.assert(
      fc.property(times, (raisedAt) => {
        const dueAt = answerDueAt(raisedAt);
        expect(daysLeft(dueAt, raisedAt)).to.equal(20);
        expect(daysLeft(dueAt, dueAt)).to.equal(0);
        expect(daysLeft(dueAt, new Date(dueAt.getTime() + 1))).to.equal(-1);
        expect(shanghaiDate(dueAt)).to.not.equal(shanghaiDate(new Date(dueAt.getTime() + 1)));
      }),
    );
  });

  it("reminds at 10, 3 and 1 days and when overdue, each once, in order, whenever one looks", () => {
    fc.assert(
      fc.property(
        times,
        fc.array(fc.integer({ min: 1, max: 9 * 86_400_000 }), { maxLength: 30 }),
        (raisedAt, pauses) => {
          const dueAt = answerDueAt(raisedAt);
          const given: string[] = [];
          let now = raisedAt;
          let at = nextReminderAt(dueAt, now);
          for (const pause of pauses) {
            now = new Date(now.getTime() + pause);
            if (!at || at > now) continue;
            given.push(reachedReminder(dueAt, now)!);
            at = nextReminderAt(dueAt, now);
          }
          expect(given).to.deep.equal(REMINDERS.filter((reminder) => given.includes(reminder)));
          if (now > dueAt) expect(given.at(-1)).to.equal("overdue");
        },
      ),
    );
    const dueAt = new Date("2026-03-25T15:59:59.999Z");
    expect(REMINDERS.map((reminder) => reminderAt(dueAt, reminder).toISOString())).to.deep.equal([
      "2026-03-14T16:00:00.000Z",
      "2026-03-21T16:00:00.000Z",
      "2026-03-23T16:00:00.000Z",
      "2026-03-25T16:00:00.000Z",
    ]);
  });
});

const USCC = makeUscc("9", "2", "530402", "MA7T0001");
const day = fc
  .date({ min: new Date("1990-01-01"), max: new Date("2090-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

function cellValueOf(field: Field): fc.Arbitrary<FieldValue> {
  switch (field.type) {
    case "uscc":
      return fc.constant(USCC);
    case "person-id":
      return fc.stringMatching(/^[0-9a-f]{64}$/);
    case "date":
      return day;
    case "month":
      return day.map((date) => date.slice(0, 7));
    case "amount":
      return fc.bigInt({ min: 0n, max: 10n ** 16n }).map(String);
    case "integer":
      return fc.integer({ min: field.min ?? 0, max: Math.min(field.max ?? 1e9, 1e9) });
    case "decimal":
      return fc
        .integer({ min: Math.max(1, (field.min ?? 0) * 100), max: Math.min(1e8, (field.max ?? 1e6) * 100) })
        .map((hundredths) => hundredths / 100);
    case "code":
      return fc.constantFrom(...Object.values(field.codes!));
    case "boolean":
      return fc.boolean();
    case "text":
      return fc.stringMatching(/^[A-Za-z甲-男][A-Za-z0-9甲-男()（）]{0,4}$/);
  }
}
const recordOf = (catalog: Catalog): fc.Arbitrary<Record<string, FieldValue>> =>
  fc
    .record(Object.fromEntries(catalog.fields.map((field) => [field.name, cellValueOf(field)])), {
      requiredKeys: catalog.fields.filter(({ required }) => required).map(({ name }) => name),
    })
    .map((fields) => fields as Record<string, FieldValue>);

const checked = (catalog: Catalog, row: Record<string, string>) =>
  mapRow(catalog, Object.keys(row), Object.values(row));

describe("a correction", () => {
  for (const catalog of STANDARD_CATALOGS) {
    it(`of nothing gives a record of ${catalog.id} as it was`, () => {
      fc.assert(
        fc.property(recordOf(catalog), (fields) => {
          const result = checked(catalog, correctedRow(catalog.fields, fields, {}));
          expect(result.ok, JSON.stringify(result)).to.equal(true);
          if (result.ok) expect(changedFields(fields, result.record.fields)).to.deep.equal([]);
        }),
        { numRuns: 30 },
      );
    });
  }

  it("changes what it names, takes a value away when told, and keeps an amount's unit out of it", () => {
    const court = STANDARD_CATALOGS.find(({ id }) => id === "court-judgments")!;
    const before = {
      uscc: USCC,
      caseNo: "A1",
      role: "enforced",
      amount: "1234567",
      status: "open",
      filedOn: "2020-01-05",
      cause: "甲",
    };
    const result = checked(
      court,
      correctedRow(court.fields, before, { status: "已结", closedOn: "2021年3月5日", cause: "", amount: "1.5" }),
    );
    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    expect(result.record.fields).to.deep.include({
      status: "closed",
      closedOn: "2021-03-05",
      amount: "150",
      filedOn: "2020-01-05",
    });
    expect(changedFields(before, result.record.fields).sort()).to.deep.equal(["amount", "cause", "closedOn", "status"]);
  });
});

describe("marks", () => {
  const objection = { _id: "o1", catalogId: "c", key: "k", recordId: "r1" };
  const older = { _id: "r1", catalogId: "c", key: "k" };
  const newer = { _id: "r2", catalogId: "c", key: "k" };

  it("stay on every version of the record while the objection is open, and on no other record", () => {
    for (const state of ["raised", "correcting"] as const) {
      const mark = markerOf([{ ...objection, state }]);
      expect([mark(older), mark(newer)]).to.deep.equal([{ disputed: "o1" }, { disputed: "o1" }]);
      expect(mark({ ...older, key: "other" })).to.deep.equal({});
    }
    for (const state of ["corrected", "upheld", "withdrawn"] as const) {
      expect(markerOf([{ ...objection, state }])(older)).to.deep.equal({});
    }
  });

  it("keep a statement beside the version that it is about", () => {
    const mark = markerOf([{ ...objection, state: "stated", statement: { text: "已履行" } }]);
    expect(mark(older)).to.deep.equal({ statement: { objectionId: "o1", text: "已履行" } });
    expect(mark(newer)).to.deep.equal({});
  });
});

describe("the end of a personal negative record", () => {
  const rule = { catalogId: "court-judgments", years: 5, endedField: "closedOn" };
  const record = (closedOn?: string, uscc = USCC) => ({ uscc, fields: { ...(closedOn ? { closedOn } : {}) } });

  it("comes five years after the event, to the day", () => {
    expect(isErasable(rule, record("2021-03-05"), "2026-03-04")).to.equal(false);
    expect(isErasable(rule, record("2021-03-05"), "2026-03-05")).to.equal(true);
    expect(isErasable(rule, record("2020-02-29"), "2025-02-28")).to.equal(false);
    expect(isErasable(rule, record("2020-02-29"), "2025-03-01")).to.equal(true);
    expect(lastDayKeptNoMore("2028-02-29", 5)).to.equal("2023-02-29");
  });

  it("never comes for what hasn't ended, nor for a company", () => {
    expect(isErasable(rule, record(), "2099-01-01")).to.equal(false);
    expect(isErasable(rule, record("2001-01-01", makeUscc("9", "1", "530402", "MA7T0001")), "2099-01-01")).to.equal(
      false,
    );
  });

  it("is known of every catalog that says what a person did wrong", () => {
    const flagged = STANDARD_CATALOGS.filter(({ erasedAfterYears }) => erasedAfterYears !== undefined);
    expect(flagged.map(({ id }) => id)).to.include.members(["court-judgments", "administrative-penalties"]);
    for (const { erasedAfterYears, endedField, fields } of flagged) {
      expect(erasedAfterYears).to.equal(5);
      expect(fields.find(({ name }) => name === endedField)?.type).to.equal("date");
    }
  });
});
