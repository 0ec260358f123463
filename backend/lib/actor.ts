/** Who is acting: the account, and the participant on whose behalf it acts. */
export interface Actor {
  readonly accountId: string;
  readonly sessionId: string;
  readonly role: "enterprise" | "institution" | "department" | "regulator" | "operator";
  readonly participantId: string;
}
