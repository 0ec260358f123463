import { expect } from "chai";
import { chiSquareTail, twoSidedNormal } from "../../scripts/scorecard/distributions.ts";
import { fitLogistic } from "../../scripts/scorecard/logistic.ts";
import { hosmerLemeshow } from "../../scripts/scorecard/metrics.ts";
import { scalingOf } from "../../scripts/scorecard/scaling.ts";
import { evidenceOf, informationValue } from "../../scripts/scorecard/woe.ts";

/* The arithmetic against worked examples that others have printed, to the digits that they print. */

/*
 * A. Djurovic, PDtoolkit (R package on CRAN), case study in README.md, https://github.com/andrija-djurovic/PDtoolkit:
 * output of bivariate() on the German credit data of H. Hofmann (UCI Machine Learning Repository, CC BY 4.0), 700 good
 * and 300 bad: goods, bads, weight of evidence and information value of each bin, and the sum of the latter.
 */
const GERMAN_CREDIT = {
  "Account Balance": {
    bins: [
      [139, 135, "-0.8180987057", "0.2056933888604"],
      [164, 105, "-0.4013917827", "0.0464467634291"],
      [49, 14, "0.4054651081", "0.0094608525225"],
      [348, 46, "1.1762632229", "0.4044104985393"],
    ],
    total: "0.66601150335",
  },
  "Duration of Credit (month)": {
    bins: [
      [78, 9, "1.3121863890", "0.1068494631015"],
      [264, 80, "0.3466246081", "0.0382937662266"],
      [328, 171, "-0.1959478085", "0.0198747062913"],
      [30, 40, "-1.1349799328", "0.1026886605902"],
    ],
    total: "0.26770659621",
  },
  "Value Savings/Stocks": {
    bins: [
      [386, 217, "-0.2713578445", "0.0466477056434"],
      [69, 34, "-0.1395518804", "0.0020600515679"],
      [52, 11, "0.7060505854", "0.0265609505935"],
      [42, 6, "1.0986122887", "0.0439444915467"],
      [151, 32, "0.7042460736", "0.0767963575528"],
    ],
    total: "0.19600955690",
  },
  // The last bin is the unknown ("SC"), a bin of its own.
  "Age (years)": {
    bins: [
      [108, 79, "-0.5346144857", "0.0582984367772"],
      [238, 111, "-0.0845573880", "0.0025367216408"],
      [335, 108, "0.2847014443", "0.0337574569686"],
      [19, 2, "1.4039939382", "0.0287484473064"],
    ],
    total: "0.12334106269",
  },
  Guarantors: {
    bins: [
      [635, 272, "0.0005250722", "0.0000002500344"],
      [23, 18, "-0.6021754024", "0.0163447609210"],
      [42, 10, "0.5877866649", "0.0156743110641"],
    ],
    total: "0.03201932202",
  },
} as const;

/*
 * D. W. Hosmer and S. Lemeshow, Applied Logistic Regression, 2nd ed. (Wiley 2000), table 1.1: age and coronary heart
 * disease (+) of 100 subjects.
 */
const HEART =
  "20- 23- 24- 25- 25+ 26- 26- 28- 28- 29- 30- 30- 30- 30- 30- 30+ 32- 32- 33- 33- 34- 34- 34+ 34- 34- 35- 35- 36- " +
  "36+ 36- 37- 37+ 37- 38- 38- 39- 39+ 40- 40+ 41- 41- 42- 42- 42- 42+ 43- 43- 43+ 44- 44- 44+ 44+ 45- 45+ 46- 46+ " +
  "47- 47- 47+ 48- 48+ 48+ 49- 49- 49+ 50- 50+ 51- 52- 52+ 53+ 53+ 54+ 55- 55+ 55+ 56+ 56+ 56+ 57- 57- 57+ 57+ 57+ " +
  "57+ 58- 58+ 58+ 59+ 59+ 60- 60+ 61+ 62+ 62+ 63+ 64- 64+ 65+ 69+";

/*
 * The same book, appendix 1: the low birth weight study at Baystate Medical Center, 189 mothers: age, weight in pounds,
 * race (1, 2, 3), visits to the doctor; first those of children of normal weight, then those of low weight.
 */
const NORMAL_WEIGHT =
  "14 135 1 0,15 98 2 0,16 95 3 1,16 110 3 0,16 112 2 0,16 135 1 0,16 135 1 0,16 170 2 4,17 103 3 1,17 113 2 1," +
  "17 113 2 1,17 119 3 0,17 119 3 0,17 120 3 0,17 122 1 0,18 90 1 0,18 90 1 0,18 100 1 0,18 100 1 0,18 107 1 0," +
  "18 120 1 2,18 120 3 1,18 229 2 0,19 95 3 0,19 105 3 0,19 115 3 0,19 120 1 0,19 132 3 0,19 138 1 2,19 147 1 0," +
  "19 147 1 0,19 150 3 1,19 182 2 0,19 184 1 0,19 189 1 2,19 235 1 0,20 103 3 0,20 105 1 1,20 120 3 0,20 120 3 0," +
  "20 121 2 0,20 127 3 0,20 141 1 1,20 158 1 1,20 169 3 1,20 170 1 0,21 108 1 2,21 110 3 0,21 115 1 1,21 124 3 0," +
  "21 134 3 2,21 160 1 0,21 185 2 2,22 85 3 0,22 95 3 0,22 112 1 0,22 118 1 1,22 120 1 1,22 125 1 1,22 129 1 0," +
  "22 130 1 0,22 131 1 1,22 158 2 2,22 169 1 0,23 110 1 1,23 115 3 1,23 119 3 2,23 123 3 0,23 128 3 0,23 130 2 1," +
  "23 130 1 0,23 190 1 0,24 90 1 1,24 110 3 0,24 110 1 1,24 110 3 0,24 115 1 2,24 115 3 2,24 116 1 1,24 133 1 0," +
  "25 95 1 0,25 118 1 3,25 120 3 2,25 120 1 2,25 125 2 0,25 130 1 2,25 140 1 1,25 155 1 1,25 241 2 0,26 113 1 0," +
  "26 133 3 0,26 160 3 0,26 168 2 0,27 124 1 0,28 120 1 1,28 120 3 0,28 130 3 0,28 134 3 1,28 140 1 0,28 167 1 0," +
  "28 250 3 6,29 123 1 1,29 130 1 2,29 135 1 1,29 140 1 2,29 150 1 2,29 154 1 1,30 95 1 2,30 107 3 2,30 110 3 0," +
  "30 112 1 1,30 137 1 1,30 153 3 0,31 100 1 3,31 120 1 2,31 150 3 2,31 215 1 2,32 121 3 2,32 132 1 4,32 134 1 4," +
  "32 170 1 0,32 186 1 2,33 109 1 1,33 117 1 1,33 155 3 3,35 121 2 1,35 170 1 1,36 175 1 0,36 202 1 1,45 123 1 1";
const LOW_WEIGHT =
  "14 100 3 2,14 101 3 0,15 110 1 0,15 115 3 0,16 130 3 1,17 110 1 0,17 120 1 3,17 120 2 2,17 130 3 0,17 142 2 0," +
  "18 110 2 0,18 148 3 0,19 91 1 0,19 102 1 2,19 112 1 0,20 80 3 0,20 105 3 3,20 109 3 0,20 120 2 3,20 121 1 0," +
  "20 122 2 0,20 125 3 0,20 150 1 2,21 100 3 4,21 103 3 0,21 130 1 3,21 165 1 1,21 200 2 2,22 130 1 1,22 130 1 1," +
  "23 94 3 0,23 97 3 1,23 110 1 0,23 120 3 0,23 187 2 1,24 105 2 0,24 128 2 1,24 132 3 0,24 138 1 0,24 155 1 0," +
  "25 85 3 0,25 89 3 1,25 92 1 0,25 105 3 0,25 105 3 1,25 115 3 0,26 96 3 0,26 117 1 0,26 154 3 1,26 190 1 0," +
  "27 130 2 0,27 150 3 0,28 95 1 2,28 120 3 0,29 130 1 2,30 142 1 0,31 102 1 1,32 105 1 0,34 187 2 0";

const digitsOf = (text: string): number => text.split(".")[1]?.length ?? 0;
/** As many digits as are printed. */
function expectPrinted(value: number, printed: string): void {
  expect(value.toFixed(digitsOf(printed))).to.equal(printed);
}

describe("weights of evidence and information values as printed", () => {
  for (const [name, { bins, total }] of Object.entries(GERMAN_CREDIT)) {
    it(`of "${name}" in the German credit data`, () => {
      const evidence = evidenceOf(bins.map(([good, bad]) => ({ good, bad })));
      for (const [index, { woe, informationValue: own }] of evidence.entries()) {
        expectPrinted(woe, bins[index]![2]);
        expectPrinted(own, bins[index]![3]);
      }
      expectPrinted(informationValue(evidence), total);
    });
  }

  // SAS Institute, "The HPBIN Procedure", example 3.4, output 3.4.2: six non-events and three events in all.
  it("of bins without an event, in SAS's example of WOEADJUST", () => {
    const [two, one] = evidenceOf([
      { good: 2, bad: 0 },
      { good: 1, bad: 0 },
      { good: 3, bad: 3 },
    ]);
    expectPrinted(two!.woe, "0.91629");
    expectPrinted(two!.informationValue, "0.30543");
    expectPrinted(one!.woe, "0.40547");
    expectPrinted(one!.informationValue, "0.06758");
  });
});

describe("logistic regression as printed", () => {
  const subjects = HEART.split(" ").map((each) => ({ age: Number(each.slice(0, 2)), ill: each.endsWith("+") }));
  const heart = fitLogistic(
    ["age"],
    subjects.map(({ age }) => [age]),
    subjects.map(({ ill }) => Number(ill)),
  );

  // Tables 1.3 and 1.4 of the book.
  it("of heart disease on age: coefficients, errors, likelihood and covariances of Hosmer and Lemeshow", () => {
    expect(subjects).to.have.length(100);
    const [constant, age] = heart.coefficients;
    expectPrinted(age!.estimate, "0.111");
    expectPrinted(age!.standardError, "0.0241");
    expectPrinted(age!.z, "4.61");
    expectPrinted(constant!.estimate, "-5.309");
    expectPrinted(constant!.standardError, "1.1337");
    expectPrinted(constant!.z, "-4.68");
    expectPrinted(heart.logLikelihood, "-53.67655");
    expectPrinted(heart.covariance[1]![1]!, "0.000579");
    expectPrinted(heart.covariance[0]![1]!, "-0.026677");
    expectPrinted(heart.covariance[0]![0]!, "1.28517");
    expect(heart.ridge).to.equal(0);
  });

  // The same with R 4.2.2: glm(), and deciles of risk cut at quantile(fitted, 0:10 / 10).
  it("of heart disease on age: R's digits, and its Hosmer–Lemeshow test", () => {
    const [constant, age] = heart.coefficients;
    expectPrinted(constant!.estimate, "-5.3094534");
    expectPrinted(age!.estimate, "0.1109211");
    const test = hosmerLemeshow(
      subjects.map((each) => heart.probability([each.age])),
      subjects.map(({ ill }) => ill),
      true,
    );
    expectPrinted(test.statistic, "2.2243");
    expect(test.degrees).to.equal(8);
    expectPrinted(test.pValue, "0.9734");
  });

  /*
   * Table 2.2 of the book with the digits of SAS: UCLA Statistical Consulting, "Applied Logistic Regression, Second
   * Edition … Chapter 2", https://stats.oarc.ucla.edu/sas/examples/alr2/, page 36.
   */
  it("of low birth weight on four columns, one of them a category", () => {
    const parse = (text: string) => text.split(",").map((mother) => mother.split(" ").map(Number));
    const [normal, low] = [parse(NORMAL_WEIGHT), parse(LOW_WEIGHT)];
    const rows = [...normal, ...low].map(([age, weight, race, visits]) => [
      age!,
      weight!,
      Number(race === 2),
      Number(race === 3),
      visits!,
    ]);
    const outcomes = [...normal.map(() => 0), ...low.map(() => 1)];
    expect([normal.length, low.length]).to.deep.equal([130, 59]);
    const fit = fitLogistic(["age", "lwt", "race2", "race3", "ftv"], rows, outcomes);
    // SAS stops a little before the maximum, where the constant is still 1.2953; R has 1.29537, the book 1.295.
    const printed = [
      ["1.295", "1.0714", "0.2267"],
      ["-0.0238", "0.0337", "0.4800"],
      ["-0.0142", "0.00654", "0.0294"],
      ["1.0039", "0.4979", "0.0438"],
      ["0.4331", "0.3622", "0.2318"],
      ["-0.0493", "0.1672", "0.7681"],
    ] as const;
    for (const [index, [estimate, error, p]] of printed.entries()) {
      const coefficient = fit.coefficients[index]!;
      expectPrinted(coefficient.estimate, estimate);
      expectPrinted(coefficient.standardError, error);
      expectPrinted(coefficient.pValue, p);
    }
    expectPrinted(-2 * fit.logLikelihood, "222.573");
    expectPrinted(-2 * fit.nullLogLikelihood, "234.672");
    expectPrinted(2 * (fit.logLikelihood - fit.nullLogLikelihood), "12.0991");
  });
});

describe("scaling and tails as printed", () => {
  // N. Siddiqi, Credit Risk Scorecards (Wiley 2006), chapter 6, "Scorecard scaling": 50:1 at 600 points, PDO 20.
  it("scale to points as in Siddiqi's example", () => {
    const { factor, offset } = scalingOf(600, 50, 20);
    expectPrinted(factor, "28.8539");
    expectPrinted(offset, "487.123");
    expect(offset + factor * Math.log(100)).to.be.closeTo(620, 1e-9);
  });

  // From R 4.2.2: pchisq(x, df, lower.tail = FALSE) and 2 * pnorm(-z).
  it("give the tails that R gives", () => {
    expectPrinted(chiSquareTail(0.89, 8), "0.998852385186");
    expectPrinted(chiSquareTail(15.5, 8), "0.050122054533");
    expectPrinted(chiSquareTail(3.84, 1), "0.050043521249");
    expectPrinted(chiSquareTail(120, 100), "0.084406681094");
    expectPrinted(twoSidedNormal(0.5), "0.617075077452");
    expect(twoSidedNormal(8) / 1.24419211485e-15).to.be.closeTo(1, 1e-9);
  });
});
