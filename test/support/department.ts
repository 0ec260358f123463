import { expect } from "chai";
import type { z } from "zod";
import type {
  BatchView,
  quarantineList,
  RecordVersion,
} from "../../backend/features/data-exchange/data-exchange-schemas.ts";
import { Api } from "../../scripts/client/api.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { sharedServer } from "./server.ts";

export interface Answer<T> {
  status: number;
  body: T;
}
export type Quarantine = z.infer<typeof quarantineList>;

/** A department that shares files: what its pages do, over HTTP. */
export class Department {
  readonly url: string;
  readonly token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  static async signIn(username = "dept-market-regulation", url?: string): Promise<Department> {
    const server = url ? undefined : await sharedServer();
    const at = url ?? server!.url;
    const account = server?.demoAccounts.find((one) => one.username === username);
    const { token } = await new Api(at).login(username, account?.password ?? "rongqiao-demo");
    return new Department(at, token);
  }

  async ask<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const raw = body instanceof Uint8Array;
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "content-type": raw ? "application/octet-stream" : "application/json" }),
      },
      ...(body === undefined ? {} : { body: raw ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json");
    return { status: response.status, body: (isJson && text !== "" ? JSON.parse(text) : text) as T };
  }

  async get<T>(path: string): Promise<T> {
    const { status, body } = await this.ask<T>("GET", path);
    expect(status, JSON.stringify(body)).to.equal(200);
    return body;
  }

  async upload(
    catalogId: string,
    fileName: string,
    bytes: Uint8Array | string,
    query: Record<string, string> = {},
  ): Promise<BatchView> {
    const search = new URLSearchParams({ fileName, ...query });
    const { status, body } = await this.ask<BatchView>(
      "POST",
      `/catalogs/${catalogId}/batches?${search}`,
      typeof bytes === "string" ? Buffer.from(bytes) : bytes,
    );
    expect(status, JSON.stringify(body)).to.equal(202);
    return body;
  }

  batch = (id: string) => this.get<BatchView>(`/batches/${id}`);

  finished = (id: string): Promise<BatchView> =>
    waitFor("the batch to be finished", async () => {
      const batch = await this.batch(id);
      return batch.state === "received" || batch.state === "validated" ? undefined : batch;
    });

  send = async (...args: Parameters<Department["upload"]>): Promise<BatchView> =>
    this.finished((await this.upload(...args)).id);

  quarantine = (id: string, state?: "open" | "replayed") =>
    this.get<Quarantine>(`/batches/${id}/quarantine${state ? `?state=${state}` : ""}`);

  replay = (id: string, number: number, cells: readonly string[]) =>
    this.ask<BatchView & { code?: string; detail?: string }>("POST", `/batches/${id}/quarantine/${number}/replay`, {
      cells,
    });

  records = async (catalogId: string, by: { uscc?: string; key?: string }) =>
    (await this.get<{ items: RecordVersion[] }>(`/catalogs/${catalogId}/records?${new URLSearchParams(by)}`)).items;

  history = async (recordId: string) =>
    (await this.get<{ items: RecordVersion[] }>(`/records/${encodeURIComponent(recordId)}/history`)).items;
}

let serial = Date.now() % 100_000;
/** Nobody else's. */
export const nextName = (name: string): string => name.replace(/(?=\.\w+$|$)/, `-${++serial}`);

const HEADINGS = ["统一社会信用代码", "证照类型", "证照编号", "有效期起", "证照状态"];
export const LICENCES = "business-licences";

/** Rows of licences as their department writes them. */
export const licenceRow = (number: string, uscc: string, changes: { from?: string; kind?: string } = {}): string[] => [
  uscc,
  changes.kind ?? "食品经营许可证",
  number,
  changes.from ?? "2025-03-05",
  "有效",
];
export const csvOf = (rows: readonly (readonly string[])[], more: readonly string[] = []): string =>
  [[...HEADINGS, ...more], ...rows].map((row) => row.join(",")).join("\n");
