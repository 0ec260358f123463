import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import type { AnswerService, Given } from "./answer-types.ts";
import { answerCheck } from "./domain/check-kind.ts";
import { CHECK_KINDS, checkKind } from "./domain/check-kinds.ts";
import type { ParamValues } from "./domain/check-params.ts";
import { LEGAL_BASES, mayUseBasis } from "./domain/legal-bases.ts";
import { gatherSubject, type RecordPorts } from "./subject-records.ts";
import {
  type BatchInput,
  type BatchItem,
  type BatchResult,
  type CheckContent,
  type CheckInput,
  checkInput,
  type KindList,
} from "./verification-schemas.ts";

export interface CheckPorts extends RecordPorts {
  /** The keyed hash of a person's number; undefined when it is no valid number. */
  personHash(number: string): string | undefined;
  departmentOf(participantId: string): Promise<string | undefined>;
}

export interface CheckService {
  kinds(actor: Actor): Promise<KindList>;
  check(actor: Actor, input: CheckInput, idempotencyKey?: string): Promise<Given<CheckContent>>;
  /** Many subjects, one kind. What is wrong with one, or refused, doesn't touch the others. */
  batch(actor: Actor, input: BatchInput, idempotencyKey?: string): Promise<BatchResult>;
}

export function createCheckService(answers: AnswerService, ports: CheckPorts, clock: Clock): CheckService {
  const labelOf = (catalogId: string) => {
    const { name, departmentName } = ports.catalogs().get(catalogId)!;
    return { name, departmentName };
  };

  /** The parameters as they are compared, kept and shown: a person's number only as its keyed hash. */
  function withoutNumbers({ kind, params }: CheckInput): ParamValues {
    const persons = checkKind(kind).params.filter(({ type }) => type === "person");
    const safe: Record<string, string | number | undefined> = { ...(params as ParamValues) };
    for (const { name } of persons) {
      const hash = ports.personHash(String(safe[name]));
      if (hash === undefined)
        throw new DomainError("check.person", "not a resident identity number: its check character is wrong", {
          status: 400,
          field: `params.${name}`,
          fix: "check all of its characters",
        });
      safe[name] = hash;
    }
    return safe;
  }

  const service: CheckService = {
    async kinds(actor) {
      const departmentCode = actor.role === "department" ? await ports.departmentOf(actor.participantId) : undefined;
      return {
        items: CHECK_KINDS.map(({ code, question, params, catalogs }) => ({
          code,
          question,
          params: params.map((param) => ({
            name: param.name,
            label: param.label,
            type: param.type,
            optional: param.optional === true,
            ...(param.type === "choice" ? { options: [...param.options] } : {}),
          })),
          catalogs: catalogs.map((id) => ({ id, ...labelOf(id) })),
        })),
        legalBases: LEGAL_BASES.filter((basis) => mayUseBasis(basis, departmentCode)).map(
          ({ code, name, provision, sensitive, withholdDays }) => ({ code, name, provision, sensitive, withholdDays }),
        ),
      };
    },

    async check(actor, input, idempotencyKey) {
      const kind = checkKind(input.kind);
      const params = withoutNumbers(input);
      return answers.give<CheckContent>(actor, {
        kind: kind.code,
        uscc: input.uscc,
        grounds: { purpose: input.purpose, legalBasis: input.legalBasis },
        catalogIds: kind.catalogs,
        idempotencyKey,
        asked: params,
        async find(scope, { number, at, subject, asker, basis }) {
          const { facts, disputed } = await gatherSubject(ports, subject.uscc, scope, clock);
          const { evidence, ...verdict } = answerCheck(kind, params, facts);
          const recordIds = evidence.flatMap((one) => one.recordIds);
          const content: CheckContent = {
            number,
            at,
            kind: kind.code,
            params: JSON.parse(JSON.stringify(params)) as CheckContent["params"],
            subject: { uscc: subject.uscc },
            ...verdict,
            ...(recordIds.some(disputed) ? { disputed: true } : {}),
            evidence: evidence.map(({ catalogId, recordIds: ids }) => {
              const { name, departmentName } = labelOf(catalogId);
              return { catalogId, catalogName: name, departmentName, recordIds: [...ids] };
            }),
            asker,
            basis,
          };
          const part = { what: `verification:${kind.code}`, records: recordIds.length };
          return { content, records: recordIds.length, parts: [part] };
        },
      });
    },

    async batch(actor, { kind, params, subjects, purpose, legalBasis }, idempotencyKey) {
      const items: BatchItem[] = [];
      for (const [i, subject] of subjects.entries()) {
        const row = i + 1;
        const uscc = subject.uscc.trim().toUpperCase();
        const parsed = checkInput.safeParse({
          kind,
          uscc,
          params: { ...params, ...subject.params },
          ...(purpose ? { purpose } : {}),
          ...(legalBasis ? { legalBasis } : {}),
        });
        if (!parsed.success) {
          const detail = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
          items.push({ row, uscc, outcome: "invalid", problem: { code: "input.invalid", detail } });
          continue;
        }
        try {
          const key = idempotencyKey === undefined ? undefined : `${idempotencyKey}#${row}`;
          const verification = await service.check(actor, parsed.data, key);
          items.push({ row, uscc, outcome: "answered", verification });
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
          const fix = typeof error.data.fix === "string" ? { fix: error.data.fix } : {};
          const outcome = error.data.status === 400 ? "invalid" : "refused";
          items.push({ row, uscc, outcome, problem: { code: error.code, detail: error.message, ...fix } });
        }
      }
      const count = (outcome: BatchItem["outcome"]) => items.filter((item) => item.outcome === outcome).length;
      return { kind, answered: count("answered"), refused: count("refused"), invalid: count("invalid"), items };
    },
  };
  return service;
}
