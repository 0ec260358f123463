import writeXlsxFile, { type Cell, type Row, type Sheet } from "write-excel-file/node";
import type { QueryContent, QueryPart } from "./verification-schemas.ts";

type Language = "zh" | "en";

const WORDS = {
  zh: {
    overview: "总览",
    number: "编号",
    at: "查询时间",
    subject: "主体",
    asker: "查询方",
    basis: "依据",
    section: "类别",
    catalog: "目录",
    department: "来源部门",
    state: "结果",
    asOf: "数据截至",
    count: "条数",
    disputed: "异议中",
    yes: "是",
    no: "否",
    consent: "企业授权",
    states: {
      some: "有记录",
      none: "无记录",
      notReceived: "未接入",
      notCovered: "未获授权",
      notLawful: "依据不及",
    },
  },
  en: {
    overview: "Overview",
    number: "Number",
    at: "Asked at",
    subject: "Subject",
    asker: "Asked by",
    basis: "Ground",
    section: "Section",
    catalog: "Catalog",
    department: "Department",
    state: "Outcome",
    asOf: "As of",
    count: "Records",
    disputed: "Objection open",
    yes: "yes",
    no: "no",
    consent: "Consent",
    states: {
      some: "records",
      none: "none",
      notReceived: "not received",
      notCovered: "not covered by the consent",
      notLawful: "not reached by the legal basis",
    },
  },
} as const;

const head = (value: string): Cell => ({ value, fontWeight: "bold", backgroundColor: "#e8eef5" });
const fenToYuan = (fen: string): number => Number(fen) / 100;
/** Text is written as text: no spreadsheet runs it as a formula. */
const textCell = (value: string): Cell => ({ value, type: String });

function cellOf(type: string, value: QueryPart["rows"][number]["cells"][number], language: Language): Cell {
  if (value === null) return null;
  if (typeof value === "boolean") return textCell(value ? WORDS[language].yes : WORDS[language].no);
  if (typeof value === "number") return { value, type: Number };
  // More digits than a spreadsheet's number holds stay text.
  if (type === "amount" && /^-?\d{1,14}$/.test(value))
    return { value: fenToYuan(value), type: Number, format: "#,##0.00" };
  return textCell(value);
}

/** Names of sheets: at most 31 characters, some not allowed, each once. */
function sheetNames(titles: readonly string[]): string[] {
  const taken = new Set<string>();
  return titles.map((title) => {
    const plain =
      title
        .replace(/[\\/?*[\]:']/g, " ")
        .trim()
        .slice(0, 27) || "-";
    let name = plain;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${plain} ${i}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

function overview(content: QueryContent, language: Language): Row[] {
  const words = WORDS[language];
  const { basis } = content;
  const ground =
    basis.kind === "law"
      ? `${basis.provision} ${basis.caseNo} ${basis.officer}`
      : `${words.consent} ${basis.consentId}`;
  const facts: [string, string][] = [
    [words.number, content.number],
    [words.at, content.at],
    [words.subject, `${content.subject.name} ${content.subject.uscc}`.trim()],
    [words.asker, content.asker.name],
    [words.basis, ground],
  ];
  const headings = [words.section, words.catalog, words.department, words.state, words.asOf, words.count];
  return [
    ...facts.map(([label, value]): Row => [head(label), textCell(value)]),
    [],
    headings.map(head),
    ...content.sections.flatMap((section) =>
      section.parts.map(
        (part): Row => [
          textCell(section.name[language]),
          textCell(part.name[language]),
          textCell(part.departmentName[language]),
          textCell(words.states[part.state]),
          part.asOf ? textCell(part.asOf) : null,
          part.count === undefined ? null : { value: part.count, type: Number },
        ],
      ),
    ),
  ];
}

/** One sheet for the overview and one for each catalog with records. */
export async function queryWorkbook(content: QueryContent, language: Language): Promise<Buffer> {
  const words = WORDS[language];
  const parts = content.sections.flatMap((section) => section.parts).filter(({ state }) => state === "some");
  const names = sheetNames([words.overview, ...parts.map((part) => part.name[language])]);
  const sheets: Sheet<never>[] = [
    {
      sheet: names[0]!,
      data: overview(content, language),
      columns: [{ width: 22 }, { width: 34 }, { width: 34 }, { width: 18 }, { width: 14 }, { width: 10 }],
    },
    ...parts.map(
      (part, i): Sheet<never> => ({
        sheet: names[i + 1]!,
        stickyRowsCount: 1,
        columns: [...part.columns.map(() => ({ width: 22 })), { width: 12 }],
        data: [
          [...part.columns.map(({ label }) => head(label[language])), head(words.disputed)],
          ...part.rows.map(
            (row): Row => [
              ...row.cells.map((value, column) => cellOf(part.columns[column]!.type, value, language)),
              row.disputed ? textCell(words.yes) : null,
            ],
          ),
        ],
      }),
    ),
  ];
  return writeXlsxFile(sheets as Parameters<typeof writeXlsxFile>[0]).toBuffer();
}
