import { DomainError } from "../../lib/errors.ts";
import type { StoredBasis } from "./answer-store.ts";
import { beyondBasis, legalBasis, mayUseBasis } from "./domain/legal-bases.ts";
import type { BasisView, Grounds } from "./verification-schemas.ts";

/* On what ground an answer may be given, as it is stated, kept and shown. */

const DAY_MS = 86_400_000;

/** What the reader may see. */
export interface Scope {
  readonly catalogs: ReadonlySet<string>;
  covers(period: string | undefined): boolean;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export const wrongGrounds = (field: string, message: string, fix: string) =>
  new DomainError("legalBasis.invalid", message, { field, fix, status: 400 });

export function basisView(basis: StoredBasis): BasisView {
  if (basis.kind === "consent") return { kind: "consent", consentId: basis.consentId, purpose: basis.purpose };
  const { code, caseNo, officer, withheldUntil, withheldWhy } = basis;
  return {
    kind: "law",
    code,
    provision: legalBasis(code).provision,
    caseNo,
    officer,
    ...(withheldUntil ? { withheldUntil: withheldUntil.toISOString() } : {}),
    ...(withheldWhy ? { withheldWhy } : {}),
  };
}

/** The law that the authority names, if it is given to it and reaches what it wants to see. */
export function lawOf(
  departmentCode: string | undefined,
  grounds: Grounds,
  catalogIds: readonly string[] | undefined,
  catalogs: readonly { readonly id: string; readonly sensitivity: string }[],
  now: Date,
): { basis: Extract<StoredBasis, { kind: "law" }>; scope: Scope } {
  const { legalBasis: use } = grounds;
  if (!use)
    throw wrongGrounds("legalBasis", "an authority states the law, the case and the officer", "send legalBasis");
  const law = legalBasis(use.code);
  if (!mayUseBasis(law, departmentCode))
    throw new DomainError("legalBasis.notYours", `${law.provision} is not given to this department`, {
      status: 403,
      field: "legalBasis.code",
      fix: "use one of GET /verification-kinds",
    });
  const beyond = new Set(beyondBasis(law, catalogs));
  const tooFar = catalogIds?.find((id) => beyond.has(id));
  if (tooFar)
    throw new DomainError("legalBasis.tooFar", `${law.provision} doesn't reach the sensitive catalog ${tooFar}`, {
      status: 403,
      field: "legalBasis.code",
    });
  if (use.withhold && use.withhold.days > law.withholdDays)
    throw wrongGrounds(
      "legalBasis.withhold.days",
      law.withholdDays === 0
        ? "on this basis the enterprise is told at once"
        : "this is longer than the law is taken to allow",
      law.withholdDays === 0 ? "leave withhold out" : `at most ${law.withholdDays} days`,
    );
  return {
    basis: {
      kind: "law",
      code: use.code,
      caseNo: use.caseNo,
      officer: use.officer,
      ...(use.withhold
        ? {
            withheldUntil: new Date(now.getTime() + use.withhold.days * DAY_MS),
            withheldWhy: use.withhold.reason,
          }
        : {}),
    },
    scope: {
      catalogs: new Set(catalogs.map(({ id }) => id).filter((id) => !beyond.has(id))),
      covers: () => true,
    },
  };
}
