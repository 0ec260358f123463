import { dateOf } from "./periods.ts";
import { type ProfileRecord, textOf } from "./profile-record.ts";
import type { Sources } from "./sources.ts";

/* What the holographic page shows beside figures: who belongs to the enterprise, and what happened to it. */

export type EventKind =
  | "registered"
  | "changed"
  | "licensed"
  | "granted"
  | "acquired"
  | "pledged"
  | "sued"
  | "penalised"
  | "listed"
  | "awarded";

export interface ProfileEvent {
  readonly date: string;
  readonly kind: EventKind;
  /** The catalog's field whose value says what it was about, and that value. */
  readonly field?: string;
  readonly text?: string;
  readonly catalogId: string;
  readonly recordId: string;
}

export type TieKind = "representative" | "shareholder" | "position" | "partner";

/** A person or an enterprise that belongs to it. */
export interface Tie {
  readonly kind: TieKind;
  readonly name: string;
  /** The code of its role, of the field named. */
  readonly role?: string;
  readonly roleField?: string;
  /** Fen, or basis points. */
  readonly amountFen?: string;
  readonly catalogId: string;
  readonly recordId: string;
}

export interface LicenceFact {
  /** The field that names the kind, and its value; a catalog of one kind has none. */
  readonly kind?: string;
  readonly kindField?: string;
  readonly number: string;
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly inForce: boolean;
  readonly catalogId: string;
  readonly recordId: string;
}

export interface Facts {
  readonly events: ProfileEvent[];
  readonly ties: Tie[];
  readonly licences: LicenceFact[];
}

interface EventSource {
  readonly catalogId: string;
  readonly date: string;
  readonly kind: EventKind;
  readonly field?: string;
}

const event = (catalogId: string, date: string, kind: EventKind, field?: string): EventSource => ({
  catalogId,
  date,
  kind,
  ...(field ? { field } : {}),
});

const EVENTS: readonly EventSource[] = [
  event("business-registration", "establishedOn", "registered", "name"),
  event("registration-changes", "changedOn", "changed", "item"),
  event("business-licences", "validFrom", "licensed", "kind"),
  event("patents", "grantedOn", "granted", "title"),
  event("trademarks", "registeredOn", "granted", "mark"),
  event("real-estate", "registeredOn", "acquired", "usage"),
  event("land-use-rights", "registeredOn", "acquired", "usage"),
  event("real-estate-mortgages", "registeredOn", "pledged", "mortgagee"),
  event("chattel-mortgages", "registeredOn", "pledged", "collateral"),
  event("equity-pledges", "registeredOn", "pledged", "pledgee"),
  event("court-judgments", "filedOn", "sued", "cause"),
  event("enforcement-cases", "filedOn", "sued", "caseNo"),
  event("administrative-penalties", "decidedOn", "penalised", "violation"),
  event("tax-violations", "decidedOn", "penalised", "violation"),
  event("abnormal-operations", "listedOn", "listed", "reason"),
  event("serious-violations", "listedOn", "listed", "reason"),
  event("dishonest-debtors", "listedOn", "listed", "conduct"),
  event("joint-punishments", "listedOn", "listed", "area"),
  event("credit-red-list", "listedOn", "awarded", "list"),
  event("environmental-penalties", "decidedOn", "penalised", "violation"),
  event("wage-arrears", "listedOn", "listed"),
  event("bid-awards", "awardedOn", "awarded", "projectName"),
  event("government-procurement", "signedOn", "awarded", "projectName"),
  event("specialised-smes", "validFrom", "awarded", "level"),
  event("research-projects", "startedOn", "awarded", "projectName"),
  event("project-approvals", "approvedOn", "licensed", "projectName"),
];

interface TieSource {
  readonly catalogId: string;
  readonly kind: TieKind;
  readonly name: string;
  readonly role?: string;
  readonly amount?: string;
}
const TIES: readonly TieSource[] = [
  { catalogId: "business-registration", kind: "representative", name: "legalRepresentative" },
  {
    catalogId: "shareholders",
    kind: "shareholder",
    name: "shareholderName",
    role: "shareholderKind",
    amount: "subscribed",
  },
  { catalogId: "key-personnel", kind: "position", name: "personName", role: "position" },
  { catalogId: "invoice-partners", kind: "partner", name: "partnerName", role: "side", amount: "amount" },
];

const shown = (record: ProfileRecord, field: string | undefined): { field: string; text: string } | object => {
  const value = field === undefined ? undefined : record.fields[field];
  return value === undefined ? {} : { field: field!, text: String(value) };
};

/** The most events of a profile: the newest. */
const MOST_EVENTS = 200;

/** Newest first; ends ties on the record's id. */
export function factsOf({ of, today, licenceCatalogs }: Sources): Facts {
  const events = EVENTS.flatMap(({ catalogId, date, kind, field }) =>
    of(catalogId).flatMap((record): ProfileEvent[] => {
      const day = dateOf(record, date);
      return day === null ? [] : [{ date: day, kind, ...shown(record, field), catalogId, recordId: record.id }];
    }),
  );
  events.sort((a, b) => (a.date === b.date ? (a.recordId < b.recordId ? -1 : 1) : a.date < b.date ? 1 : -1));
  const ties = TIES.flatMap(({ catalogId, kind, name, role, amount }) =>
    of(catalogId).flatMap((record): Tie[] => {
      const who = textOf(record, name);
      if (who === null) return [];
      const what = role && textOf(record, role);
      const fen = amount && textOf(record, amount);
      return [
        {
          kind,
          name: who,
          ...(role && what ? { role: what, roleField: role } : {}),
          ...(fen ? { amountFen: fen } : {}),
          catalogId,
          recordId: record.id,
        },
      ];
    }),
  );
  const licences = licenceCatalogs().flatMap(({ catalogId, licence }) =>
    of(catalogId).map((record): LicenceFact => {
      const { numberField, nameField, issuedField, validUntilField, statusField, validStatus } = licence;
      const kind = nameField && textOf(record, nameField);
      const from = issuedField === undefined ? null : dateOf(record, issuedField);
      const to = validUntilField === undefined ? null : dateOf(record, validUntilField);
      const valid = statusField === undefined || textOf(record, statusField) === validStatus;
      return {
        ...(kind ? { kind, kindField: nameField } : {}),
        number: textOf(record, numberField) ?? "",
        ...(from ? { validFrom: from } : {}),
        ...(to ? { validTo: to } : {}),
        inForce: valid && (from === null || from <= today) && (to === null || to >= today),
        catalogId,
        recordId: record.id,
      };
    }),
  );
  return { events: events.slice(0, MOST_EVENTS), ties, licences };
}
