import { expect } from "chai";
import fc from "fast-check";
import { LINK_FROM } from "../../backend/features/subjects/domain/certainty.ts";
import { writtenName } from "../../backend/features/subjects/domain/names.ts";
import { candidates, indexOf, linked, subject } from "../support/subjects.ts";

describe("a generated city", () => {
  const BRANDS = "云溪滇恒聚锦瑞鑫福泰康嘉荣盛宏昌永和顺祥达裕丰润汇诚信德明".split("");
  const TRADES = ["商贸", "农业科技", "建材", "物流", "食品", "机械制造"];
  const FORMS = ["有限公司", "有限责任公司", "股份有限公司", "商行", "农民专业合作社", "经营部（普通合伙）"];
  const PLACES = ["玉溪", "玉溪红塔", "红塔", "通海", "玉溪通海", "峨山", "云南"];
  const TRADITIONAL: Record<string, string> = { 云: "雲", 农: "農", 业: "業", 贸: "貿", 锦: "錦", 汇: "匯", 机: "機" };

  /** Each keeps the name's words and writes them otherwise, as departments do. */
  const SPOILERS: ((name: string) => string)[] = [
    (name) => name.replace(/[A-Z0-9()]/g, (sign) => String.fromCodePoint(sign.codePointAt(0)! + 0xfee0)),
    (name) => [...name].join(" "),
    (name) => [...name].map((sign) => TRADITIONAL[sign] ?? sign).join(""),
    (name) => name.replace("（", "〔").replace("）", "〕"),
    (name) => name.replace(/^玉溪/, "云南省玉溪市"),
    (name) => name.replace(/^玉溪(?!市)/, "玉溪市"),
    (name) => name.replace(/^玉溪(红塔)/, "玉溪市$1区").replace(/^(通海)/, "$1县"),
    (name) =>
      name.includes("有限责任公司")
        ? name.replace("有限责任公司", "有限公司")
        : name.replace("有限公司", "有限责任公司"),
    (name) => name.replace(/[（）]/g, ""),
  ];
  const firm = fc
    .tuple(
      fc.constantFrom(...PLACES),
      fc.constantFrom(...BRANDS),
      fc.constantFrom(...BRANDS),
      fc.constantFrom(...TRADES),
      fc.constantFrom(...FORMS),
    )
    .map((parts) => parts.join(""));

  it("is resolved without a wrong link; what is only spelt otherwise is found", function () {
    this.timeout(60_000);
    let rows = 0;
    let right = 0;
    let open = 0;
    let certain = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(firm, { minLength: 1_500, maxLength: 3_000 }),
        fc.infiniteStream(fc.nat({ max: 1_000_000 })),
        (names, chance) => {
          const subjects = names.map((name, i) => subject(i, name));
          const registered = new Set(names.map(writtenName));
          const resolve = indexOf(subjects);
          for (const { uscc, name } of subjects) {
            const spoil = chance.next().value % 20 === 0;
            const written = spoil ? SPOILERS[chance.next().value % SPOILERS.length]!(name) : name;
            // To write one enterprise with the registered name of another is no variant: nobody could tell.
            if (written !== name && writtenName(written) !== writtenName(name) && registered.has(writtenName(written)))
              continue;
            rows += 1;
            const answer = resolve({ name: written });
            const link = linked(answer);
            if (link) {
              expect(link.uscc, `${written} is ${name}`).to.equal(uscc);
              expect(link.certainty).to.be.at.least(LINK_FROM);
              right += 1;
            } else {
              open += 1;
              // Never lost: the department chooses it among the candidates.
              expect(candidates(answer), `${written} is ${name}`).to.include(uscc);
            }
            if (writtenName(written) === writtenName(name)) {
              certain += 1;
              expect(link?.uscc, written).to.equal(uscc);
            }
          }
        },
      ),
      { numRuns: 8 },
    );
    const recall = right / rows;
    expect(right + open).to.equal(rows);
    expect(certain).to.be.above(rows * 0.9);
    // Every link above was compared with the truth: precision is 1.
    expect(recall, `recall ${recall.toFixed(5)} of ${rows} rows`).to.be.above(0.98);
  });

  it("is resolved at thousands of rows a second", function () {
    this.timeout(30_000);
    const names = fc.sample(fc.uniqueArray(firm, { minLength: 3_000, maxLength: 3_000 }), 1)[0]!;
    const resolve = indexOf(names.map((name, i) => subject(i, name)));
    const startedAt = performance.now();
    for (const name of names) resolve({ name });
    const perSecond = names.length / ((performance.now() - startedAt) / 1000);
    expect(perSecond).to.be.above(5_000);
  });
});
