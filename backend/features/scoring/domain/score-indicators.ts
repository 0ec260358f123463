/** Score and grade by the platform's scorecard: what products' rules may ask of a profile beside its indicators. */
export const SCORE_INDICATORS = [
  { id: "credit.score", name: { zh: "信用评分", en: "Credit score" }, unit: "count" },
  { id: "credit.grade", name: { zh: "信用等级", en: "Credit grade" }, unit: "code" },
] as const;
