import { getAddress } from "ethers";
import type { z } from "zod";
import { participantKinds } from "../../../contracts/codes.ts";
import { type Admission, type Enrolment, structHash } from "../../../contracts/typed-data.ts";
import type { ChainContext } from "../../lib/chain-context.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { actEffect, type Effect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { Receipt } from "../../lib/schemas.ts";
import { wholeSeconds } from "../../lib/signatures.ts";
import type { Role } from "../identity/identity-schemas.ts";
import { participantIdentity } from "./domain/identity.ts";
import type { admission, ParticipantView } from "./participant-schemas.ts";
import type { ParticipantDocument, ParticipantStore } from "./participant-store.ts";

const PAGE_SIZE = 50;

export interface EnrolmentActs {
  invitation: string;
  account: string;
  invitationSignature: string;
  accountSignature: string;
}

export interface ParticipantService {
  /** Takes the operator's signed Admission. */
  admit(input: z.output<typeof admission>, operatorParticipantId: string): Promise<ParticipantView>;
  invitation(address: string): Promise<ParticipantDocument>;
  /** Throws unless the code is unused and unexpired, and both keys signed this enrolment. */
  checkEnrolment(
    acts: EnrolmentActs,
  ): Promise<{ participant: ParticipantDocument; admission: Admission; account: string; message: Enrolment }>;
  /** Binds the new key, with effects of the caller's in the same write. Throws conflict when it was used meanwhile. */
  enrol(
    acts: EnrolmentActs,
    effects: (participant: ParticipantDocument) => Effect[],
  ): Promise<{ participant: ParticipantDocument; receipt: Receipt }>;
  /** Active, with a key. Throws participant.notActive else. */
  requireActive(id: string): Promise<ParticipantDocument & { address: string }>;
  find(id: string): Promise<ParticipantDocument | null>;
  findMany(ids: readonly string[]): Promise<Map<string, ParticipantDocument>>;
  byUsccs(usccs: readonly string[]): Promise<ParticipantDocument[]>;
  list(
    filter: { kind?: Role | undefined; query?: string | undefined; status?: "active" },
    page: number,
  ): Promise<{ items: ParticipantView[]; total: number }>;
}

export function createParticipantService(
  store: ParticipantStore,
  chain: ChainContext,
  receipts: {
    receiptOf(actId: string, kind: string, createdAt: Date): Promise<Receipt>;
    receiptsOf(acts: readonly { actId: string; kind: string; createdAt: Date }[]): Promise<Receipt[]>;
  },
  clock: Clock,
  onWork: () => void,
): ParticipantService {
  const viewOf = (participant: ParticipantDocument, receipt?: Receipt): ParticipantView => ({
    id: participant._id,
    kind: participant.kind,
    name: participant.name,
    ...(participant.uscc ? { uscc: participant.uscc } : {}),
    ...(participant.departmentCode ? { departmentCode: participant.departmentCode } : {}),
    status: participant.status,
    ...(participant.address ? { address: participant.address } : {}),
    idCommitment: participant.idCommitment,
    admittedAt: participant.admittedAt.toISOString(),
    ...(participant.enrolledAt ? { enrolledAt: participant.enrolledAt.toISOString() } : {}),
    ...(receipt ? { receipt } : {}),
  });

  const admissionOf = (participant: ParticipantDocument): Admission => ({
    idCommitment: participant.idCommitment,
    kind: participantKinds[participant.kind],
    invitation: participant.invitation!,
    expiresAt: participant.admission!.expiresAt,
  });

  const service: ParticipantService = {
    async admit(input, operatorParticipantId) {
      const operator = await store.find(operatorParticipantId);
      if (!operator?.address) throw new DomainError("participant.notActive", "this operator has no key yet");
      if ((input.kind === "enterprise" || input.kind === "institution") && !input.uscc) {
        throw new DomainError("participant.usccMissing", `an ${input.kind} needs its uscc`, {
          field: "uscc",
          status: 400,
          fix: "send its unified social credit code",
        });
      }
      if (input.kind === "department" && !input.departmentCode) {
        throw new DomainError("participant.departmentMissing", "a department needs its departmentCode", {
          field: "departmentCode",
          status: 400,
        });
      }
      const expiresAt = wholeSeconds(input.expiresAt, "expiresAt");
      if (expiresAt * 1000 <= clock.now().getTime()) {
        throw new DomainError("input.past", "expiresAt is in the past", {
          field: "expiresAt",
          status: 400,
          fix: "give the invitation some days",
        });
      }
      const idCommitment = commitment(input.salt, participantIdentity(input));
      const invitation = getAddress(input.invitation.toLowerCase());
      const message: Admission = { idCommitment, kind: participantKinds[input.kind], invitation, expiresAt };
      await chain.requireSignature(chain.participantsDomain, "Admission", message, input.signature, operator.address);
      const { kind, name, uscc, departmentCode } = input;
      const inserted = await store.insert(newId(), {
        kind,
        name,
        ...(uscc ? { uscc } : {}),
        ...(departmentCode ? { departmentCode } : {}),
        status: "admitted",
        idSalt: input.salt,
        idCommitment,
        invitation,
        admission: { operator: operator.address, expiresAt, signature: input.signature },
        admittedAt: clock.now(),
      });
      return viewOf(inserted);
    },

    async invitation(address) {
      const found = await store.byInvitation(getAddress(address.toLowerCase()));
      if (!found?.admission) throw new DomainError("notFound", "there is no invitation for this activation code");
      return found;
    },

    async checkEnrolment(acts) {
      const participant = await service.invitation(acts.invitation);
      const admission = admissionOf(participant);
      if (participant.status !== "admitted") {
        throw new DomainError("participant.enrolled", "this activation code has been used", {
          field: "invitation",
          fix: "sign in with the account made with it",
        });
      }
      if (admission.expiresAt * 1000 <= clock.now().getTime()) {
        throw new DomainError("participant.invitationExpired", "this activation code has expired", {
          field: "invitation",
          fix: "ask the operator for a new one",
        });
      }
      const account = getAddress(acts.account.toLowerCase());
      const message = { idCommitment: admission.idCommitment, invitation: admission.invitation, account };
      await chain.requireSignature(
        chain.participantsDomain,
        "Enrolment",
        message,
        acts.invitationSignature,
        admission.invitation,
        "invitationSignature",
      );
      await chain.requireSignature(
        chain.participantsDomain,
        "Enrolment",
        message,
        acts.accountSignature,
        account,
        "accountSignature",
      );
      return { participant, admission, account, message };
    },

    async enrol(acts, effects) {
      const { participant, admission, account, message } = await service.checkEnrolment(acts);
      const { operator, signature } = participant.admission!;
      const data = chain.participants.encodeFunctionData("enrol", [
        admission,
        operator,
        signature,
        account,
        acts.invitationSignature,
        acts.accountSignature,
      ]);
      const enrolActId = structHash("Enrolment", message);
      const act = actEffect({
        id: enrolActId,
        kind: "participant.enrol",
        target: chain.contracts.participants,
        data,
        gasLimit: 400_000,
      });
      const enrolledAt = clock.now();
      const enrolled = await store.enrol(participant._id, { address: account, enrolActId, enrolledAt }, [
        act,
        ...effects(participant),
      ]);
      if (!enrolled) throw new DomainError("conflict", "this activation code was used at the same moment");
      onWork();
      return { participant: enrolled, receipt: await receipts.receiptOf(enrolActId, "participant.enrol", enrolledAt) };
    },

    async requireActive(id) {
      const found = await store.find(id);
      if (found?.status !== "active" || !found.address) {
        throw new DomainError(
          "participant.notActive",
          "this participant isn't active: it has no key yet, or is suspended",
        );
      }
      return found as ParticipantDocument & { address: string };
    },
    find: store.find,
    findMany: store.findMany,
    byUsccs: store.byUsccs,

    async list(filter, page) {
      const { items, total } = await store.list(filter, page, PAGE_SIZE);
      const enrolled = items.filter((item) => item.enrolActId);
      const found = await receipts.receiptsOf(
        enrolled.map((item) => ({ actId: item.enrolActId!, kind: "participant.enrol", createdAt: item.enrolledAt! })),
      );
      const receiptOf = new Map(enrolled.map((item, i) => [item._id, found[i]]));
      return { items: items.map((item) => viewOf(item, receiptOf.get(item._id))), total };
    },
  };
  return service;
}
