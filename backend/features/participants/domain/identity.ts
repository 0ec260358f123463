/** What a participant's identity commitment hides: commitment(salt, identity). */
export interface ParticipantIdentity {
  kind: string;
  name: string;
  uscc?: string | undefined;
  departmentCode?: string | undefined;
}

/** The identity in the one form that is committed to: absent parts are left out. */
export const participantIdentity = ({
  kind,
  name,
  uscc,
  departmentCode,
}: ParticipantIdentity): Record<string, string> => ({
  kind,
  name,
  ...(uscc ? { uscc } : {}),
  ...(departmentCode ? { departmentCode } : {}),
});
