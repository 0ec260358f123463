import { type Connection, type Model, Schema } from "mongoose";
import { DomainError } from "../../lib/errors.ts";
import { isDuplicateKey } from "../../platform/mongo/aggregate.ts";
import { batchedFind } from "../../platform/mongo/batched-find.ts";
import type { Role } from "./identity-schemas.ts";

export interface AccountDocument {
  _id: string;
  username: string;
  passwordHash: string;
  role: Role;
  participantId: string;
  /** Ciphertext under a passphrase that never comes here. */
  keystore?: string | undefined;
  /** False until its participant's enrolment is written: such a name is only reserved. */
  active: boolean;
  createdAt: Date;
}
export interface SessionDocument {
  _id: string;
  accountId: string;
  expiresAt: Date;
}

export interface AccountStore {
  reserve(account: AccountDocument): Promise<void>;
  activate(id: string): Promise<void>;
  /** The first operator's account, in place of one that a cut-off first start left. */
  replaceOperator(account: AccountDocument): Promise<void>;
  byUsername(username: string): Promise<AccountDocument | null>;
  find(id: string): Promise<AccountDocument | null>;
  openSession(session: SessionDocument): Promise<void>;
  session(id: string): Promise<SessionDocument | null>;
  closeSession(id: string): Promise<void>;
}

export function createAccountStore(connection: Connection): AccountStore {
  const accountSchema = new Schema<AccountDocument>(
    {
      _id: { type: String, required: true },
      username: { type: String, required: true },
      passwordHash: { type: String, required: true },
      role: { type: String, required: true },
      participantId: { type: String, required: true },
      keystore: String,
      active: { type: Boolean, required: true },
      createdAt: { type: Date, required: true },
    },
    { strict: "throw", versionKey: false, collection: "accounts" },
  );
  accountSchema.index({ username: 1 }, { unique: true });
  const sessionSchema = new Schema<SessionDocument>(
    {
      _id: { type: String, required: true },
      accountId: { type: String, required: true },
      expiresAt: { type: Date, required: true },
    },
    { strict: "throw", versionKey: false, collection: "sessions" },
  );
  sessionSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  const accounts = connection.model("Account", accountSchema) as unknown as Model<AccountDocument>;
  const sessions = connection.model("Session", sessionSchema) as unknown as Model<SessionDocument>;
  return {
    async reserve(account) {
      // A name that the same participant reserved in an attempt that never came through is its own to take again.
      const { _id: _, ...fields } = account;
      const again = await accounts.findOneAndUpdate(
        { username: account.username, participantId: account.participantId, active: false },
        { $set: fields },
        { returnDocument: "after" },
      );
      if (again) {
        account._id = again._id;
        return;
      }
      try {
        await accounts.create(account);
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        throw new DomainError("account.usernameTaken", `the user name ${account.username} is taken`, {
          field: "username",
          fix: "choose another user name",
        });
      }
    },
    async activate(id) {
      await accounts.updateOne({ _id: id }, { $set: { active: true } });
    },
    async replaceOperator(account) {
      await accounts.deleteOne({ username: account.username, role: "operator" });
      await accounts.create(account);
    },
    byUsername: (username) => accounts.findOne({ username, active: true }).lean<AccountDocument>(),
    find: batchedFind(accounts),
    async openSession(session) {
      await sessions.create(session);
    },
    session: batchedFind(sessions),
    async closeSession(id) {
      await sessions.deleteOne({ _id: id });
    },
  };
}
