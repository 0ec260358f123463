import { DomainError } from "../../../lib/errors.ts";
import { entryOf, readXml, unescaped } from "./xlsx-xml.ts";
import type { Zip, ZipEntry } from "./zip.ts";

/** What the sheets of a workbook share. */
export interface Book {
  readonly sheets: readonly { readonly name: string; readonly entry: ZipEntry }[];
  /** The texts that cells point to. */
  readonly texts: readonly string[];
  /** By the number of a cell's style: is its value a date? */
  readonly dates: readonly boolean[];
  /** Days count from 1904, as they did on old Macs. */
  readonly from1904: boolean;
}

const MAX_SHARED_CHARACTERS = 100_000_000;
const ROOT = "xl/workbook.xml";

/** The built-in formats of dates and times, those of Chinese and Japanese editions among them. */
const isBuiltInDate = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);

const isDateFormat = (code: string): boolean =>
  /[ymdhs]/i.test(code.replace(/"[^"]*"|\\.|_.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, "").replace(/general/gi, ""));

async function relations(zip: Zip): Promise<Map<string, string>> {
  const targets = new Map<string, string>();
  const entry = entryOf(zip, "xl/_rels/workbook.xml.rels");
  if (!entry) return targets;
  await readXml(entry, {
    open(name, { Id, Target }) {
      if (name === "Relationship" && Id && Target) targets.set(Id, Target.startsWith("/") ? Target : `xl/${Target}`);
    },
  });
  return targets;
}

async function sharedTexts(zip: Zip): Promise<string[]> {
  const texts: string[] = [];
  const entry = entryOf(zip, "xl/sharedStrings.xml");
  if (!entry) return texts;
  let text = "";
  let inText = false;
  let reading = 0;
  let total = 0;
  await readXml(entry, {
    open(name) {
      if (name === "si") text = "";
      // How a word is read aloud is no part of it.
      else if (name === "rPh") reading++;
      else if (name === "t") inText = reading === 0;
    },
    text(piece) {
      if (inText) text += piece;
    },
    close(name) {
      if (name === "t") inText = false;
      else if (name === "rPh") reading--;
      else if (name === "si") {
        total += text.length;
        if (total > MAX_SHARED_CHARACTERS) {
          throw new DomainError("file.tooLarge", "the workbook's texts don't fit into memory; send it as CSV", {});
        }
        texts.push(unescaped(text));
      }
    },
  });
  return texts;
}

async function dateStyles(zip: Zip): Promise<boolean[]> {
  const own = new Map<number, boolean>();
  const dates: boolean[] = [];
  const entry = entryOf(zip, "xl/styles.xml");
  if (!entry) return dates;
  let inCells = false;
  await readXml(entry, {
    open(name, attributes) {
      if (name === "numFmt") own.set(Number(attributes.numFmtId), isDateFormat(attributes.formatCode ?? ""));
      else if (name === "cellXfs") inCells = true;
      else if (name === "xf" && inCells) {
        const id = Number(attributes.numFmtId ?? 0);
        dates.push(own.get(id) ?? isBuiltInDate(id));
      }
    },
    close(name) {
      if (name === "cellXfs") inCells = false;
    },
  });
  return dates;
}

export async function openBook(zip: Zip): Promise<Book> {
  const root = entryOf(zip, ROOT);
  if (!root) throw new DomainError("file.corrupt", "the workbook has no list of sheets", {});
  const targets = await relations(zip);
  const sheets: { name: string; entry: ZipEntry }[] = [];
  let from1904 = false;
  await readXml(root, {
    open(name, attributes) {
      if (name === "workbookPr") from1904 = ["1", "true"].includes(attributes.date1904 ?? "");
      if (name !== "sheet") return;
      const id = Object.entries(attributes).find(([key]) => key.endsWith(":id"))?.[1] ?? "";
      const entry = entryOf(zip, targets.get(id) ?? `xl/worksheets/sheet${sheets.length + 1}.xml`);
      if (entry) sheets.push({ name: attributes.name ?? "", entry });
    },
  });
  return { sheets, texts: await sharedTexts(zip), dates: await dateStyles(zip), from1904 };
}
