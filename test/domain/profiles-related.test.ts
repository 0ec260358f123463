import { expect } from "chai";
import fc from "fast-check";
import type { PersonsInRole, TiedRole } from "../../backend/features/profiles/domain/related.ts";
import { relatedOf, type SharedPersons } from "../../backend/features/profiles/related-view.ts";
import { compute, RECEIVED, record } from "./profiles-records.ts";

const OWNER = "01".padEnd(64, "a");
const BOSS = "01".padEnd(64, "b");
const boss = (personId?: string) =>
  record("key-personnel", {
    position: "legal-representative",
    personName: "普某",
    ...(personId ? { personId } : {}),
  });
const owner = (shareholderKind: string, personId?: string) =>
  record("shareholders", { shareholderKind, shareholderName: "某", ...(personId ? { personId } : {}) });
const of = (role: TiedRole, records: Parameters<typeof compute>[0], more: Parameters<typeof compute>[1] = {}) =>
  compute(records, more).persons.find((one) => one.role === role)!;

/** What is shown, when the others are these. */
const shown = (persons: PersonsInRole[], found: SharedPersons | null, covered?: ReadonlySet<string>) => {
  const ties = { linked: async () => found !== null, sharing: async () => found! };
  return relatedOf({ persons, records: [] }, ties, {
    uscc: "own",
    markOf: () => ({}),
    labelOf: () => ({ catalogName: { zh: "", en: "" }, departmentName: { zh: "", en: "" } }),
    catalogs: new Map(),
    covered,
  });
};

describe("persons who tie an enterprise to others", () => {
  it("are those whom its records name, each once, by their hashes alone", () => {
    const records = [
      boss(BOSS),
      record("key-personnel", { position: "supervisor", personId: OWNER }),
      owner("person", OWNER),
      owner("person", OWNER),
      owner("enterprise"),
    ];
    expect(of("legalRepresentative", records)).to.deep.include({
      hashes: [BOSS],
      unnumbered: false,
      asOf: "2026-11-10",
    });
    expect(of("legalRepresentative", records).recordIds).to.deep.equal([records[0]!.id]);
    expect(of("shareholder", records)).to.deep.include({ hashes: [OWNER], unnumbered: false });
    expect(of("shareholder", records).recordIds).to.have.length(2);
    expect(JSON.stringify(compute(records).persons)).to.not.include("普某");
  });

  it("are unknown where nothing says who they are, which is no zero", () => {
    expect(of("shareholder", [owner("person")]).why).to.equal("notStated");
    expect(of("shareholder", []).why).to.equal("noRecord");
    expect(
      of("legalRepresentative", [record("key-personnel", { position: "supervisor", personId: OWNER })]).why,
    ).to.equal("noRecord");
    const received = new Map([...RECEIVED].filter(([id]) => id !== "shareholders"));
    expect(of("shareholder", [], { receivedCatalogs: received }).why).to.equal("notReceived");
    const old = new Map([...RECEIVED, ["shareholders", "2025-01-01T00:00:00Z"]]);
    expect(of("shareholder", [owner("person", OWNER)], { receivedCatalogs: old }).why).to.equal("stale");
    // Owners that are all enterprises are no natural persons: that is known, with the rows that say so.
    const owned = of("shareholder", [owner("enterprise")]);
    expect(owned).to.deep.include({ hashes: [], unnumbered: false });
    expect(owned.recordIds).to.have.length(1);
  });

  it("give a count that is never smaller than what is known, and no zero where somebody isn't", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(fc.constantFrom(OWNER, BOSS)), { maxLength: 4 }),
        fc.nat({ max: 3 }),
        async (numbers, total) => {
          const { persons } = compute(numbers.map((number) => owner("person", number ?? undefined)));
          const items = Array.from({ length: total }, (_, i) => ({ uscc: `u${i}`, roles: ["shareholder"] as const }));
          const one = (await shown(persons, { total, items })).find(({ role }) => role === "shareholder")!;
          const missing = numbers.some((number) => number === null);
          const nobody = numbers.every((number) => number === null);
          if (nobody || (missing && total === 0)) {
            expect(one.value).to.equal(null);
            expect(one.why).to.equal(numbers.length === 0 ? "noRecord" : "notStated");
            expect(one.recordIds).to.deep.equal([]);
          } else {
            expect(one.value).to.equal(total);
            expect(one.atLeast ?? false).to.equal(missing);
            expect(one.recordIds).to.have.length(numbers.length);
          }
        },
      ),
    );
  });

  it("are not told of while rows wait to be read, nor beyond a consent", async () => {
    const { persons } = compute([owner("person", OWNER), boss(BOSS)]);
    expect((await shown(persons, null)).map(({ value, why }) => [value, why])).to.deep.equal([
      [null, "notLinked"],
      [null, "notLinked"],
    ]);
    const some = await shown(persons, { total: 0, items: [] }, new Set(["shareholders"]));
    expect(some.map(({ role, value }) => [role, value])).to.deep.equal([["shareholder", 0]]);
    expect(await shown(persons, { total: 0, items: [] }, new Set())).to.deep.equal([]);
  });
});
