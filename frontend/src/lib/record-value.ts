import { queryOptions, useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { codeWordList } from "../../../backend/features/data-exchange/catalog-schemas.ts";
import { api } from "./api.ts";
import { formatCount, formatValue, localized } from "./format.ts";
import type { RecordView } from "./queries.ts";

type RecordField = RecordView["fields"][number];

/** Departments register catalogs and change them while a page is open. */
const WORDS_FRESH_MS = 60_000;

const codeWordsQuery = queryOptions({
  queryKey: ["code-words"],
  queryFn: ({ signal }) => api.get<z.infer<typeof codeWordList>>("/code-words", undefined, signal),
  staleTime: WORDS_FRESH_MS,
});

/** What a catalog's code is called; the code itself until that is known. */
export function useCodeWord(): (catalogId: string, field: string, value: string) => string {
  const catalogs = useQuery(codeWordsQuery).data?.catalogs;
  return (catalogId, field, value) => {
    const word = catalogs?.[catalogId]?.[field]?.[value];
    return word ? localized(word) : value;
  };
}

/** A record's value by the type of its field (see FieldType of the catalogs). */
export function useRecordValue(): (catalogId: string, field: RecordField) => string {
  const codeWord = useCodeWord();
  return (catalogId, { name, type, value, word }) => {
    if (value === null) return "—";
    switch (type) {
      case "amount":
        return formatValue(value, "fen");
      case "boolean":
        return formatValue(value, "flag");
      case "date":
        return formatValue(value, "date");
      case "integer":
      case "decimal":
        // A year is no quantity.
        return /^year$|Year$/.test(name) ? String(value) : formatCount(Number(value));
      case "code":
        return word ? localized(word) : codeWord(catalogId, name, String(value));
      default:
        return String(value);
    }
  };
}
